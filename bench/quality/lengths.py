"""What the length of passages is worth: the same collections, split at other lengths.

``python bench/quality/lengths.py FOLDER --cache CACHE COLLECTION ...`` builds each collection at 128, 192
and 256 of the model's tokens, asks its judged queries, and writes ``docs/measurements/lengths.md``: nDCG@10 and
hit@1 of the fused ranking. Vectors are kept in the cache folder, one index for each length.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from qwenqa.evaluation.collection import read_collection
from qwenqa.evaluation.metrics import compare, per_query
from qwenqa.evaluation.runs import index_of, runs_of
from qwenqa.settings import Settings

LENGTHS = (256, 192, 128)


def main() -> None:
    """Build, ask, and write the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("collections", nargs="+")
    options.add_argument("--cache", type=Path, required=True)
    given = options.parse_args()
    lines = [
        "| collection | tokens | passages | nDCG@10 | hit@1 | less 256 (p) |",
        "|---" * 6 + "|",
    ]
    for name in given.collections:
        lines += rows(given.folder / name, given.cache)
    (Path(__file__).parents[2] / "docs/measurements/lengths.md").write_text(
        "\n".join(lines) + "\n", "utf-8"
    )
    print("\n".join(lines))


def rows(folder: Path, cache: Path) -> list[str]:
    """A row for each length."""
    collection, lines, first = read_collection(folder), [], None
    for tokens in LENGTHS:
        place = cache / (folder.name if tokens == LENGTHS[0] else f"{folder.name}-{tokens}-tokens")
        library, document_of = index_of(collection, place, Settings(passage_tokens=tokens))
        values = per_query(collection.qrels, runs_of(collection, library, document_of)["fused"])
        first = values if first is None else first
        change = compare("nDCG@10", first["nDCG@10"], values["nDCG@10"])
        lines.append(
            f"| {folder.name} | {tokens} | {len(document_of)} | {values['nDCG@10'].mean():.3f} | "
            f"{values['hit@1'].mean():.3f} | {change.difference:+.3f} ({change.p:.3f}) |"
        )
        print(lines[-1], flush=True)
    return lines


if __name__ == "__main__":
    main()
