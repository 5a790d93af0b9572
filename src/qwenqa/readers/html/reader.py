"""Saved web pages: the main article as the text, what stands around it as furniture."""

from __future__ import annotations

from qwenqa.readers.common.draft import DocumentDraft, Properties
from qwenqa.readers.html.article import is_large, set_apart
from qwenqa.readers.html.metadata import metadata_of
from qwenqa.readers.html.structure import stretches_of, write
from qwenqa.readers.html.tree import decoded, texts_of, tree_of
from qwenqa.types import Document, Extraction

_DEEP = "The page's elements are nested too deep to tell its article from the rest."
_LARGE = "The page is too large to tell its article from the rest; it was read whole."
_FLAT = "The page's elements are nested too deep; its text was read without headings and tables."


def read(data: bytes) -> Document:
    """The document of a page; raises SourceError when there is no text in it."""
    text, encoding, guessed, replaced = decoded(data)
    return page(text, Extraction(encoding, guessed, replaced))


def page(text: str, extraction: Extraction) -> Document:
    """The document of a page whose bytes are decoded; nothing that it names is fetched."""
    draft = DocumentDraft()
    tree = tree_of(text)
    if tree is None:
        for paragraph in texts_of(text):
            draft.add(paragraph)
        return draft.document(Properties(), _warned(extraction, _FLAT))
    stretches = stretches_of(tree.root)
    properties, declared = metadata_of(tree.root)
    if tree.deep:
        write(stretches, draft)
        return draft.document(properties, _warned(extraction, _DEEP))
    large = is_large(tree.root)
    write(set_apart(stretches, tree.root, declared), draft)
    return draft.document(properties, _warned(extraction, _LARGE) if large else extraction)


def _warned(extraction: Extraction, warning: str) -> Extraction:
    return Extraction(
        extraction.encoding, extraction.guessed, extraction.replaced, warnings=(warning,)
    )
