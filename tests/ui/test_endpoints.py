"""The endpoints as a program meets them: typed, described, equal to Python, errors in words."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from calling import HTTP, call, call_by_name, run
from gradio_client import Client
from gradio_client.exceptions import AppError
from pages import Served

from qwenqa import Filter, Library
from qwenqa.ui.api.endpoints import MOST_CHARACTERS

QUESTION = "Which bird waits for fish?"
NO_FILTER = ("",) * len(Filter.__slots__)
PAGE = (Path(__file__).resolve().parents[2] / "docs/reference/http.md").read_text("utf-8")


def library_of(served: Served) -> Library:
    return Library(corpus=served.corpus, index=served.index, model="toy")


def test_ask_gives_the_answer_that_python_gives(served: Served) -> None:
    """The endpoint's JSON is that of the library on the same index, however it is called."""
    expected = json.loads(library_of(served).ask(QUESTION, 3).json())
    assert call(served, "ask", QUESTION, 3, *NO_FILTER) == ("complete", [expected])
    assert call(served, "ask", QUESTION, 3) == ("complete", [expected])
    assert call_by_name(served, "ask", question=QUESTION, k=3) == ("complete", [expected])
    assert run(served, "ask", QUESTION, 3).json()["data"] == [expected]


def test_a_filter_says_which_documents_are_asked(served: Served) -> None:
    """The endpoint's parameters are the fields of a filter."""
    _, (told,) = call_by_name(served, "ask", question=QUESTION, path="zz/*")
    assert told["notes"] == ["No indexed document matches: path zz/*."]


def test_search_gives_the_hits_without_a_verdict(served: Served) -> None:
    """Passages, scores and traces are those of the answer's hits, found or not."""
    answer = library_of(served).ask("What did the zzyzx do?", 3)
    assert not answer.found
    _, (told,) = call(served, "search", "What did the zzyzx do?", 3)
    assert "found" not in told
    found = [(one["score"], one["citation"]["quote"]) for one in told["passages"]]
    assert found == [(hit.hit.score, hit.citation.quote) for hit in answer.hits]
    assert [one["rank"] for one in told["passages"]] == [1, 2, 3]


def test_status_tells_what_is_indexed(served: Served) -> None:
    """The endpoint's JSON is the status of the library on the same index."""
    event, (queued,) = call(served, "status")
    assert event == "complete"
    (told,) = run(served, "status").json()["data"]
    # The queue does not know who asks, and tells no folder of this machine.
    assert queued == {**told, "corpus": served.corpus.name, "index": served.index.name}
    assert told == json.loads(msgspec.json.encode(library_of(served).status()))
    assert told["stale"] is False


def test_source_gives_windows_that_make_the_text(served: Served) -> None:
    """Windows side by side are the canonical text, none longer than the limit."""
    whole = library_of(served).view("long.txt").text
    assert len(whole) > MOST_CHARACTERS
    windows, start = [], 0
    while start < len(whole):
        _, (told,) = call(served, "source", "long.txt", start, len(whole) + 5)
        assert (told["start"], told["characters"]) == (start, len(whole))
        assert 0 < told["end"] - start == len(told["text"]) <= MOST_CHARACTERS
        windows.append(told["text"])
        start = told["end"]
    assert "".join(windows) == whole
    data = (served.corpus / "long.txt").read_bytes()
    assert told["sha256"] == hashlib.sha256(data).hexdigest()
    assert told["reader"] == {"name": "plain", "version": 1}


def test_verify_tells_good_citations_from_altered_ones(served: Served) -> None:
    """The verdict is that of the library, on a citation as the answer holds it."""
    library = library_of(served)
    citation = library.ask(QUESTION, 1).hits[0].citation
    for one in (citation, replace(citation, quote="A heron waits for nobody.")):
        _, (told,) = call(served, "verify", msgspec.to_builtins(one))
        assert told == json.loads(msgspec.json.encode(library.verify(one)))
    assert told["verdict"] == "missing"


