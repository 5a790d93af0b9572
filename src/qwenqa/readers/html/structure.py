"""The structure of a parsed page: headings, paragraphs, items, rows and code, in their order.

E-books and mail hold pages too, so this knows nothing of articles: ``stretches_of`` tells what
stands in a tree, and ``write`` appends it to a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from qwenqa.readers.common.draft import DocumentDraft
from qwenqa.readers.html.tables import is_data_table, rows_of
from qwenqa.types import BlockKind
from qwenqa.types.characters import UNREADABLE

Element = etree._Element

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCK_NAMES = """
    address article aside audio blockquote body button canvas caption center dd details dialog dir
    div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html iframe
    legend li listing main menu nav object ol optgroup option p pre search section select summary
    table tbody td textarea tfoot th thead tr ul video xmp
"""
# What no browser shows: programs, styles, stand-ins for browsers that lack a feature.
_UNSEEN_NAMES = """
    annotation annotation-xml audio canvas datalist defs desc head iframe link meta metadata noembed
    noframes noscript object param script style template title video
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_UNSEEN = frozenset(_UNSEEN_NAMES.split())
_ASIDE = frozenset(("nav", "footer", "aside", "dialog", "select", "button", "menu"))
_ROLES = "navigation banner contentinfo complementary search dialog alertdialog menu menubar"
_ASIDE_ROLES = frozenset(_ROLES.split())
_CODE = frozenset(("pre", "listing", "xmp", "textarea"))
_SPACE = re.compile(r"[ \t\n\r\f]+")
_AROUND_BREAK = re.compile(r" *\n *")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SIGN_CHARACTERS = 2
_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What an open element tells about the text in it; ``around`` is the element it is in.

    ``aside`` says that the page itself sets the text apart (navigation, footer, hidden), and
    ``inner`` that it is in an article or a header, whose own headers do not do so.
    """

    name: str
    kind: BlockKind = "paragraph"
    level: int = 0
    context: str = ""
    aside: bool = False
    inner: bool = False
    classes: str = ""
    around: Frame | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[Frame]:
        """This element and all that it is in, from the inside."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.around


@dataclass(frozen=True, slots=True)
class Stretch:
    """A block that has its text and not yet its place in the document.

    ``linked`` counts its characters that are links; ``frame`` is the element it stands in.
    """

    text: str
    kind: BlockKind
    level: int = 0
    context: str = ""
    aside: bool = False
    linked: int = 0
    frame: Frame = Frame("")


def stretches_of(root: Element, tables: bool = True) -> list[Stretch]:
    """What a person reads in this element, block by block; without tables, cells are blocks."""
    return _HtmlWalk(tables).stretches(root)


