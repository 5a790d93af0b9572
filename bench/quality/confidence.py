"""Where the shipped fit of ``answers.confidence`` comes from, and how it does on other documents.

``python bench/quality/confidence.py FOLDER --cache CACHE``: FOLDER holds collections, CACHE their indexes
(built when absent). Up to 600 questions of each are asked as they are and with their answering
documents left out; where a collection has questions that nothing answers, these too. The fit is
made on every second question of each; the others give the bands that are shown with an answer. A
second table tells of each collection by a fit on the other ones. "small" are 21 collections of 4 to
40 neighbouring documents of three of them. Writes
``src/qwenqa/answers/answer/confidence.json`` and ``docs/measurements/confidence.md``.

Cranfield takes no part: without the abstracts that were judged relevant it holds others on the
same matter, so that nothing tells the two apart.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qwenqa.answers.answer.confidence import Band, Fit, Signals
from qwenqa.encoders import DEFAULT_MODEL
from qwenqa.evaluation.calibration import share
from qwenqa.evaluation.collection import Collection, read_collection
from qwenqa.evaluation.run_queries import Encoded
from qwenqa.evaluation.runs import index_of
from qwenqa.service.ask.search import find
from qwenqa.settings import Settings

COLLECTIONS = (
    "clapnq_dev",
    "cmrc2018_trial",
    "hotpot100",
    "scifact_train",
    "squad_v11_dev",
    "xquad_es",
    "xquad_zh",
)
PARTED = ("cmrc2018_trial", "squad_v11_dev", "xquad_es")
SIZES = (4, 6, 8, 12, 16, 24, 40)
QUESTIONS, SHOWN = 600, 5
LEVELS = (0.3, 0.5, 0.7, 0.9)
SHIPPED = Path(__file__).parents[2] / "src/qwenqa/answers/answer/confidence.json"
TABLE = Path(__file__).parents[2] / "docs/measurements/confidence.md"


@dataclass(frozen=True)
class Case:
    """A question as it was asked: its number, the signals, whether a hit shown holds the answer.

    ``kind`` is "answered", "left out" or "unanswerable".
    """

    number: int
    kind: str
    signals: Signals
    right: bool


def main() -> None:
    """Ask, fit, measure, and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--cache", type=Path, required=True)
    given = options.parse_args()
    read = {name: read_collection(given.folder / name) for name in COLLECTIONS}
    cases = {name: asked(one, given.cache / name) for name, one in read.items()}
    cases["small"] = [
        case
        for name in PARTED
        for part in parts(read[name])
        for case in asked(part, given.cache / part.name)
    ]
    fit = fitted(one for those in cases.values() for one in those if one.number % 2 == 0)
    unseen = [one for those in cases.values() for one in those if one.number % 2]
    shipped = msgspec.structs.replace(
        fit,
        bands=bands(fit, unseen),
        collections=COLLECTIONS,
        model=DEFAULT_MODEL,
    )
    SHIPPED.write_bytes(msgspec.json.format(msgspec.json.encode(shipped), indent=2) + b"\n")
    lines = [*half(shipped, cases), "", *strange(cases), "", *kept(shipped)]
    TABLE.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def parts(collection: Collection) -> list[Collection]:
    """Small collections: some neighbouring documents each, and up to 30 of their questions."""
    made, first = [], 0
    for size in SIZES:
        documents = collection.documents[first : first + size]
        first += size
        ids = {document.id for document in documents}
        queries = [
            one
            for one in collection.judged()
            if ids.issuperset(key for key, value in collection.qrels[one.id].items() if value)
        ]
        qrels = {query.id: collection.qrels[query.id] for query in queries[:30]}
        name = f"{collection.name}-{size}"
        made.append(Collection(name, documents, tuple(queries[:30]), qrels))
    return made


def asked(collection: Collection, cache: Path) -> list[Case]:
    """The cases of a collection."""
    library, document_of = index_of(collection, cache, Settings())
    generation, encoder = library.opened()
    addresses = generation.addresses()
    every = frozenset(addresses.values())
    at: dict[str, str] = {document_of[id_]: address for id_, address in addresses.items()}
    queries = collection.queries[:QUESTIONS]
    known, cases = Encoded(encoder, [query.text for query in queries]), []
    for number, query in enumerate(queries):
        judged = collection.qrels.get(query.id, {})
        gold = {at[one] for one, relevance in judged.items() if relevance > 0 and one in at}
        kinds = (("answered", None), ("left out", every - gold))
        for kind, sources in kinds if gold else (("unanswerable", None),):
            found = find(generation, known, query.text, SHOWN, sources)
            shown = {p.source.address for hit in found.hits for p in (hit.passage, *hit.also_in)}
            if found.signals:
                cases.append(Case(number, kind, found.signals, bool(shown & gold)))
    print(collection.name, len(cases), flush=True)
    return cases


