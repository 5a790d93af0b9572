"""Questions wait for their turn, and who would wait for too long is told so at once."""

from __future__ import annotations

import json

import pytest

from qwenqa import Library
from qwenqa.ui.api.endpoints import checking
from qwenqa.ui.path_hiding import ASKER
from qwenqa.ui.question_queue import PATIENCE_SECONDS, Desk

BODY = json.dumps({"data": ["Which bird waits for fish?"]}).encode()


def waiting(here: int, elsewhere: int = 0) -> Desk:
    """A desk for one at once, whose questions take a second, with so many that wait."""
    desk = Desk(at_once=1)
    desk._taken = 1.0
    desk._waiting.update({"here": here, "elsewhere": elsewhere})
    return desk


@pytest.mark.parametrize(
    ("here", "elsewhere", "full"), [(0, 3, False), (1, 2, False), (2, 0, True), (0, 4, True)]
)
def test_a_question_that_would_wait_too_long_is_refused(
    here: int, elsewhere: int, full: bool
) -> None:
    """At four seconds in all, and at two from one address."""
    assert PATIENCE_SECONDS == 4
    assert waiting(here, elsewhere).is_full("here") == full


@pytest.mark.parametrize(
    ("path", "status"),
    [("run/ask", 503), ("run/search", 503), ("run/status", None), ("call/ask", None)],
)
def test_it_is_refused_before_gradio_sees_it(
    library: Library, path: str, status: int | None
) -> None:
    """Only questions that are answered by their own request; the queue has its own bound."""
    ASKER.set("here")
    refusal = checking(library, waiting(2)).refusal(f"/gradio_api/{path}", BODY)
    assert (refusal and refusal[0]) == status
    assert checking(library, waiting(1)).refusal(f"/gradio_api/{path}", BODY) is None
