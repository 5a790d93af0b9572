"""Large libraries in minutes: files of drawn words, and vectors drawn around those of real texts.

``python bench/speed/synthetic.py PASSAGES FOLDER`` makes FOLDER/corpus and FOLDER/index, which a
``Library`` opens like any other. Neither words nor vectors mean anything. The words are those of
the model's vocabulary by Zipf's law, function words and numbers among them, so that questions of
them have as many tokens as people's; the vectors lie around 4,096 topics, which lie around the
vectors of the article's sentences, phrases and words, as unevenly in their directions as a model's.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qwenqa import Library
from qwenqa.build.builder import build
from qwenqa.build.context import BuildContext, Earlier, Reading
from qwenqa.corpus import scan
from qwenqa.encoders.model_files.locate import DEFAULT_MODEL, locate
from qwenqa.errors import NoGenerationError
from qwenqa.index import opening
from qwenqa.index.publish import builder
from qwenqa.readers.registry import read
from qwenqa.service.open.reading import build_context_of
from qwenqa.types import BuildReport, Document, Encoder, Piece, Source, Span, Vectors

ARTICLE = Path(__file__).parents[2] / "corpus" / "qwen-team-departures.txt"
SENTENCES, WORDS = 2, 17
FILES = 5_000
_TOPICS = 4_096
_ABOUT = 40


class Synthetic:
    """An encoder's questions, and drawn vectors for passages: those of a file near each other."""

    def __init__(self, real: Encoder) -> None:
        """Stand in the place of a real encoder."""
        self._real, self.identity = real, real.identity
        self.count_tokens, self.encode_queries = real.count_tokens, real.encode_queries

    @cached_property
    def _basis(self) -> Vectors:
        text = ARTICLE.read_text("utf-8")
        lines = [one for one in text.replace("\n", " ").split(". ") if len(one) > 20]
        heads = [" ".join(line.split()[:8]) for line in lines]
        tails = [" ".join(line.split()[-8:]) for line in lines]
        words = sorted({one for one in text.split() if len(one) > 4})
        return self._real.encode_passages([*lines, *heads, *tails, *words])

    @cached_property
    def _topics(self) -> Vectors:
        nowhere = np.zeros((_TOPICS, self.identity.dimension), np.float32)
        return self._around(np.random.default_rng(3), nowhere)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors that follow from the texts; those of equal first lines have one topic."""
        topics = [_number(text.partition("\n")[0]) % _TOPICS for text in texts]
        dice = np.random.default_rng(_number("\0".join(texts)))
        if progress:
            progress(len(texts))
        return self._around(dice, 0.8 * self._topics[topics])

    def _around(self, dice: np.random.Generator, middles: Vectors) -> Vectors:
        # The cubes of normal numbers: of the real directions some count much and most little.
        mix = dice.standard_normal((len(middles), len(self._basis)), dtype=np.float32) ** 3
        even = dice.standard_normal(middles.shape, dtype=np.float32)
        made = middles + _unit(mix @ self._basis) + 0.5 * _unit(even)
        return np.ascontiguousarray(_unit(made), np.float32)


def main() -> None:
    """Make the library that was asked for."""
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    write_corpus(folder / "corpus", count)
    library = Library(folder / "corpus", folder / "index")
    print(rebuild(library, synthetic(library)))


def synthetic(library: Library) -> Synthetic:
    """The library's own encoder for questions, and drawn vectors."""
    return Synthetic(library._serving.models.open(library._serving.models.wanted(None)))


def rebuild(library: Library, encoder: Encoder) -> BuildReport:
    """As ``Library.rebuild``, with this encoder, a passage a paragraph, read in this process."""
    index = library.settings.index
    with builder(index):
        try:
            serving = opening.serving(index)
        except NoGenerationError:
            serving = None
        context = _context(library, encoder)
        return build(index, scan(library.settings.corpus), context, Earlier(serving))


def write_corpus(root: Path, passages: int, files: int = FILES) -> None:
    """Files of paragraphs of two sentences; every file has words of its own besides all others'."""
    words, dice = _vocabulary(), np.random.default_rng(5)
    shares = np.cumsum(1 / np.arange(3, len(words) + 3))
    files = min(files, passages // 4)
    for number in range(files):
        count = passages // files + (number < passages % files)
        own = dice.integers(0, len(words), _ABOUT)
        picked = np.searchsorted(shares / shares[-1], dice.random((count, SENTENCES, WORDS)))
        about = dice.random(picked.shape) < 0.15
        picked[about] = own[dice.integers(0, _ABOUT, int(about.sum()))]
        path = root / f"{number // 1000:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        title = " ".join(words[own[:4]]).title()
        path.write_text("\n\n".join([title, *map(_paragraph, words[picked])]) + "\n", "utf-8")


def _paragraph(sentences: npt.NDArray[np.str_]) -> str:
    return " ".join(" ".join(sentence).capitalize() + "." for sentence in sentences)


def _vocabulary() -> npt.NDArray[np.str_]:
    """Words and numbers of the default model's vocabulary, the frequent ones first."""
    folder = locate(DEFAULT_MODEL)
    told = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    words = (one for one in told if one.isascii() and one.isalnum() and len(one) > 1)
    return np.array(sorted(words, key=told.get))


def _context(library: Library, encoder: Encoder) -> BuildContext:
    def reading(sources: Iterable[Source]) -> Iterator[Reading]:
        for source in sources:
            yield read(source.address, (library.settings.corpus / source.address).read_bytes())

    made = build_context_of(library.settings, encoder, lambda *_: ())
    return replace(made, read=reading, split=_split, step=1 << 17)


def _split(document: Document) -> list[Piece]:
    """Each paragraph but the first is a passage; the first one is their context."""
    title, at, pieces = document.text.partition("\n")[0], 0, []
    for paragraph in document.text.rstrip("\n").split("\n\n"):
        start, at = at, at + len(paragraph) + 2
        if start:
            spans, here = [], start
            for sentence in paragraph.split(". "):
                end = min(here + len(sentence) + 1, start + len(paragraph))
                spans.append(Span(here, end))
                here = end + 1
            pieces.append(Piece(start, start + len(paragraph), title, (), tuple(spans)))
    return pieces


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


if __name__ == "__main__":
    main()
