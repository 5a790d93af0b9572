"""Text that is not ours as HTML: the one place where it is escaped, and the blocks made of it.

Every piece of text that is not ours goes through ``foreign``. What is made here is one line
without line ends, so that Markdown takes it as a single block of HTML and leaves it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from markupsafe import Markup

from qwenqa.answers.answer.rendering import segments
from qwenqa.types import Span
from qwenqa.types.characters import HIDDEN

_LINE_END = re.compile(r"\r\n|\r|\n")
# Characters that Markdown, LaTeX or Gradio's translator give a meaning; html.escape takes & < > " '
_MEANT = str.maketrans({one: f"&#{ord(one)};" for one in "$`*_{}[]()!|~\\:@="})


def foreign(text: str) -> Markup:
    """Any text as HTML that shows it literally, on one line, in its own reading order."""
    return Markup("<br>").join(map(_literal, _LINE_END.split(text)))


def _literal(line: str) -> Markup:
    # What is invisible is named, so that a file name cannot read as another.
    names = [f'<span class="hidden-sign">U+{ord(one):04X}</span>' for one in HIDDEN.findall(line)]
    plain = [escape(part).translate(_MEANT) for part in HIDDEN.split(line)]
    return Markup(plain[0] + "".join(map("".join, zip(names, plain[1:], strict=True))))  # noqa: S704 - escaped just above


def isolated(text: str, kind: str = "text") -> Markup:
    """Foreign text in an element of its own, whose direction does not reach its neighbours."""
    return Markup('<bdi class="{}">{}</bdi>').format(kind, foreign(text))


def marked(text: str, offset: int, marks: Sequence[Span], matched: Sequence[Span]) -> Markup:
    """Foreign text with its answering sentences in <mark> and its matched words in <b>.

    ``offset`` is the text's place in the document, whose offsets the spans use.
    """
    parts: list[Markup] = []
    inside = False
    for piece, mark, term in segments(text, offset, marks, matched):
        if mark != inside:
            parts.append(Markup("<mark>") if mark else Markup("</mark>"))
            inside = mark
        shown = foreign(piece)
        parts.append(Markup('<b class="term">{}</b>').format(shown) if term else shown)
    return Markup().join(parts) + (Markup("</mark>") if inside else Markup())


def sentence(text: str, kind: str = "note") -> Markup:
    """A message in plain text, which may name foreign things, as one paragraph."""
    return message(foreign(text), kind)


def message(text: Markup, kind: str = "note") -> Markup:
    """A message that is HTML of ours, as one paragraph."""
    return Markup('<div class="qq"><p class="message {}">{}</p></div>').format(kind, text)


def file_link(address: str) -> Markup:
    """A link to a file made for this page, which page.js follows at once."""
    link = Markup('<div class="qq"><a class="gone" id="file-link" href="{}">file</a></div>')
    return link.format(address)


def joined(parts: Iterable[Markup]) -> Markup:
    """Pieces of HTML made here, as one block."""
    return Markup('<div class="qq">{}</div>').format(Markup().join(parts))


def bars(those: Iterable[Markup]) -> Markup:
    """Bars, one below the other."""
    return Markup('<div class="bars">{}</div>').format(Markup().join(those))


def bar(label: str, value: float, most: float, figure: str) -> Markup:
    """A label, a bar as long as the value is of the largest, and the value in figures."""
    share = round(100 * max(value, 0.0) / most) if most > 0 else 0
    return Markup(
        '<div class="bar"><span class="label">{}</span>'
        '<progress max="100" value="{}">{} %</progress><span class="told">{}</span></div>'
    ).format(label, min(share, 100), share, figure)
