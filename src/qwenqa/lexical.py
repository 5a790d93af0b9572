"""Passages by their words: text analysis, and a tantivy BM25 index of the analysed terms.

The same analysis serves indexing, questions and the marking of matched words, so that a word
is shown as matched exactly when it counted.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import Stemmer
import tantivy

from qwenqa.errors import DamagedError, GenerationError
from qwenqa.types import Ranking

ANALYSIS_VERSION = 2
"""Part of a generation's header: another version indexes other terms."""

_HEAP_BYTES = 64_000_000
_SPARE = 16

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
# Words with their combining marks and soft hyphens, decimals as one term, runs of Chinese,
# Japanese or Korean; a hyphen before a line end is a word that goes on in the next line.
_TERM = re.compile(
    rf"[{_CJK}]+"
    r"|\d+(?:[.,]\d+)*(?:(?!" + rf"[{_CJK}])[^\W_])*"
    rf"|(?:(?![{_CJK}])[^\W_]|(?<=\w)[\u0300-\u036f\u00ad]|(?<=\w)-(?:\r\n|\n|\r)\s*(?=[a-z]))+"
)
_NOT_SPOKEN = re.compile(r"[\u00ad]|-\s+")

FUNCTION_WORDS = frozenset(
    """a about after all also an and any are as at be because been before but by can could did do
    does for from had has have he her his how i if in into is it its many me more most much my no
    not of on or our out over she should so some such than that the their them then there these
    they this those to up was we were what when where which while who whom whose why will with
    would you your""".split()
)
"""English words that carry grammar more than meaning; left out of questions that have others."""


class Term(NamedTuple):
    """An analysed term and the span ``[start, end)`` of the text that it came from."""

    term: str
    start: int
    end: int


def analyse(text: str) -> list[Term]:
    """The terms of a text, in order: folded, without diacritics, English words stemmed.

    Chinese, Japanese and Korean runs give overlapping pairs of characters (a single one as
    itself), since their words are not separated.
    """
    terms: list[Term] = []
    for found in _TERM.finditer(text):
        start, end = found.span()
        word = found.group()
        if unicodedata.category(word[0]) == "Lo" and re.match(f"[{_CJK}]", word):
            pairs = ((at, min(at + 2, end)) for at in range(start, max(start + 1, end - 1)))
            terms += (Term(text[a:b], a, b) for a, b in pairs)
        elif term := _normal(word):
            terms.append(Term(term, start, end))
    return terms


def query_terms(question: str) -> list[str]:
    """The different terms of a question in order; function words only if there is nothing else."""
    terms = analyse(question)
    weighty = [
        term.term
        for term in terms
        if question[term.start : term.end].casefold() not in FUNCTION_WORDS
    ]
    return list(dict.fromkeys(weighty or [term.term for term in terms]))


@lru_cache(maxsize=200_000)
def _normal(word: str) -> str:
    spoken = _NOT_SPOKEN.sub("", word)
    folded = unicodedata.normalize("NFKC", spoken).casefold()
    plain = "".join(
        one for one in unicodedata.normalize("NFD", folded) if not unicodedata.combining(one)
    )
    # A stemmer is a small state machine of its own, and not to be shared between threads.
    return str(Stemmer.Stemmer("english").stemWord(plain)) if plain.isascii() else plain


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # A signed id kills tantivy's writer.
    builder.add_unsigned_field("id", stored=False, indexed=True, fast=True)
    builder.add_unsigned_field("source", stored=False, indexed=True)
    builder.add_text_field("terms", stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def source_key(address: str) -> int:
    """A positive 63-bit number for a source's address, by which its passages are found."""
    digest = hashlib.sha256(address.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def build(folder: Path, texts: Iterable[tuple[int, str, str]]) -> None:
    """Write an index of passages (id, source's address, text) into an empty folder.

    Raises GenerationError when tantivy cannot write it, as on a full disk.
    """
    try:
        writer = tantivy.Index(_schema(), path=str(folder)).writer(_HEAP_BYTES, num_threads=1)
        for id_, address, text in texts:
            document = tantivy.Document()
            document.add_unsigned("id", id_)
            document.add_unsigned("source", source_key(address))
            document.add_text("terms", " ".join(term.term for term in analyse(text)))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
    except (ValueError, OSError) as error:
        raise GenerationError(
            f"The words of the index cannot be written to {folder} ({error}). "
            "Free some space, or check that the folder can be written."
        ) from error


def _open(folder: Path) -> tantivy.Searcher:
    """Open the folder; tantivy puts a lock beside what it opens, elsewhere if it may not."""
    if os.access(folder, os.W_OK):
        return tantivy.Index.open(str(folder)).searcher()
    with tempfile.TemporaryDirectory(prefix="qwenqa-") as links:
        for path in folder.resolve().iterdir():
            if path.suffix != ".lock":
                Path(links, path.name).symlink_to(path)
        return tantivy.Index.open(links).searcher()


class LexicalIndex:
    """BM25 over the terms of passages (k1 = 1.2, b = 0.75), opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the index in the folder; raises DamagedError when it cannot be opened."""
        self._schema = _schema()
        try:
            self._searcher = _open(folder)
        except (ValueError, OSError) as error:
            raise DamagedError(f"The words of the index in {folder} cannot be read.") from error

    def __len__(self) -> int:
        """How many passages it holds."""
        return int(self._searcher.num_docs)

    def frequency(self, term: str) -> int:
        """In how many passages an analysed term stands."""
        return int(self._searcher.doc_freq("terms", term))

    def search(
        self, terms: Sequence[str], depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        """BM25 scores by id of the ``depth`` best passages, in order; ties by lowest id.

        ``sources`` are the addresses to look in, all when None; rarity is always that of the
        whole index.

        Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
        Foundations and Trends in Information Retrieval 3(4), 2009.
        """
        count = len(self)
        queries = [tantivy.Query.term_query(self._schema, "terms", term, "freq") for term in terms]
        if not queries or count == 0:
            return {}
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in queries])
        if sources is not None:
            query = self._within(query, sources)
        fetch = min(depth + _SPARE, count)
        while True:
            hits = self._searcher.search(query, limit=fetch, count=False).hits
            tied_at_end = len(hits) > depth and hits[depth - 1][0] == hits[-1][0]
            if fetch == count or len(hits) < fetch or not tied_at_end:
                break
            fetch = min(2 * fetch, count)
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        found = sorted((-float(hit[0]), int(id_ or 0)) for hit, id_ in zip(hits, ids, strict=True))
        return {id_: -score for score, id_ in found[:depth]}

    def _within(self, query: tantivy.Query, sources: Collection[str]) -> tantivy.Query:
        keys = sorted(map(source_key, sources))
        inside = tantivy.Query.term_set_query(self._schema, "source", keys)
        unscored = tantivy.Query.const_score_query(inside, 0.0)
        must = tantivy.Occur.Must
        return tantivy.Query.boolean_query([(must, query), (must, unscored)])