def name_of(element: Element) -> str:
    """The element's name in lower case, without its namespace; empty for comments."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


class _HtmlWalk:
    """One pass over a tree, without recursion: trees of strangers are deep."""

    def __init__(self, tables: bool) -> None:
        self._tables = tables
        self._frame = Frame("")
        self._stretches: list[Stretch] = []
        self._texts: list[str] = []
        self._linked = 0
        self._links = 0
        self._term = ""
        self._number = ""
        self._items: dict[Element, int] = {}

    def stretches(self, root: Element) -> list[Stretch]:
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if event == "start" and not self._start(element):
                walk.skip_subtree()
            elif event == "end":
                self._end(element)
            if event != "start" and element is not root:
                self._add(element.tail or "")
        self._flush()
        return self._stretches

    def _start(self, element: Element) -> bool:
        """Note what begins; False when nothing in the element is to be read as it stands."""
        name = name_of(element)
        if name in _BLOCKS:
            self._flush()
            self._frame = _framed(self._frame, element, name, self._term)
        if name == "li":
            self._number = self._item_number(element)
        if name in _UNSEEN or not name:
            return False
        if name == "table" and self._tables and is_data_table(element):
            self._table(element)
            return False
        if name == "a":
            self._links += _leads_away(element)
        elif name in ("br", "q"):
            self._texts.append("\n" if name == "br" else "“")
        elif name == "img":
            self._picture(element)
        self._add(element.text or "")
        return True

    def _end(self, element: Element) -> None:
        name = name_of(element)
        if name == "a":
            self._links -= _leads_away(element)
        elif name == "q":
            self._texts.append("”")
        elif name in _BLOCKS:
            self._flush()
            self._frame = self._frame.around or self._frame

    def _item_number(self, item: Element) -> str:
        """An item's number as the browser shows it, or nothing in lists without numbers."""
        around = item.getparent()
        if around is None or name_of(around) != "ol":
            return ""
        before = self._items.get(around, _count(around.get("start"), 1) - 1)
        self._items[around] = _count(item.get("value"), before + 1)
        return f"{self._items[around]}. "

    def _picture(self, element: Element) -> None:
        """What a picture's author wrote in its place: a sign stands in the text, words aside."""
        words = _SPACE.sub(" ", UNREADABLE.sub("\ufffd", element.get("alt") or "")).strip()
        if 0 < len(words) <= _SIGN_CHARACTERS:
            self._add(words)
        elif words:
            self._stretches.append(Stretch(words, "paragraph", aside=True, frame=self._frame))

    def _add(self, text: str) -> None:
        if not text:
            return
        if self._frame.kind != "code":
            text = _SPACE.sub(" ", text)
        self._texts.append(text)
        if self._links:
            self._linked += len(text.strip())

    def _flush(self) -> None:
        """Make stretches of the text since the last block's border; two breaks part paragraphs."""
        text, linked, frame = "".join(self._texts), self._linked, self._frame
        self._texts, self._linked = [], 0
        if not text.strip():
            return
        text = UNREADABLE.sub("\ufffd", text)
        for part in _parts(text, frame.kind == "code"):
            share = min(len(part), linked * len(part) // len(text) + 1 if linked else 0)
            self._stretch(part, frame, share)
        if frame.name == "dt":
            self._term = " ".join(text.split())

    def _stretch(self, text: str, frame: Frame, linked: int) -> None:
        if frame.kind == "item":
            text, self._number = self._number + text, ""
        stretch = Stretch(text, frame.kind, frame.level, frame.context, frame.aside, linked, frame)
        self._stretches.append(stretch)

    def _table(self, table: Element) -> None:
        frame = self._frame
        for row in rows_of(table, _cell_text):
            kind: BlockKind = "row" if row.cells else "paragraph"
            self._stretch(row.text, replace(frame, kind=kind, level=0, context=row.context), 0)


def _count(said: str | None, default: int) -> int:
    figures = (said or "").strip()
    return int(figures) if re.fullmatch(r"[0-9]{1,9}", figures) else default


def _leads_away(link: Element) -> bool:
    """Whether a link leads off the page: headings often link to themselves."""
    return not (link.get("href") or "#").startswith("#")


def _parts(text: str, code: bool) -> Iterator[str]:
    if code:
        yield _LINE_END.sub("\n", text).strip()
        return
    for part in re.split(r"\n{2,}", _AROUND_BREAK.sub("\n", re.sub(" {2,}", " ", text))):
        if part.strip():
            yield part.strip()


def _cell_text(cell: Element) -> str:
    """A cell's text in one line, whatever stands in it."""
    return " ".join(" ".join(stretch.text.split()) for stretch in stretches_of(cell, tables=False))


def _framed(around: Frame, element: Element, name: str, term: str) -> Frame:
    kind, level = around.kind, 0
    if name in _HEADINGS:
        kind, level = "heading", _HEADINGS[name]
    elif around.kind == "heading":
        kind, level = "heading", around.level
    elif name in ("li", "dt", "dd", "option"):
        kind = "item"
    elif name in _CODE:
        kind = "code"
    context = term if name == "dd" else around.context if kind == "item" else ""
    classes = f"{element.get('class') or ''} {element.get('id') or ''}".lower()[:300]
    aside = around.aside or _is_aside(element, name, around)
    inner = around.inner or name in ("article", "main", "header")
    return Frame(name, kind, level, context, aside, inner, classes, around)


def _is_aside(element: Element, name: str, around: Frame) -> bool:
    """Whether the page itself says that this is not what it is about, or hides it."""
    if name in _ASIDE or (element.get("role") or "").lower() in _ASIDE_ROLES:
        return True
    if element.get("hidden") is not None or _HIDDEN.search((element.get("style") or "")[:1000]):
        return True
    return name == "header" and not around.inner and not _has_heading(element)


def _has_heading(element: Element) -> bool:
    return next(element.iter("{*}h1", "{*}h2"), None) is not None


def write(stretches: Iterable[Stretch], draft: DocumentDraft) -> None:
    """Append the stretches to a document in the making; what is aside goes to its end."""
    for each in stretches:
        if each.aside:
            draft.add_furniture(each.text)
        else:
            draft.add(each.text, each.kind, each.level, each.context)
