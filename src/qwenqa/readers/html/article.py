"""Which blocks of a page are its article, and which stand around it.

trafilatura finds the article's text; the page's own structure tells where that text stands, so
that whole paragraphs are told apart and what is left out is kept and not lost.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from lxml import etree
from lxml.html import HtmlElement

from qwenqa.readers.html.structure import Frame, Stretch

Element = etree._Element

# trafilatura's time grows faster than the page; larger pages are read whole.
_MAX_ELEMENTS = 20_000
_MAX_TEXT_CHARACTERS = 3_000_000
_MISTAKES = (
    AttributeError,
    ArithmeticError,
    AssertionError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    etree.LxmlError,
)
_WORD = re.compile(r"\w+")
_SHINGLE_WORDS = 4
_FOUND_SHARE = 0.5
_BOX_SHARE = 0.6
"""Of the article's text, that its box holds; the rest is often a teaser or "read more"."""
_LONG_CHARACTERS = 160
_LINK_SHARE = 0.8
_LINK_LIST_ITEMS = 3
_SURROUNDING_STRETCHES = 12
"""Links, menus and the like, of which a page has fewer when there is nothing to set apart."""
_MIN_SHARE_DECLARED, _MIN_SHARE = 0.1, 0.5
"""Of the page's running text, that must be found in a page that calls itself an article, where
the rest is other articles and comments, and in one that does not, where it may be the point."""


def set_apart(stretches: Sequence[Stretch], root: Element, declared: bool) -> list[Stretch]:
    """The stretches, with those that stand around the page's article marked as aside.

    ``declared`` says that the page calls itself an article. Pages that are none stay whole.
    """
    around = sum(each.aside or _is_link(each, 0.5) for each in stretches)
    if around >= _SURROUNDING_STRETCHES:
        article = _article(stretches, article_text(root), declared)
        if _share(stretches, article) >= (_MIN_SHARE_DECLARED if declared else _MIN_SHARE):
            pairs = zip(stretches, article, strict=True)
            return [replace(each, aside=not inside) for each, inside in pairs]
    if all(each.aside for each in stretches):
        return [replace(each, aside=False) for each in stretches]
    return list(stretches)


def article_text(root: Element) -> str:
    """The article as trafilatura finds it, or an empty string; never fetches anything."""
    if not isinstance(root, HtmlElement) or is_large(root):
        return ""
    # Imported late: it takes a third of a second, which only pages are to pay.
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    # It would write out what spans rows or columns cell by cell, thousands of times if told so.
    etree.strip_attributes(root, "rowspan", "colspan")
    try:
        # The slower ways that "fast" leaves out take minutes on hostile pages, and found no more.
        article = bare_extraction(root, fast=True, include_comments=False)
    except _MISTAKES:
        return ""  # a mistake of the finder's must not lose the page
    return getattr(article, "text", None) or ""


def is_large(root: Element) -> bool:
    """Whether a page is too large to tell its article from the rest in bounded time."""
    if sum(1 for _ in root.iter()) > _MAX_ELEMENTS:
        return True
    return sum(map(len, root.itertext())) > _MAX_TEXT_CHARACTERS


def _share(stretches: Sequence[Stretch], article: Sequence[bool]) -> float:
    """How much of the page's running text is the article; menus and lists of links not counted."""
    running = [each for each in stretches if not each.aside and not _is_link(each, 0.5)]
    characters = sum(
        len(each.text) for each, inside in zip(stretches, article, strict=True) if inside
    )
    return characters / max(1, sum(len(each.text) for each in running))


def _article(stretches: Sequence[Stretch], text: str, declared: bool) -> list[bool]:
    """For each stretch, whether it belongs to the article, whose title stands elsewhere."""
    hits = zip(stretches, _hits(stretches, text), strict=True)
    standing = [hit and not each.aside for each, hit in hits]
    box = _box([each for each, hit in zip(stretches, standing, strict=True) if hit])
    if box is None:
        return [False] * len(stretches)
    inside = [_belongs(each, hit, box) for each, hit in zip(stretches, standing, strict=True)]
    if declared:
        inside = [
            keep and not (each.kind == "heading" and each.level == 1)
            for each, keep in zip(stretches, inside, strict=True)
        ]
    for run in _link_lists(stretches, inside):
        for at in run:
            inside[at] = False
    return inside


def _hits(stretches: Sequence[Stretch], text: str) -> Iterator[bool]:
    """Whether each stretch stands in the text: most of its word sequences, or it as a line."""
    lines = {tuple(_words(line)) for line in text.splitlines()}
    in_article = set(_shingles(_words(text)))
    for each in stretches:
        words = _words(each.text)
        sequences = _shingles(words)
        hits = sum(sequence in in_article for sequence in sequences)
        yield hits >= _FOUND_SHARE * len(sequences) if sequences else tuple(words) in lines


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _shingles(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + _SHINGLE_WORDS]) for at in range(len(words) - _SHINGLE_WORDS + 1)]


def _box(standing: Sequence[Stretch]) -> Frame | None:
    """The innermost element that holds most of what was found."""
    sizes: Counter[Frame] = Counter()
    for each in standing:
        for frame in each.frame:
            sizes[frame] += len(each.text)
    enough = _BOX_SHARE * sum(len(each.text) for each in standing)
    return max(
        (frame for frame, size in sizes.items() if size >= enough),
        key=lambda frame: sum(1 for _ in frame),
        default=None,
    )


def _belongs(stretch: Stretch, stands: bool, box: Frame) -> bool:
    """Whether a stretch is of the article, given its box.

    What was found outside the box must be long to count. An article may be set in several
    boxes of one kind, of which only one was found.
    """
    if stretch.aside:
        return False
    if stretch.kind != "item" and _is_link(stretch, _LINK_SHARE):
        return False
    if stands:
        long = stretch.kind == "paragraph" and len(stretch.text) >= _LONG_CHARACTERS
        return long or any(frame is box or _is_twin(frame, box) for frame in stretch.frame)
    if stretch.kind == "code":
        return any(frame is box for frame in stretch.frame)
    return any(_is_twin(frame, box) for frame in stretch.frame) and not _is_link(stretch, 0.5)


def _is_twin(frame: Frame, box: Frame) -> bool:
    """Whether two elements of the same kind stand beside each other, or their parents do."""
    if frame is box or not box.classes or (frame.name, frame.classes) != (box.name, box.classes):
        return False
    parent, other = frame.around, box.around
    if parent is None or other is None:
        return False
    alike = (parent.name, parent.classes) == (other.name, other.classes)
    return parent is other or (alike and parent.around is other.around)


def _is_link(stretch: Stretch, share: float) -> bool:
    return stretch.linked > share * len(stretch.text)


def _link_lists(stretches: Sequence[Stretch], inside: Sequence[bool]) -> Iterator[list[int]]:
    """Runs of list items that are nothing but links: related pages, tags, menus."""
    for kind, run in groupby(range(len(stretches)), key=lambda at: stretches[at].kind):
        items = [at for at in run if inside[at]]
        links = all(_is_link(stretches[at], _LINK_SHARE) for at in items)
        if kind == "item" and links and len(items) >= _LINK_LIST_ITEMS:
            yield items
