"""Drawings within drawings of a PDF: where each calls the next twice, a page has no end."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

MAX_DEPTH = 12
"""Nests no deeper are drawn without a look at what they call."""
MAX_DRAWN = 10_000
"""So many drawings a deeper one may come to; pdfium takes about a millisecond for each."""
_MARK, _UNMARKED = b"/Form", b"/Skip"
_REFERENCE = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R\b")
_OBJECT = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+obj\b")
_CALL = re.compile(rb"\bDo\b")
# A drawing's dictionary is near the word that makes it one; its content is looked at so far.
_NEAR, _CONTENT = 4096, 2**20
# Nobody draws so many circles; then none that uses another is drawn more than once.
_CIRCLES = 100


@dataclass(slots=True)
class _Form:
    """Where a drawing is marked as one, where its content begins, and which others it names."""

    marks: list[int] = field(default_factory=list)
    content: int = -1
    uses: set[int] = field(default_factory=set)


def without_endless(data: bytes) -> tuple[bytes, int]:
    """The file without the drawings that would be drawn without end, and how many those are."""
    forms = _forms(data)
    endless = _endless(data, forms)
    if not endless:
        return data, 0
    cut = bytearray(data)
    for mark in (mark for number in endless for mark in forms[number].marks):
        cut[mark : mark + len(_MARK)] = _UNMARKED
    return bytes(cut), len(endless)


def _forms(data: bytes) -> dict[int, _Form]:
    """The drawings that others may use, by the numbers of their objects."""
    forms: dict[int, _Form] = {}
    at = data.find(_MARK)
    while at >= 0:
        head = data[max(0, at - _NEAR) : at]
        if numbers := list(_OBJECT.finditer(head)):
            end = data.find(b"stream", at, at + _NEAR)
            own = head[numbers[-1].end() :] + data[at : end if end >= 0 else at + _NEAR]
            form = forms.setdefault(int(numbers[-1].group(1)), _Form())
            form.marks.append(at)
            form.content = end
            form.uses |= {int(n) for n in _REFERENCE.findall(own)}
        at = data.find(_MARK, at + len(_MARK))
    return forms


def _endless(data: bytes, forms: dict[int, _Form]) -> set[int]:
    """The drawings that come to too many: the innermost of deep nests, and those in circles."""
    uses = {number: form.uses & forms.keys() for number, form in forms.items()}
    circling = _without_circles(uses)
    endless = {one for one in circling if _calls(data, forms[one].content) > 1}
    depth: dict[int, int] = {}
    order = list(TopologicalSorter(uses).static_order())
    for number in order:
        depth[number] = 1 + max((depth[one] for one in uses[number]), default=0)
    if max(depth.values(), default=0) <= MAX_DEPTH:
        return endless
    drawn: dict[int, int] = {}
    for number in order:
        called = max((drawn[one] for one in uses[number]), default=0)
        drawn[number] = 1 + _calls(data, forms[number].content) * called
        if depth[number] > MAX_DEPTH and drawn[number] > MAX_DRAWN:
            endless.add(number)
            drawn[number] = 1
    return endless


def _without_circles(uses: dict[int, set[int]]) -> set[int]:
    """Take the circles out of what uses what; the drawings that stood in them."""
    circling: set[int] = set()
    for _ in range(_CIRCLES):
        try:
            TopologicalSorter(uses).prepare()
        except CycleError as error:  # noqa: PERF203 - one circle at a time
            circle = set(error.args[1])
            circling |= circle
            for one in circle:
                uses[one] -= circle
        else:
            return circling
    circling |= {one for one in uses if uses[one]}
    for one in circling:
        uses[one] = set()
    return circling


def _calls(data: bytes, content: int) -> int:
    """How often a drawing calls others; what is packed in an unknown way counts as too often."""
    if content < 0:
        return MAX_DRAWN
    body = data[content : content + _CONTENT].partition(b"endstream")[0].removeprefix(b"stream")
    calls = len(_CALL.findall(body))
    if calls or b"/Filter" not in data[max(0, content - _NEAR) : content]:
        return calls
    try:
        unpacked = zlib.decompressobj().decompress(body.lstrip(b"\r\n"), _CONTENT)
    except zlib.error:
        return MAX_DRAWN
    return len(_CALL.findall(unpacked))