def fitted(cases: Iterable[Case], weights: Sequence[float] | None = None) -> Fit:
    """A logistic regression over cases."""
    cases = list(cases)
    names = list(cases[0].signals.inputs())
    inputs = np.array([list(case.signals.inputs().values()) for case in cases])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5_000))
    model.fit(inputs, [case.right for case in cases], logisticregression__sample_weight=weights)
    scaler, regression = model[0], model[1]
    slopes = regression.coef_[0] / scaler.scale_
    offset = float(regression.intercept_[0] - slopes @ scaler.mean_)
    return Fit(dict(zip(names, map(float, slopes), strict=True)), offset, (), (), "")


def bands(fit: Fit, cases: Sequence[Case]) -> tuple[Band, ...]:
    """How often cases were right, by tenths of confidence."""
    told = np.array([fit.confidence(case.signals) for case in cases])
    right = np.array([case.right for case in cases])
    tenths = np.minimum((told * 10).astype(int), 9)
    return tuple(
        Band(tenth / 10, int((tenths == tenth).sum()), int(right[tenths == tenth].sum()))
        for tenth in range(10)
    )


def half(fit: Fit, cases: dict[str, list[Case]]) -> list[str]:
    """A row for each collection: its unseen half by the shipped fit."""
    rows = ["Fitted on every second question of all collections; the other questions:", "", *HEAD]
    return rows + [
        row(name, fit, [one for one in those if one.number % 2]) for name, those in cases.items()
    ]


def strange(cases: dict[str, list[Case]]) -> list[str]:
    """A row for each collection: all of it by a fit on the others, no part or translation of it."""
    rows = [
        "Fitted on the other collections only (XQuAD's languages are one collection):",
        "",
        *HEAD,
    ]
    for name, those in cases.items():
        others = [
            case
            for case in cases
            if case[:5] != name[:5] and not (case == "small" and name in PARTED)
        ]
        fit = fitted(case for other in others for case in cases[other])
        rows.append(row(name, fit, those))
    return rows


HEAD = (
    "| collection | cases | AUROC, left out | AUROC, unanswerable | calibration error | "
    + " | ".join(f"right from {level} (answered)" for level in LEVELS)
    + " |",
    "|---|---|---|---|---|" + "---|" * len(LEVELS),
)


def row(name: str, fit: Fit, cases: Sequence[Case]) -> str:
    """The figures of some cases; intervals are Wilson's, 95 %."""
    told = np.array([fit.confidence(case.signals) for case in cases])
    kinds = np.array([case.kind for case in cases])
    right = np.array([case.right for case in cases])
    both = kinds != "unanswerable"
    areas = [area(told, kinds, other) for other in ("left out", "unanswerable")]
    error = calibration_error(told[both], right[both])
    shares = [told_from(level, told[both], right[both]) for level in LEVELS]
    return f"| {name} | {len(cases)} | {' | '.join(areas)} | {error:.3f} | {' | '.join(shares)} |"


def area(told: npt.NDArray[np.float64], kinds: npt.NDArray[np.str_], other: str) -> str:
    """The area under the curve of answered against another kind, if there is any."""
    chosen = (kinds == "answered") | (kinds == other)
    if not (kinds == other).any():
        return ""
    return f"{roc_auc_score(kinds[chosen] == 'answered', told[chosen]):.3f}"


def calibration_error(told: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    """Mean distance of confidence and share of right ones over tenths, by their cases.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    tenths = np.minimum((told * 10).astype(int), 9)
    return sum(
        abs(float(told[tenths == one].mean() - right[tenths == one].mean()))
        * float((tenths == one).mean())
        for one in range(10)
        if (tenths == one).any()
    )


def told_from(level: float, told: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> str:
    """The share of right ones from a level on, and how many of the right ones are shown then."""
    shown = told >= level
    one = share(right[shown].tolist())
    return f"{one.share:.3f} [{one.low:.3f}, {one.high:.3f}] ({shown[right].mean():.2f})"


def kept(fit: Fit) -> list[str]:
    """The bands of the shipped fit."""
    rows = ["What is shown with an answer, from the unseen halves:", ""]
    rows += ["| confidence | questions | right |", "|---|---|---|"]
    return rows + [
        f"| {band.start:.1f} to {band.start + 0.1:.1f} | {band.questions} | "
        f"{band.right / max(band.questions, 1):.3f} |"
        for band in fit.bands
    ]


if __name__ == "__main__":
    main()
