"""Documents to passages: split at paragraph and sentence ends, never over the encoder's limit.

The length measure is handed in, so that the splitter knows no model. Its laws: pieces are in
order and do not overlap; together they hold all text that is neither white space nor
furniture; none exceeds the limit, context included, nor 32 characters a token of it; none
begins or ends inside a word unless the word alone exceeds the limit.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sentencex import get_sentence_boundaries

from qwenqa.errors import SettingsError
from qwenqa.types import Block, Document, Piece, Span

Measure = Callable[[Sequence[str]], list[int]]
"""Length of each text in the encoder's tokens, with whatever the encoder adds to it."""

SPLITTER_VERSION = 3
"""Part of a generation's header: another version may split the same document elsewhere."""

_MIN_LIMIT = 16
_WINDOW = 100_000  # characters; no sentence that somebody wrote is longer
_TOKEN = 32  # characters that count as a token at least: one can stand for a word of any length
_CONTEXT_SHARE = 4  # context may take up to a quarter of the limit
# Where an overlong sentence is best cut: after clause punctuation, else between words.
_CLAUSE_END = re.compile(r"[,;:]\s+|[，；：、]\s*|(?<=\s)[—–-]\s+")
_LETTER = re.compile(r"[^\W_]")
_COMMAND = re.compile(r"\\\w+\*?(?:\[[^\]]*\])?\{(.*)\}.*")
_LINE_END = re.compile(r"[\r\n]\s*")
_WORD_END = re.compile(r"\s+|(?<=[\u3040-\u30ff\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not cut further: a sentence, a row, or a part of an overlong sentence.

    ``first`` says that it begins a block, which makes the place before it a good one to cut.
    """

    start: int
    end: int
    tokens: int
    first: bool
    heading: bool
    cut: bool


def encoder_text(context: str, text: str) -> str:
    """What the encoder and the lexical index are given for a passage."""
    return f"{context}\n{text}" if context else text


def sentences(
    text: str, start: int = 0, end: int | None = None, language: str = "en"
) -> list[Span]:
    """Spans of the sentences of ``text[start:end]``, without the white space around them."""
    body = text[start:end]
    spans = []
    for boundary in get_sentence_boundaries(language or "en", body):
        first = start + boundary["start_index"]
        spans += _stripped(text, [Span(first, start + boundary["end_index"])])
    return spans


def split(document: Document, measure: Measure, limit: int) -> list[Piece]:
    """The passages of a document as pieces, each of at most ``limit`` tokens.

    Raises SettingsError when the limit leaves no room for a sentence.
    """
    if limit < _MIN_LIMIT:
        raise SettingsError(f"passages of {limit} tokens are too short; set at least {_MIN_LIMIT}")

    def bounded(texts: Sequence[str]) -> list[int]:
        sizes = zip(texts, measure(texts), strict=True)
        return [max(tokens, len(text) // _TOKEN) for text, tokens in sizes]

    pieces: list[Piece] = []
    for headings, blocks in _sections(document):
        pieces += _split_section(document, headings, blocks, bounded, limit)
    return pieces


def _sections(document: Document) -> Iterator[tuple[tuple[Block, ...], list[Block]]]:
    """Blocks by heading: the path of headings, and the blocks from it to the next heading.

    A heading that is followed by another at once begins the other's section.
    """
    path: list[Block] = []
    blocks: list[Block] = []
    body = False
    for block in document.blocks:
        if block.kind == "furniture":
            continue
        if block.kind == "heading" and body:
            yield tuple(path), blocks
            blocks, body = [], False
        if block.kind == "heading":
            path = [*(above for above in path if above.level < block.level), block]
        body = body or block.kind != "heading"
        blocks.append(block)
    if blocks:
        yield tuple(path), blocks


def _split_section(
    document: Document,
    path: tuple[Block, ...],
    blocks: list[Block],
    measure: Measure,
    limit: int,
) -> Iterator[Piece]:
    headings = tuple(_line(document.text, heading) for heading in path)
    for _, same_context in itertools.groupby(blocks, lambda block: block.context):
        run = list(same_context)
        titles = [document.title, *headings, run[0].context]
        lines = _within_limit(titles, measure, limit // _CONTEXT_SHARE)
        context = "\n".join(lines)
        room = limit - measure([encoder_text(context, "")])[0]
        atoms = _atoms(document, run, measure, room)
        for group in _fitting(document.text, _pack(atoms, room), context, measure, limit):
            start, end = group[0].start, group[-1].end
            fewer = "\n".join(_without_opening(lines, document.text, group))
            cut = any(atom.cut for atom in group)
            yield Piece(start, end, fewer, headings, _sentences_of(group), cut)


def _without_opening(titles: list[str], text: str, group: list[_Atom]) -> Iterator[str]:
    """What is to be told with a passage, without the headings that it begins with itself."""
    first = text[group[0].start : group[-1].end]
    opening = [
        _line(text, title) for title in itertools.takewhile(lambda title: title.heading, group)
    ]
    return (title for title in titles if title not in opening and not first.startswith(title))


def _sentences_of(group: list[_Atom]) -> tuple[Span, ...]:
    body = [atom for atom in group if not atom.heading] or group
    return tuple(Span(atom.start, atom.end) for atom in body)


def _line(text: str, heading: Block | _Atom) -> str:
    """A heading's words on one line, without the marks of Markdown, LaTeX and their like."""
    lines = text[heading.start : heading.end].splitlines()
    words = " ".join(" ".join(filter(_LETTER.search, lines)).split())
    command = _COMMAND.fullmatch(words)
    return (command.group(1) if command else words).strip("#=- ").strip()


def _within_limit(titles: list[str], measure: Measure, limit: int) -> list[str]:
    """Title, headings and column headings, each once; the outermost go first if too long."""
    lines = list(dict.fromkeys(title for title in titles if title))
    while lines and measure(["\n".join(lines)])[0] > limit:
        lines = lines[1:]
    return lines


def _atoms(document: Document, blocks: list[Block], measure: Measure, room: int) -> list[_Atom]:
    text = document.text
    spans = [
        (span, number == 0, block.kind == "heading")
        for block in blocks
        for number, span in enumerate(
            part for whole in _block_spans(document, block) for part in _windows(text, whole)
        )
    ]
    overhead = measure([""])[0]
    lengths = measure([text[span.start : span.end] for span, *_ in spans])
    atoms: list[_Atom] = []
    for (span, first, heading), length in zip(spans, lengths, strict=True):
        if length - overhead <= room:
            atoms.append(_Atom(*span, length - overhead, first, heading, cut=False))
        else:
            parts = _cut(text, span, lambda texts: [n - overhead for n in measure(texts)], room)
            atoms += [
                _Atom(*part, size, first and n == 0, heading, cut=True)
                for n, (part, size) in enumerate(parts)
            ]
    return atoms


def _windows(text: str, span: Span) -> Iterator[Span]:
    """The span, cut between words where no measure should be handed so much at once."""
    start, end = span
    while end - start > _WINDOW:
        space = max(
            text.rfind(" ", start, start + _WINDOW), text.rfind("\n", start, start + _WINDOW)
        )
        cut = space + 1 if space > start else start + _WINDOW
        yield from _stripped(text, [Span(start, cut)])
        start = cut
    yield from _stripped(text, [Span(start, end)])


def _block_spans(document: Document, block: Block) -> list[Span]:
    if block.kind in ("heading", "row"):
        return [Span(block.start, block.end)]
    if block.kind == "code":
        return _between(document.text, Span(block.start, block.end), _LINE_END)
    return sentences(document.text, block.start, block.end, document.language)


def _cut(text: str, span: Span, measure: Measure, room: int) -> list[tuple[Span, int]]:
    """An overlong sentence in parts that fit: at line ends, clauses, words, else anywhere."""
    for separator in (_LINE_END, _CLAUSE_END, _WORD_END):
        parts = _between(text, span, separator)
        if len(parts) > 1:
            return _joined(text, parts, measure, room)
    middle = (span.start + span.end) // 2
    halves = [Span(span.start, middle), Span(middle, span.end)]
    return _joined(text, halves, measure, room)


def _joined(text: str, parts: list[Span], measure: Measure, room: int) -> list[tuple[Span, int]]:
    """Neighbouring parts joined while they fit; a part too long alone is cut further."""
    groups: list[list[tuple[Span, int]]] = []
    total = 0
    sizes = measure([text[part.start : part.end] for part in parts])
    for part, size in zip(parts, sizes, strict=True):
        if size > room and part.end - part.start > 1:
            groups += [[piece] for piece in _cut(text, part, measure, room)]
            total = groups[-1][-1][1]
        elif groups and total + size <= room:
            groups[-1].append((part, size))
            total += size
        else:
            groups.append([(part, size)])
            total = size
    # A whole can be longer than the sum of its parts; then they stay apart.
    wholes = [Span(group[0][0].start, group[-1][0].end) for group in groups]
    lengths = measure([text[whole.start : whole.end] for whole in wholes])
    joined: list[tuple[Span, int]] = []
    for group, whole, length in zip(groups, wholes, lengths, strict=True):
        joined += [(whole, length)] if length <= room else group
    return joined


def _between(text: str, span: Span, separator: re.Pattern[str]) -> list[Span]:
    """The parts of a span between separators; the separators' own marks stay with the left."""
    ends = [match.end() for match in separator.finditer(text, *span) if match.end() > span.start]
    edges = [span.start, *(end for end in ends if end < span.end), span.end]
    return _stripped(text, [Span(a, b) for a, b in itertools.pairwise(edges)])


def _stripped(text: str, spans: list[Span]) -> list[Span]:
    stripped = []
    for start, end in spans:
        body = text[start:end]
        left, right = len(body) - len(body.lstrip()), len(body) - len(body.rstrip())
        if left < len(body):
            stripped.append(Span(start + left, end - right))
    return stripped


def _pack(atoms: list[_Atom], room: int) -> list[list[_Atom]]:
    """Atoms in groups that fit; where a cut is needed, before a block if one begins late enough."""
    groups: list[list[_Atom]] = []
    group: list[_Atom] = []
    for atom in atoms:
        while group and sum(member.tokens for member in group) + atom.tokens > room:
            at = _best_cut(group, atom, room)
            groups.append(group[:at])
            group = group[at:]
        group.append(atom)
    return [*groups, group] if group else groups


def _best_cut(group: list[_Atom], following: _Atom, room: int) -> int:
    """How many atoms of a full group to close: up to its last block start past the half."""
    if following.first:
        return len(group)
    for at in range(len(group) - 1, 0, -1):
        if group[at].first and sum(member.tokens for member in group[:at]) * 2 >= room:
            return at
    return len(group)


def _fitting(
    text: str, groups: list[list[_Atom]], context: str, measure: Measure, limit: int
) -> Iterator[list[_Atom]]:
    """The groups, halved where joining made the whole longer than the sum of its parts."""
    pending = list(reversed(groups))
    while pending:
        group = pending.pop()
        whole = encoder_text(context, text[group[0].start : group[-1].end])
        if len(group) > 1 and measure([whole])[0] > limit:
            half = len(group) // 2
            pending += [group[half:], group[:half]]
        else:
            yield group
