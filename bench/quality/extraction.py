"""What reading keeps: words of reference texts found, articles told from their pages, round trips.

``python bench/quality/extraction.py words FOLDER``: FOLDER holds ``KIND/sources/NAME`` and
``KIND/groundtruth/NAME.md`` (another tool's Markdown), as docling's fixtures do. Counts the
words of the reference that stand in our text.

``python bench/quality/extraction.py articles FOLDER``: ``gold.jsonl`` (id, text) and ``html/ID.html``, as
the article extraction benchmark of scrapinghub has them. Mean over pages of precision, recall
and F1 of 4-word shingles, of the text of the passages against the hand-made gold.

``python bench/quality/extraction.py roundtrip FOLDER``: builds twice, compares the passages, and verifies
every passage's citation from the bytes alone in a new process.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from qwenqa import Library, citation_json, cite
from qwenqa.errors import QwenqaError, SourceError
from qwenqa.passages import split
from qwenqa.readers.registry import read

WORD = re.compile(r"\w+")
# What the reference says of itself: pictures left out, and where links lead.
MARKUP = re.compile(r"<!--.*?-->|\]\([^)]*\)|</?\w[^>]*>", re.DOTALL)
SHINGLE = 4
VERIFY = """
import sys
from pathlib import Path
from qwenqa import Library
library = Library(sys.argv[1], sys.argv[2], "toy")
verdicts = [library.verify(line).verdict for line in sys.stdin]
print(len(verdicts), sum(one == "exact" for one in verdicts))
"""


def words(folder: Path) -> None:
    """Print the share of the reference's words found, by kind and over all, and the exceptions."""
    totals: dict[str, list[int]] = {}
    exceptions: list[str] = []
    for reference in sorted(folder.glob("*/groundtruth/*.md")):
        kind = reference.parts[-3]
        candidates = (reference.parent.parent / "sources").iterdir()
        named = {reference.stem, f"{reference.stem}.{kind}"}
        source = next(
            (candidate for candidate in sorted(candidates) if candidate.name in named), None
        )
        if source is None:
            exceptions.append(f"{kind}: {reference.stem} has no source")
            continue
        try:
            document, _ = read(source.name, source.read_bytes())
        except SourceError as error:
            exceptions.append(f"{kind}: {source.name} {error}")
            continue
        wanted = WORD.findall(MARKUP.sub(" ", html.unescape(reference.read_text("utf-8"))).lower())
        ours = set(WORD.findall(f"{document.title} {document.text}".lower()))
        missing = Counter(word for word in wanted if word not in ours)
        count = totals.setdefault(kind, [0, 0, 0])
        count[0] += 1
        count[1] += len(wanted)
        count[2] += len(wanted) - missing.total()
        if wanted and missing.total() > 0.02 * len(wanted):
            most = " ".join(word for word, _ in missing.most_common(8))
            share = 1 - missing.total() / len(wanted)
            exceptions.append(f"{kind}: {source.name} {share:.3f}, lacks: {most}")
    print("| kind | files | words | found |\n|---|---|---|---|")
    for kind, (files, all_words, found) in totals.items():
        print(f"| {kind} | {files} | {all_words} | {found / max(1, all_words):.4f} |")
    files, all_words, found = (sum(column) for column in zip(*totals.values(), strict=True))
    print(f"| all | {files} | {all_words} | {found / all_words:.4f} |\n")
    print("\n".join(f"- {exception}" for exception in exceptions))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words with their counts; of all words where there are fewer."""
    found = WORD.findall(text)
    last = max(1, len(found) - SHINGLE + 1)
    return Counter(tuple(found[at : at + SHINGLE]) for at in range(last))


def articles(folder: Path) -> None:
    """Print mean precision, recall and F1 over all pages."""
    scores = []
    for line in (folder / "gold.jsonl").read_text("utf-8").splitlines():
        gold = json.loads(line)
        data = (folder / "html" / f"{gold['id']}.html").read_bytes()
        document, _ = read("page.html", data)
        pieces = split(document, lambda texts: [len(text.split()) for text in texts], 256)
        ours = shingles("\n".join(document.text[piece.start : piece.end] for piece in pieces))
        wanted = shingles(gold["text"])
        common = (ours & wanted).total()
        precision, recall = common / max(1, ours.total()), common / max(1, wanted.total())
        scores.append((precision, recall, 2 * common / max(1, ours.total() + wanted.total())))
    means = [sum(column) / len(scores) for column in zip(*scores, strict=True)]
    print("| pages | precision | recall | F1 |\n|---|---|---|---|")
    print(f"| {len(scores)} | " + " | ".join(f"{mean:.3f}" for mean in means) + " |")


def roundtrip(folder: Path) -> None:
    """Print how many citations of all passages verify exact from the bytes in a new process."""
    with tempfile.TemporaryDirectory() as temporary:
        libraries = [Library(folder, Path(temporary) / name, "toy") for name in ("a", "b")]
        report = libraries[0].rebuild()
        libraries[1].rebuild()
        first, second = (list(library.generation().all_passages()) for library in libraries)
        print(f"{len(report.added)} sources, {report.passages} passages; built twice the same: ")
        print(first == second)
        citations = "\n".join(" ".join(citation_json(cite(one)).split("\n")) for one in first)
        given = [sys.executable, "-c", VERIFY, str(folder), str(Path(temporary) / "none")]
        ran = subprocess.run(given, input=citations, capture_output=True, text=True, check=True)
        total, exact = ran.stdout.split()
        print(f"{exact} of {total} citations verify exact in a new process")


if __name__ == "__main__":
    try:
        {"words": words, "articles": articles, "roundtrip": roundtrip}[sys.argv[1]](
            Path(sys.argv[2])
        )
    except (KeyError, IndexError, QwenqaError) as error:
        sys.exit(f"{error}\n{__doc__}")
