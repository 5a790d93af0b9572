"""How fast sources are read, and which share of a build that is.

``python bench/reading.py FOLDER``: reads every source of the folder by one and by two reading
processes, a format at a time, and prints MB and PDF pages a second of the clock; then encodes a
sample of the passages with the default model, in the same run, and prints which share of a
build's time (reading by two processes, splitting and encoding all passages) reading would be.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from pathlib import Path

from qwenqa import Source, SourceError
from qwenqa.corpus import read_bytes, scan
from qwenqa.encoders import open_encoder
from qwenqa.passages import encoder_text, split
from qwenqa.readers.pool import Limits, Pool
from qwenqa.readers.table import suffix_of
from qwenqa.types import Document

SAMPLE = 400
WARM = Source("warm.txt", "", 0)


def main(folder: Path) -> None:
    """Measure and print."""
    kinds: dict[str, list[Source]] = defaultdict(list)
    for source in scan(folder).sources:
        kinds[suffix_of(source.address)].append(source)
    documents: list[Document] = []
    seconds = 0.0
    print("| format | sources | MB | MB/s, one process | two | PDF pages/s, one | two |")
    print("|---|---|---|---|---|---|---|")
    for kind, sources in sorted(kinds.items()):
        once, read = timed(folder, sources, 1)
        twice, _ = timed(folder, sources, 2)
        documents, seconds = documents + read, seconds + twice
        size = sum(source.size for source in sources) / 1e6
        pages = sum(document.extraction.pages or 0 for document in read)
        shown = [f"{pages / once:.0f}", f"{pages / twice:.0f}"] if kind == ".pdf" else ["", ""]
        row = [kind, str(len(sources)), f"{size:.2f}", f"{size / once:.1f}", f"{size / twice:.1f}"]
        print(f"| {' | '.join(row + shown)} |")
    print_share(documents, seconds)


def timed(folder: Path, sources: list[Source], processes: int) -> tuple[float, list[Document]]:
    """Seconds of the clock for reading all sources, started processes not counted."""
    with Pool(Limits(processes=processes)) as pool:
        list(pool.read_all([WARM] * 2 * processes, lambda _: b"warm"))
        began = time.perf_counter()
        found = list(pool.read_all(sources, lambda one: read_bytes(folder, one.address)))
        seconds = time.perf_counter() - began
        pool.close()
    return seconds, [one[0] for one in found if not isinstance(one, SourceError)]


def print_share(documents: list[Document], reading: float) -> None:
    """Print the share of reading in a build, the encoding extrapolated from a sample."""
    encoder = open_encoder()
    began = time.perf_counter()
    texts = [
        encoder_text(piece.context, document.text[piece.start : piece.end])
        for document in documents
        for piece in split(document, encoder.count_tokens, encoder.identity.limit)
    ]
    splitting = time.perf_counter() - began
    sample = texts[:: max(1, len(texts) // SAMPLE)]
    began = time.perf_counter()
    encoder.encode_passages(sample)
    rate = len(sample) / (time.perf_counter() - began)
    encoding = len(texts) / rate
    share = reading / (reading + splitting + encoding)
    print(f"\n{len(texts)} passages at {rate:.0f}/s: encoding {encoding:.1f} s, splitting")
    print(f"{splitting:.1f} s, reading by two processes {reading:.1f} s: {share:.1%} of a build")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
