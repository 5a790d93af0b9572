"""The view that explains: why an answer has its hits, and why a sentence is not among them.

Nothing here is computed before somebody asks for it.
"""

from __future__ import annotations

import gradio as gr
from markupsafe import Markup

from qwenqa.answers.answer.answer import Answer
from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.ui.html import why as html
from qwenqa.ui.html.text import joined, sentence
from qwenqa.ui.html.words import label, say
from qwenqa.ui.roles import for_readers
from qwenqa.ui.views import parts
from qwenqa.ui.views.parts import QUIET, Updates, or_sentence

_ASK_FIRST = "Ask a question first."
_EXPECTED = (
    "A sentence that you expected to see, as it stands in its document. Only white space, case "
    "and the form of Unicode may differ."
)


class Reasons:
    """The events of the part that explains, on one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @for_readers
    def opened(self, answer: Answer | None) -> Updates:
        """The panel was opened. Updates: why, the sentence and why not, which are of before."""
        return self.why(answer), "", ""

    def why(self, answer: Answer | None) -> Markup:
        """Why the answer has its hits."""
        if answer is None:
            return sentence(_ASK_FIRST)
        k = max(1, len(answer.hits))
        return or_sentence(
            lambda: html.why(
                self._library.why(answer.question, k, answer.within), answer.generation
            )
        )

    @for_readers
    def why_not(self, answer: Answer | None, expected: str) -> Markup:
        """A sentence was expected: what became of it."""
        if answer is None:
            return sentence(_ASK_FIRST)
        asked, within = answer.question, answer.within
        return or_sentence(
            lambda: html.why_not(self._library.why_not(expected, asked, DEFAULT_HITS, within))
        )


class WhyView:
    """The parts below an answer that explain it."""

    def __init__(self) -> None:
        with gr.Accordion(label("Why"), open=False, elem_id="why") as self.panel:
            self.why = parts.html(elem_id="because")
            head = Markup('<h3 class="section">{}</h3>').format(say("Why not?"))
            parts.html(joined([head, Markup('<p class="place">{}</p>').format(say(_EXPECTED))]))
            with gr.Row(elem_id="expecting"):
                self.expected = gr.Textbox(
                    label=label("The sentence you expected"),
                    lines=2,
                    max_lines=4,
                    scale=3,
                    min_width=200,
                )
                self.look = gr.Button(label("Look for it"), scale=1, min_width=110, elem_id="look")
            self.why_not = parts.html(elem_id="why-not")

    def wire(self, answer: gr.State, reasons: Reasons) -> None:
        """Join the parts with their events; page.js closes the panel at another answer.

        An event of the answer itself would hold back the moment at which it is seen.
        """
        panel = [self.why, self.expected, self.why_not]
        self.panel.expand(reasons.opened, answer, panel, **QUIET)
        self.look.click(reasons.why_not, [answer, self.expected], self.why_not, **QUIET)
