"""What an index is to a reader, and what has to be true of it at any moment."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from toys import model

from qwenqa import Library
from qwenqa.encoders import ToyEncoder
from qwenqa.errors import NoGenerationError
from qwenqa.index import opening, publish
from qwenqa.index.check import check
from qwenqa.index.generation import Generation
from qwenqa.index.header import CURRENT, HEADER, folder_of, headers
from qwenqa.lexical.analysis import query_terms
from qwenqa.settings import Settings

WORDS = "owl wren heron brig sail tin wool tea leaf harbour keeper lighthouse night water".split()
Content = dict[str, Any]


def content(index: Path) -> Content:
    """Everything a reader can learn from the generation that serves, without its number."""
    opened = opening.serving(index)
    try:
        assert opened.damage == ""
        return content_of(opened)
    finally:
        opened.close()


def content_of(opened: Generation) -> Content:
    """Everything a reader can learn from a generation, without its number."""
    query = ToyEncoder().encode_queries(["owl at the harbour"])
    ids, codes = opened.encoded_ids.tolist(), opened.codes()
    return {
        "passages": list(opened.all_passages()),
        "documents": [
            msgspec.structs.replace(document, text_start=0, text_end=0)
            for document in opened.documents
        ],
        "texts": [opened.text(n) for n in range(len(opened.documents))],
        "vectors": {id_: code.tobytes() for id_, code in zip(ids, codes, strict=True)},
        "dense": list(opened.dense_candidates(query, 50).items()),
        "lexical": [
            list(opened.lexical_candidates(query_terms(word, opened.languages), 50).items())
            for word in WORDS
        ],
        "skipped": opened.header.skipped,
        "digest": opened.header.corpus_digest,
        "recipe": opened.header.recipe,
    }


def from_nothing(settings: Settings) -> Content:
    """The content of an index built of the corpus in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index")
        Library(settings=dataclasses.replace(settings, index=index)).rebuild(allow_empty=True)
        return content(index)


def state(index: Path, old: Content | None, new: Content) -> str:
    """Which state the index is in: "old", "new", or new with vectors to come ("step").

    Fails when it is in none of them. ``old`` is None where nothing was built before; then the
    first generation may be complete and found, but not yet named ("unnamed").
    """
    if old is None and not (index / CURRENT).exists():
        return _unnamed(index)
    found = content(index)
    if found == new:
        return "new"
    if found == old:
        return "old"
    to_come = {"vectors": new["vectors"], "dense": new["dense"]}
    assert {**found, **to_come} == new
    assert found["vectors"].items() < new["vectors"].items()
    return "step"


def _unnamed(index: Path) -> str:
    try:
        opening.serving(index).close()
    except NoGenerationError:
        return "old"
    return "unnamed"


def require_whole(settings: Settings, question: str) -> None:
    """Every generation there is opens verified, a check finds nothing, and the index answers."""
    index = settings.index
    if publish.serving(index) is not None:
        assert check(index, lambda _: "").findings == ()
    for header in headers(index):
        Generation(folder_of(index, header.generation), header).close()
    if publish.serving(index) is not None:
        library = Library(settings=settings)
        with model(library.generation().header.recipe.encoder.weights):
            answer = library.ask(question)
        assert answer.generation == publish.serving(index)
        assert answer.hits


def require_tidy(settings: Settings) -> None:
    """Nothing lies in the index but whole, complete generations, no more than are kept."""
    index = settings.index
    whole = headers(index)
    assert publish.remains(index) == []
    assert {one.kind for one in whole} <= {"complete"}
    folders = {folder_of(index, one.generation) for one in whole}
    assert {*index.iterdir()} - {index / "LOCK", index / "CURRENT"} == folders
    for header, folder in zip(whole, sorted(folders), strict=True):
        files = {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        }
        assert files == {*header.files, HEADER}
    assert len(whole) <= settings.keep_generations
