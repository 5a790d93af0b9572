"""How fast sources are read, and which share of a build that is.

``python bench/quality/reading.py FOLDER`` reads every source of the folder, a format at a time, by one
and by two reading processes, and prints MB and PDF pages a second of the clock; then encodes a
sample of the passages with the default model, in the same run, and prints which share of a
build's time (reading by two processes, splitting and encoding all passages) reading would be.
Then the same for large files of random words made here, without encoding.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from qwenqa import Source
from qwenqa.corpus import read_bytes, scan
from qwenqa.encoders import open_encoder
from qwenqa.errors import SourceError
from qwenqa.passages import encoder_text, split
from qwenqa.readers.pool import Limits, Pool
from qwenqa.readers.registry import suffix_of
from qwenqa.types import Document

SAMPLE = 400
MADE_SENTENCES = 20_000
"""Of ten words each, in every made file: about 1.3 MB of text."""
MADE: dict[str, Callable[[int, str], str]] = {
    "txt": lambda n, said: f"{said}\n\n" if n % 5 == 0 else f"{said} ",
    "md": lambda n, said: f"\n\n## Part {n}\n\n{said} " if n % 20 == 0 else f"{said} ",
    "rst": lambda n, said: f"\n\nPart {n}\n=========\n\n{said} " if n % 20 == 0 else f"{said} ",
    "adoc": lambda n, said: f"\n\n== Part {n}\n\n{said} " if n % 20 == 0 else f"{said} ",
    "tex": lambda n, said: f"\n\n\\section{{Part {n}}}\n{said} " if n % 20 == 0 else f"{said} ",
    "py": lambda n, said: f'def part_{n}():\n    """{said}"""\n    return {n}\n\n',
    "jsonl": lambda n, said: f'{{"id": {n}, "said": "{said}"}}\n',
    "csv": lambda n, said: f"{n},{said}\n",
    "srt": lambda n, said: f"{n + 1}\n00:00:01,000 --> 00:00:02,000\n{said}\n\n",
}


def main(folder: Path) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as made:
        write_made(Path(made))
        print("Sources of the folder:\n")
        documents, seconds = print_table(folder)
        print_share(documents, seconds)
        print("\nFiles of random words:\n")
        print_table(Path(made))


def write_made(folder: Path) -> None:
    """Write a large file of random words in each of the made formats."""
    dice = random.Random(1)
    words = [
        "".join(dice.choices("abcdefghiklmnoprstuvw", k=dice.randint(2, 9))) for _ in range(4000)
    ]
    sentences = [
        f"{' '.join(dice.choices(words, k=10))}.".capitalize() for _ in range(MADE_SENTENCES)
    ]
    for suffix, write in MADE.items():
        text = "".join(write(number, said) for number, said in enumerate(sentences))
        (folder / f"made.{suffix}").write_text(text, "utf-8")
        (folder / f"again.{suffix}").write_text(text + "\n", "utf-8")


def print_table(folder: Path) -> tuple[list[Document], float]:
    """Print a row a format; the documents, and the seconds that two processes took."""
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
    return documents, seconds


def timed(folder: Path, sources: list[Source], processes: int) -> tuple[float, list[Document]]:
    """Seconds of the clock for reading all sources, once the format's libraries are loaded."""
    with Pool(Limits(processes=processes)) as pool:
        first = sources[:1] * 2 * processes
        list(pool.read_all(first, lambda one: read_bytes(folder, one.address)))
        began = time.perf_counter()
        found = list(pool.read_all(sources, lambda source: read_bytes(folder, source.address)))
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
