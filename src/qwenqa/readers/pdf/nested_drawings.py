"""Drawings within drawings of a PDF: where each calls the next twice, a page has no end."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

MAX_DEPTH = 12
"""Nests no deeper are drawn without a look at what they call."""
MAX_DRAWN = 10_000
"""So many drawings a deeper one may come to; pdfium takes about a millisecond for each."""
_MARK, _UNMARKED = b"/Form", b"/Skip"
_NAMED = re.compile(rb"/([^\s/<>\[\]()]{1,200})\s+(\d{1,10})\s+\d{1,5}\s+R\b")
_OBJECT = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+obj\b")
_CALL = re.compile(rb"/([^\s/<>\[\]()]{1,200})\s+Do\b")
# A drawing's dictionary is near the word that makes it one; its content is looked at so far.
_NEAR, _CONTENT = 4096, 2**20
# Nobody draws so many circles; then none that uses another is drawn more than once.
_CIRCLES = 100


@dataclass(slots=True)
class _Form:
    """Where a drawing is marked as one, where its content begins, and what it names how."""

    marks: list[int] = field(default_factory=list)
    content: int = -1
    names: dict[bytes, int] = field(default_factory=dict)


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
            form.names |= {name: int(number) for name, number in _NAMED.findall(own)}
        at = data.find(_MARK, at + len(_MARK))
    return forms


def _endless(data: bytes, forms: dict[int, _Form]) -> set[int]:
    """The drawings that come to too many: the innermost of deep nests, and those in circles."""
    named = {number: forms.keys() & form.names.values() for number, form in forms.items()}
    if not _without_circles(named) and max(_depths(named).values(), default=0) <= MAX_DEPTH:
        return set()
    calls = {number: _calls(data, form, forms.keys()) for number, form in forms.items()}
    uses = {number: set(called) for number, called in calls.items()}
    circling = _without_circles(uses)
    endless = {number for number in circling if sum(calls[number].values()) > 1}
    drawn: dict[int, int] = {}
    for number, depth in _depths(uses).items():
        drawn[number] = 1 + sum(calls[number][use] * drawn[use] for use in uses[number])
        if depth > MAX_DEPTH and drawn[number] > MAX_DRAWN:
            endless.add(number)
            drawn[number] = 1
    return endless


def _depths(uses: dict[int, set[int]]) -> dict[int, int]:
    """How deep drawings nest below each, those first that use no other."""
    depths: dict[int, int] = {}
    for number in TopologicalSorter(uses).static_order():
        depths[number] = 1 + max((depths[use] for use in uses[number]), default=0)
    return depths


def _without_circles(uses: dict[int, set[int]]) -> set[int]:
    """Take the circles out of what uses what; the drawings that stood in them."""
    circling: set[int] = set()
    for _ in range(_CIRCLES):
        try:
            TopologicalSorter(uses).prepare()
        except CycleError as error:  # noqa: PERF203 - one circle at a time
            circle = set(error.args[1])
            circling |= circle
            for number in circle:
                uses[number] -= circle
        else:
            return circling
    circling |= {use for use in uses if uses[use]}
    for number in circling:
        uses[number] = set()
    return circling


def _calls(data: bytes, form: _Form, forms: Container[int]) -> Counter[int]:
    """How often a drawing calls which others; twice each where its content cannot be seen."""
    named = {name: number for name, number in form.names.items() if number in forms}
    content = _content(data, form.content)
    if content is None:
        return Counter(dict.fromkeys(named.values(), 2))
    return Counter(named[name] for name in _CALL.findall(content) if name in named)


def _content(data: bytes, at: int) -> bytes | None:
    """What a drawing draws, None where that is packed in an unknown way or not there."""
    if at < 0:
        return None
    body = data[at : at + _CONTENT].partition(b"endstream")[0].removeprefix(b"stream")
    if b"/Filter" not in data[max(0, at - _NEAR) : at].rpartition(b"obj")[2]:
        return body
    try:
        return zlib.decompressobj().decompress(body.lstrip(b"\r\n"), _CONTENT)
    except zlib.error:
        return None
