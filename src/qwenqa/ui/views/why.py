"""The view that explains: why an answer has its hits, and why a sentence is not among them.

Nothing here is computed before somebody asks for it.
"""

from __future__ import annotations

import gradio as gr

from qwenqa.answers.answer import Answer
from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.ui.html import why as html
from qwenqa.ui.html.text import sentence
from qwenqa.ui.views import parts
from qwenqa.ui.views.parts import QUIET, Updates, or_sentence

_ASK_FIRST = "Ask a question first."
_WHY_NOT = (
    '<div class="qq"><h3 class="section">Why not?</h3><p class="place">A sentence that you '
    "expected to see, as it stands in its document. Only white space, case and the form of Unicode "
    "may differ.</p></div>"
)


class Reasons:
    """The events of the part that explains, on one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def renewed(self, answer: Answer | None) -> Updates:
        """There is another answer.

        Updates: the panel (closed; gone without an answer), why, the sentence, why not.
        """
        return gr.update(visible=answer is not None, open=False), "", "", ""

    def why(self, answer: Answer | None) -> str:
        """The panel was opened: why the answer has its hits."""
        if answer is None:
            return sentence(_ASK_FIRST)
        k = max(1, len(answer.hits))
        return or_sentence(
            lambda: html.why(
                self._library.why(answer.question, k, answer.within), answer.generation
            )
        )

    def why_not(self, answer: Answer | None, expected: str) -> str:
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
        with gr.Accordion("Why", open=False, visible=False, elem_id="why") as self.panel:
            self.why = parts.html(elem_id="because")
            parts.html(_WHY_NOT)
            with gr.Row(elem_id="expecting"):
                self.expected = gr.Textbox(
                    label="The sentence you expected", lines=2, max_lines=4, scale=3, min_width=200
                )
                self.look = gr.Button("Look for it", scale=1, min_width=110, elem_id="look")
            self.why_not = parts.html(elem_id="why-not")

    def wire(self, answer: gr.State, reasons: Reasons) -> None:
        """Join the parts with their events."""
        panel = [self.panel, self.why, self.expected, self.why_not]
        answer.change(reasons.renewed, answer, panel, **QUIET)
        self.panel.expand(reasons.why, answer, self.why, **QUIET)
        self.look.click(reasons.why_not, [answer, self.expected], self.why_not, **QUIET)
