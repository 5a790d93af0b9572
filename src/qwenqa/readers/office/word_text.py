"""The text of one Word paragraph: its runs, fields, symbols and formulas as people see them."""

from __future__ import annotations

from dataclasses import dataclass, field

from qwenqa.readers.common.archive import Element
from qwenqa.readers.office.alt_text import alternative
from qwenqa.readers.office.ooxml import attribute, child, local, relationship_id

# Deleted or moved text, properties, field codes, and readings printed above Japanese words.
_UNSEEN = frozenset({
    "pPr", "rPr", "del", "moveFrom", "instrText", "delText", "delInstrText", "sectPr", "sdtPr",
    "tblPr", "rt", "ctrlPr", "fPr", "sSubPr", "sSupPr", "sSubSupPr", "naryPr", "radPr", "dPr",
    "funcPr", "limLowPr", "limUppPr", "mPr", "oMathParaPr", "binData",
})  # fmt: skip
_SIGNS = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "\u2011",
    "softHyphen": "\u00ad",
}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_OFF = ("0", "false", "off")
# Wingdings that carry meaning in forms and lists; other private signs have no known shape.
_WINGDINGS = {0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0xE0: "→"}


@dataclass(slots=True)
class ParagraphContent:
    """What a paragraph holds: its text in pieces, and what stands beside the text.

    ``boxes`` are text boxes, ``charts`` and ``diagrams`` ids of relationships, ``notes`` the
    notes referred to as (part, id), ``pictures`` what is said of pictures and shapes,
    ``hidden`` the number of hidden runs left out.
    """

    pieces: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    hidden: int = 0

    @property
    def text(self) -> str:
        """The pieces as one text."""
        return "".join(self.pieces)


def gather(
    element: Element, content: ParagraphContent, note_numbers: dict[tuple[str, str], int]
) -> None:
    """Add what is readable below an element; note references become ``[1]``, ``[2]``."""
    for each in element:
        name = local(each)
        if name in ("t", "delimiter"):
            content.pieces.append(each.text or "")
        elif name in _SIGNS:
            content.pieces.append(_SIGNS[name])
        elif name == "r" and _is_hidden(each):
            content.hidden += 1
        elif name in _NOTES:
            _refer(each, _NOTES[name], content, note_numbers)
        elif name in _FORMULAS:
            _formula(each, name, content, note_numbers)
        elif name not in _UNSEEN:
            _gather_other(each, name, content, note_numbers)


def _gather_other(
    element: Element, name: str, content: ParagraphContent, note_numbers: dict[tuple[str, str], int]
) -> None:
    if name == "txbxContent":
        content.boxes.append(element)
    elif name in ("docPr", "cNvPr"):
        # A picture's own description often repeats its frame's.
        if (said := alternative(element)) and said not in content.pictures:
            content.pictures.append(said)
    elif name == "chart":
        content.charts.append(relationship_id(element))
    elif name == "relIds":
        content.diagrams.append(relationship_id(element, "dm"))
    elif name == "sym":
        content.pieces.append(_symbol(attribute(element, "char"), attribute(element, "font")))
    elif name == "AlternateContent":
        gather(chosen(element), content, note_numbers)
    else:
        if name == "oMath" and content.pieces and not content.pieces[-1][-1:].isspace():
            content.pieces.append(" ")
        gather(element, content, note_numbers)


def chosen(alternatives: Element) -> Element:
    """Of several forms of the same content, the newest; never two of them."""
    choice = child(alternatives, "Choice")
    if choice is None:
        choice = child(alternatives, "Fallback")
    return alternatives if choice is None else choice


def _is_hidden(run: Element) -> bool:
    mark = child(run, "rPr", "vanish")
    return mark is not None and attribute(mark, "val") not in _OFF


def _refer(
    reference: Element,
    part: str,
    content: ParagraphContent,
    note_numbers: dict[tuple[str, str], int],
) -> None:
    note = part, attribute(reference, "id")
    number = note_numbers.setdefault(note, len(note_numbers) + 1)
    content.notes.append(note)
    content.pieces.append(f"[{number}]")


def _symbol(code: str, font: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= number <= 0xF0FF:
        return _WINGDINGS.get(number - 0xF000, "\ufffd") if "ding" in font.lower() else "\ufffd"
    return chr(number) if 0x20 <= number < 0xD800 else "\ufffd"


# Two parts of a formula and what stands between them on one line.
_FORMULAS = {
    "f": ("num", "/", "den"),
    "sSup": ("e", "^", "sup"),
    "sSub": ("e", "_", "sub"),
    "func": ("fName", " ", "e"),
    "rad": ("deg", "√", "e"),
    "d": ("", "(", ""),
    "nary": ("", "", ""),
}


def _formula(
    element: Element, name: str, content: ParagraphContent, note_numbers: dict[tuple[str, str], int]
) -> None:
    first, between, second = _FORMULAS[name]
    if name == "d":
        _delimited(element, content, note_numbers)
    elif name == "nary":
        sign = child(element, "naryPr", "chr")
        content.pieces.append("∫" if sign is None else attribute(sign, "val"))
        for before, part in (("_", "sub"), ("^", "sup"), (" ", "e")):
            operand = child(element, part)
            if operand is not None and len(operand):
                content.pieces.append(before)
                _part(element, part, content, note_numbers)
    else:
        _part(element, first, content, note_numbers)
        content.pieces.append(between)
        _part(element, second, content, note_numbers)


def _part(
    element: Element, name: str, content: ParagraphContent, note_numbers: dict[tuple[str, str], int]
) -> None:
    part = child(element, name)
    if part is None:
        return
    inner = ParagraphContent()
    gather(part, inner, note_numbers)
    several = name != "fName" and len(inner.text) > 1 and not inner.text.isalnum()
    content.pieces.append(f"({inner.text})" if several else inner.text)


def _delimited(
    element: Element, content: ParagraphContent, note_numbers: dict[tuple[str, str], int]
) -> None:
    opening, closing = child(element, "dPr", "begChr"), child(element, "dPr", "endChr")
    content.pieces.append("(" if opening is None else attribute(opening, "val"))
    gather(element, content, note_numbers)
    content.pieces.append(")" if closing is None else attribute(closing, "val"))
