"""All that is taken of Gradio beyond what it promises, each with the reason for it.

``tests/ui/test_gradio_private.py`` fails where Gradio changes one of them, and says which. This
module is imported before any other that imports Gradio.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple


@contextmanager
def _without_stub_files() -> Iterator[None]:
    """Let Gradio be imported without its writing of stub files for editors, half of what it takes.

    Gradio writes them for every component into its own folder, each time; it leaves out
    components whose class has no file, which is what it is told here.
    """
    getfile = inspect.getfile

    def of_others(part: Any) -> str:
        if str(getattr(part, "__module__", "")).startswith("gradio."):
            raise OSError
        return getfile(part)

    inspect.getfile = of_others  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = getfile


with _without_stub_files():
    import gradio as gr
    from gradio import processing_utils
    from gradio.blocks import BlocksConfig
    from gradio.components.api_component import Api
    from gradio.context import get_blocks_context
    from gradio.data_classes import PredictBody
    from gradio.events import Dependency, api
    from gradio.route_utils import BUILD_PATH_LIB, FnIndexInferError, get_fn
    from gradio.utils import get_function_description

__all__ = ["Api", "Dependency", "api", "get_function_description"]
# Api: what a parameter of ``gr.api`` is, whose name and default calls are completed from.
# api: ``gr.api``, which Gradio does not export by its types.
# Dependency: what an event's listener gives; it joins events, and Gradio names its type nowhere.
# get_function_description: Gradio reads docstrings, and leaves what it read unused for ``gr.api``.

ASSETS = Path(BUILD_PATH_LIB)
"""The folder of the scripts and styles of Gradio's page, which are kept in memory here."""

UnknownEndpoint: type[Exception] = FnIndexInferError
"""What Gradio raises, and answers with 500, where a call names no endpoint that there is."""


class Endpoint(NamedTuple):
    """The parts of an endpoint of ``gr.api``: its parameters and its result."""

    parameters: list[Api]
    result: Api


def parts(endpoint: Dependency) -> Endpoint:
    """The parts of an endpoint that was just offered: Gradio hands out no way to name them."""
    blocks = get_blocks_context()
    assert blocks is not None
    function = blocks.fns[endpoint["id"]]
    (result,) = function.outputs
    assert isinstance(result, Api)
    return Endpoint(
        [component for component in function.inputs if isinstance(component, Api)], result
    )


def describe(part: Api, label: str, schema: dict[str, Any]) -> None:
    """Say what a part is in ``/?view=api``, where Gradio calls it "1st" and says no more."""
    part.label = label
    part._api_info = schema


def look_at_values(blocks: gr.Blocks, look: Callable[[list[Any], list[Any]], None]) -> None:
    """Let ``look`` see the parts and the values of every call, before any of them is used.

    It may complete the values, or raise. Gradio calls ``validate_inputs`` for each call of each
    kind, and has no other place for it.
    """

    def validate_inputs(block_fn: Any, inputs: list[Any]) -> None:
        look(list(block_fn.inputs), inputs)

    blocks.validate_inputs = validate_inputs  # type: ignore[method-assign]


def keep_sessions(blocks: gr.Blocks, most: int) -> None:
    """Bound the sessions that are remembered, which ``launch`` can do and a mounted page cannot."""
    blocks.state_session_capacity = most


Function = Callable[..., Any] | None
"""What an event runs; None where there is nothing to run."""


def called(blocks: gr.Blocks, path: str, body: bytes) -> Function:
    """What a call of a path with a body would run, found by Gradio's own rules.

    Gradio offers no place between that and the running where a call could be refused with a
    status. A number in the body wins over the name in the path, where the route reads it.
    """
    way, _, name = path.removeprefix("/gradio_api/").rstrip("/").partition("/")
    try:
        call_body = json.loads(body)
        asked = PredictBody(data=[]) if way == "call" else PredictBody.model_validate(call_body)
        asked.session_hash = None
        name = name.removeprefix("v2/") if way == "call" else name
        return get_fn(blocks, name if way != "queue" else None, asked).fn
    except (ValueError, KeyError, TypeError, RecursionError, FnIndexInferError):
        return None


def before_each_run(
    blocks: gr.Blocks, allows: Callable[[Function, str | None], Awaitable[bool]], refusal: str
) -> None:
    """Run nothing that is not allowed, whichever way the call came: the refusal is its error.

    ``allows`` is given the function and the user's name. All of Gradio's ways, and each step of
    what waits in its queue, meet in ``process_api``.
    """
    run = blocks.process_api

    async def process_api(**given: Any) -> dict[str, Any]:
        name = getattr(given["request"], "username", None)
        if not await allows(given["block_fn"].fn, name):
            raise gr.Error(refusal, print_exception=False)
        return await run(**given)

    blocks.process_api = process_api  # type: ignore[method-assign,assignment]


def open_no_foreign_files(blocks: gr.Blocks) -> None:
    """Let Gradio itself refuse files that were not uploaded, and ask no address for any.

    It checks paths on pages that were launched and not on those that are mounted; addresses that
    a call names it fetches always.
    """
    blocks.has_launched = True
    processing_utils.async_ssrf_protected_download = _fetch_nothing


async def _fetch_nothing(*_: Any, **__: Any) -> str:
    raise gr.Error("Nothing is fetched from other machines.", print_exception=False)


def describe_once(blocks: gr.Blocks) -> None:
    """Let the page's own parts be described once, and not anew for each call of a program.

    A call without a session gets one of its own, for which Gradio describes all parts of the page:
    half of what a call takes of the server's loop. What is put into a session is described anew.
    """
    describe = BlocksConfig.config_for_block
    known: dict[int, dict[str, Any]] = {}

    def described(
        id_: int, rendered: list[int], block: Any, renderable: Any = None
    ) -> dict[str, Any]:
        of_page = blocks.blocks.get(id_) is block
        if rendered or renderable or not of_page:
            return describe(id_, rendered, block, renderable)
        if id_ not in known:
            known[id_] = describe(id_, [], block)
        return {**known[id_], "props": dict(known[id_].get("props", {}))}

    BlocksConfig.config_for_block = staticmethod(described)  # type: ignore[assignment]