@pytest.mark.parametrize(
    ("endpoint", "data", "told", "status"),
    [
        ("ask", ("", 5), "The question is empty.", 400),
        ("ask", ("heron", 0), "ask for at least 1", 400),
        ("ask", ("heron", 101), "ask for at most 100", 400),
        ("ask", ("x" * 20_000, 5), "at most 10,000", 400),
        ("ask", (), "The parameter question is missing.", 400),
        ("ask", ("heron", "many"), "parameter k cannot be used: expected `int`, got `str`.", 400),
        ("ask", ("heron", 1, "", "", "May"), "since is 'May'", 400),
        ("ask", ("heron", 1, "", "", "", "", "klingon!"), "language is 'klingon!'", 400),
        ("search", (["heron"],), "The parameter question cannot be used", 400),
        ("source", ("nowhere.md",), "nowhere.md is not in the index", 404),
        ("source", ("../birds.md",), "is not in the index", 404),
        ("source", ("birds.md", -1), "There is no window from -1 to", 400),
        ("source", ("birds.md", 5, 4), "There is no window from 5 to 4 in birds.md", 400),
        ("verify", ({"quote": "x"},), "This is not a citation in JSON", 400),
        ("verify", ("text",), "The parameter citation cannot be used", 400),
    ],
)
def test_an_error_is_one_plain_sentence(
    served: Served, endpoint: str, data: tuple[Any, ...], told: str, status: int
) -> None:
    """A client gets what it did wrong in words and with a status, by way of the queue or not."""
    direct = run(served, endpoint, *data)
    assert (direct.status_code, direct.json()["error"]) == (status, direct.json()["detail"])
    assert told in direct.json()["error"]
    begun = HTTP.post(f"{served.url}/gradio_api/call/{endpoint}", json={"data": data})
    if begun.status_code == 200:  # only the index can tell, and the queue asks it later
        event, error = call(served, endpoint, *data)
        assert (event, error["error"]) == ("error", direct.json()["error"])
    else:
        assert (begun.status_code, begun.json()["error"]) == (status, direct.json()["error"])


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("run/nothing", '{"data": []}', "There is no such endpoint"),
        ("call/nothing", '{"data": []}', "There is no such endpoint"),
        ("call/v2/nothing", "{}", "There is no such endpoint"),
        ("call/v2/ask", '{"what": "heron"}', "takes other values"),
        ("queue/join", '{"data": [], "session_hash": "x", "fn_index": 999}', "takes other values"),
        ("run/ask", '{"data"', "send JSON such as"),
        ("call/ask", "[]", "send JSON such as"),
    ],
)
def test_a_call_that_meets_no_endpoint_is_told_so(
    served: Served, path: str, body: str, told: str
) -> None:
    """What never reaches an endpoint gets a sentence too, and says where the endpoints are told."""
    headers = {"content-type": "application/json"}
    answer = HTTP.post(f"{served.url}/gradio_api/{path}", content=body, headers=headers)
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


def test_each_endpoint_is_described(served: Served) -> None:
    """What ``/?view=api`` is made of names and explains each parameter, and the result's fields."""
    info = HTTP.get(f"{served.url}/gradio_api/info").json()
    assert info["unnamed_endpoints"] == {}
    assert list(info["named_endpoints"]) == ["/ask", "/search", "/status", "/source", "/verify"]
    for name, endpoint in info["named_endpoints"].items():
        (result,) = endpoint["returns"]
        assert endpoint["description"]
        assert result["label"] == name.removeprefix("/")
        assert result["python_type"]["type"].startswith("dict(")
        assert result["python_type"]["description"]
        for one in endpoint["parameters"]:
            assert one["label"] == one["parameter_name"]
            assert one["python_type"]["description"]
    ask = info["named_endpoints"]["/ask"]["parameters"]
    types = {one["parameter_name"]: one["python_type"]["type"] for one in ask}
    assert types == {"question": "str", "k": "int", **dict.fromkeys(Filter.__slots__, "str")}
    assert [one["parameter_has_default"] for one in ask] == [False] + [True] * 6
    assert "found: bool" in info["named_endpoints"]["/ask"]["returns"][0]["python_type"]["type"]
    verdict = info["named_endpoints"]["/verify"]["returns"][0]["python_type"]["type"]
    assert "Literal['exact', 'moved', 'changed', 'missing', 'unreadable']" in verdict


def test_gradio_client_calls_and_is_told(served: Served) -> None:
    """The client that Gradio ships answers, and raises the sentence."""
    client = Client(served.url, verbose=False)
    answer = client.predict(QUESTION, api_name="/ask")
    citation = answer["hits"][0]["citation"]
    assert client.predict(citation, api_name="/verify")["verdict"] == "exact"
    with pytest.raises(AppError, match=r"nowhere\.md is not in the index"):
        client.predict(address="nowhere.md", api_name="/source")


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_examples_of_the_documentation_run(served: Served) -> None:
    """What the page about HTTP shows runs as it is, but for the address and the document."""
    section = PAGE.replace("http://127.0.0.1:7860", served.url)
    section = section.replace("qwen-team-departures.txt", "birds.md")
    shell, python = re.findall(r"```(?:bash|python)\n(.*?)```", section, re.DOTALL)
    ran = subprocess.run(["bash", "-euc", shell], capture_output=True, text=True, check=True)
    direct, *events = ran.stdout.splitlines()
    assert json.loads(direct)["data"][0]["hits"]
    assert "event: complete" in events
    names: dict[str, Any] = {}
    exec(python, names)
    assert names["verdict"] == "exact"
