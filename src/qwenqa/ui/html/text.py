"""Text that is not ours as HTML: the one place where it is escaped, and the blocks made of it.

Every piece of text that is not ours goes through ``foreign``. What is made here is one line
without line ends, so that Markdown takes it as a single block of HTML and leaves it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from qwenqa.answers.rendering import segments
from qwenqa.types import Span
from qwenqa.types.characters import HIDDEN

_LINE_END = re.compile(r"\r\n|\r|\n")
# Characters that Markdown, LaTeX or Gradio's translator give a meaning; html.escape takes & < > " '
_MEANT = str.maketrans({one: f"&#{ord(one)};" for one in "$`*_{}[]()!|~\\:@="})


def foreign(text: str) -> str:
    """Any text as HTML that shows it literally, on one line, in its own reading order."""
    parts = (_literal(line) for line in _LINE_END.split(text))
    return "<br>".join(parts)


def _literal(line: str) -> str:
    # What is invisible is named, so that a file name cannot read as another.
    parts = HIDDEN.split(line)
    names = [f'<span class="hidden-sign">U+{ord(one):04X}</span>' for one in HIDDEN.findall(line)]
    plain = [escape(part).translate(_MEANT) for part in parts]
    return plain[0] + "".join(map("".join, zip(names, plain[1:], strict=True)))


def isolated(text: str, kind: str = "text") -> str:
    """Foreign text in an element of its own, whose direction does not reach its neighbours."""
    return f'<bdi class="{kind}">{foreign(text)}</bdi>'


def marked(text: str, offset: int, marks: Sequence[Span], matched: Sequence[Span]) -> str:
    """Foreign text with its answering sentences in <mark> and its matched words in <b>.

    ``offset`` is the text's place in the document, whose offsets the spans use.
    """
    parts: list[str] = []
    inside = False
    for piece, mark, term in segments(text, offset, marks, matched):
        if mark != inside:
            parts.append("<mark>" if mark else "</mark>")
            inside = mark
        shown = foreign(piece)
        parts.append(f'<b class="term">{shown}</b>' if term else shown)
    return "".join(parts) + ("</mark>" if inside else "")


def sentence(text: str, kind: str = "note") -> str:
    """A message in plain text, which may name foreign things, as one paragraph."""
    return message(foreign(text), kind)


def message(told: str, kind: str = "note") -> str:
    """A message that is HTML of ours, as one paragraph."""
    return f'<div class="qq"><p class="message {kind}">{told}</p></div>'


def file_link(address: str) -> str:
    """A link to a file made for this page, which page.js follows at once."""
    return f'<div class="qq"><a class="gone" id="file-link" href="{address}">file</a></div>'


def joined(parts: Iterable[str]) -> str:
    """Pieces of HTML made here, as one block."""
    return f'<div class="qq">{"".join(parts)}</div>'


def bars(those: Iterable[str]) -> str:
    """Bars, one below the other."""
    return f'<div class="bars">{"".join(those)}</div>'


def bar(label: str, value: float, most: float, told: str) -> str:
    """A label, a bar as long as the value is of the largest, and the value in figures."""
    share = round(100 * max(value, 0.0) / most) if most > 0 else 0
    line = f'<progress max="100" value="{min(share, 100)}">{share} %</progress>'
    return (
        f'<div class="bar"><span class="label">{label}</span>{line}'
        f'<span class="told">{told}</span></div>'
    )
