"""The shell: commands, exit codes, JSON, streams, and the page that documents it."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from shells import QUESTION, Shell, refusal
from written import PATIENCE

import qwenqa
from qwenqa import Answer, Library
from qwenqa.cli.parser import EXITS, parse
from qwenqa.cli.table import COMMANDS
from qwenqa.errors import ServeError, SettingsError
from qwenqa.types import Explanation, Extraction, WhyNot

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shell(library: Library) -> Shell:
    return Shell(library.settings.corpus, library.settings.index)


def test_ask_shows_the_cited_sentence_marked_in_80_columns(shell: Shell) -> None:
    """In a pipe the answering sentence stands between » and «, and no line is wider than 80."""
    ran = shell("ask", *QUESTION.split(), "-k", "2")
    assert ran.code == 0
    assert "»A heron waits in shallow water for fish.«" in ran.out
    assert "[1] birds.md, Birds › Herons" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ran.err == ""
    assert "\x1b" not in ran.out


def test_ask_reads_the_question_from_standard_input(shell: Shell) -> None:
    """``-`` is the question that stands on standard input, with or without a byte order mark."""
    direct = shell("ask", QUESTION).out
    assert shell("ask", "-", stdin=QUESTION.encode()).out == direct
    assert shell("ask", "-", stdin=b"\xef\xbb\xbf" + QUESTION.encode() + b"\n").out == direct


def test_ask_in_json_is_the_answer(shell: Shell, library: Library) -> None:
    """``ask --json`` gives what ``Library.ask`` gives, readable by ``Answer.from_json``."""
    ran = shell("ask", "--json", QUESTION)
    assert Answer.from_json(ran.out) == library.ask(QUESTION)


def test_ask_says_when_nothing_answers(shell: Shell) -> None:
    """A question that nothing answers ends with code 1 and a plain sentence."""
    ran = shell("ask", "zzz qqq xxx")
    assert ran.code == 1
    assert "Not found in the indexed documents." in ran.out
    assert "score" not in ran.out


def test_ask_builds_a_missing_index_first_and_says_so(shell: Shell, tmp_path: Path) -> None:
    """Without an index it is built; the note goes to standard error, the answer does not change."""
    ran = shell("ask", QUESTION, "--index", str(tmp_path / "other"))
    assert ran.out == shell("ask", QUESTION).out
    assert "building it first" in ran.err


@pytest.mark.parametrize("address", ["birds.md", "ships.txt", "new.txt"])
def test_ask_notes_that_documents_changed(shell: Shell, address: str) -> None:
    """An edited or added file, cited or not, is noted on standard error beside the answer."""
    with (shell.corpus / address).open("a") as file:
        file.write("\nMore about other things.\n")
    ran = shell("ask", QUESTION, "-k", "1")
    assert ran.code == 0
    assert ran.err.endswith("To include that: qwenqa build\n")


def test_ask_leaves_large_corpora_unhashed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bound only the cited files are looked at, so an unrelated change goes unnoted."""
    monkeypatch.setattr("qwenqa.cli.commands.library.STALENESS_BYTES", 10)
    (shell.corpus / "ships.txt").write_text("Other text.\n")
    assert shell("ask", QUESTION, "-k", "1").err == ""
    (shell.corpus / "birds.md").write_text("Other text.\n")
    assert "documents have changed" in shell("ask", QUESTION, "-k", "1").err


def test_ask_answers_when_the_corpus_is_gone(shell: Shell, tmp_path: Path) -> None:
    """The index alone answers; the citation is then said to be unverified."""
    ran = shell("ask", QUESTION, "--corpus", str(tmp_path / "nowhere"))
    assert ran.code == 0
    assert "NOT VERIFIED" in ran.out
    assert "documents have changed" in ran.err


def test_why_shows_stages_terms_and_sentences(shell: Shell, library: Library) -> None:
    """Each stage, the terms' shares and the sentences' in 80 columns; in JSON the explanation."""
    ran = shell("why", QUESTION, "-k", "2")
    assert ran.code == 0
    for told in ("By vectors: 4 candidates, counting 0.", "By words:", "Fused:", "Folded:"):
        assert told in ran.out
    assert "A heron waits in shallow water for fish." in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    told = msgspec.json.decode(shell("why", "--json", QUESTION).out, type=Explanation)
    assert told == library.why(QUESTION)


def test_why_not_says_what_became_of_a_sentence(shell: Shell, library: Library) -> None:
    """Code 0 when it stands in a passage, 1 when in none; the question is required."""
    sentence = "a wren\nsings loudly."
    ran = shell("why-not", "-", "--question", QUESTION, "-k", "1", stdin=sentence.encode())
    assert ran.code == 0
    assert ran.out.startswith("It stands in birds.md, lines 1-3, and is below the first 1")
    assert "found only with other white space, case" in ran.out
    assert "lexical rank" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    ran = shell("why-not", "--json", "Nobody", "wrote this.", "--question", QUESTION)
    assert ran.code == 1
    assert msgspec.json.decode(ran.out, type=WhyNot) == library.why_not(
        "Nobody wrote this.", QUESTION
    )
    assert refusal(shell("why-not", "A wren"), 2).startswith("--question is missing.")
    assert "The sentence is empty" in refusal(shell("why-not", " ", "--question", QUESTION), 2)


def test_reasons_steer_no_terminal(shell: Shell) -> None:
    """Control characters of documents and names are shown as codes."""
    (shell.corpus / "odd\x1b[31m.txt").write_text("A heron waits\x1b[2J in shallow water.\n")
    shell("build")
    for ran in (shell("why", QUESTION), shell("why-not", "A heron waits", "--question", QUESTION)):
        assert "\x1b" not in ran.out
        assert "odd\\x1b[31m.txt" in ran.out


def test_build_reports_what_happened_to_each_source(shell: Shell) -> None:
    """Added, changed, removed, moved, kept and skipped are counted and listed."""
    corpus = shell.corpus
    (corpus / "ships.txt").rename(corpus / "boats.txt")
    (corpus / "birds.md").write_text("# Birds\n\nA swan glides.\n")
    (corpus / "deep/tea.txt").unlink()
    (corpus / "new.txt").write_text("Something new is here.\n")
    (corpus / "odd.xyz").write_text("x")
    text = shell("build").out
    assert "1 added, 1 changed, 1 removed, 1 moved, 0 kept, 1 skipped" in text
    for line in (
        "added  new.txt",
        "changed  birds.md",
        "removed  deep/tea.txt",
        "moved  ships.txt -> boats.txt",
        "skipped  odd.xyz: has the suffix .xyz",
    ):
        assert line in text
    assert "nothing to do" in shell("build").out


def test_build_in_json_is_the_report(shell: Shell) -> None:
    """``build --json`` gives every field of the report."""
    (shell.corpus / "new.txt").write_text("Something new is here.\n")
    report = shell("build", "--json").json
    assert report["added"] == ["new.txt"]
    assert (report["encoded"], report["published"]) == (1, True)
    assert set(report) == set(qwenqa.BuildReport.__slots__)


def test_status_says_what_is_indexed_and_whether_it_is_stale(shell: Shell) -> None:
    """Status names generation, model and sources, and what to do when the corpus has changed."""
    text = shell("status").out
    assert "generation  1, built 2" in text
    assert "state       up to date" in text
    assert [row for row in text.splitlines() if row.split()[:3] == ["markdown", "1", "1"]]
    (shell.corpus / "new.txt").write_text("Something new is here.\n")
    assert "stale" in shell("status").out
    assert "qwenqa build" in shell("status").out
    assert shell("status", "--json").json["stale"] is True


def test_status_lists_sources_with_warnings_and_all_when_asked(shell: Shell) -> None:
    """A guess and a hostile name are told on lines of 80 columns; --all has every source."""
    (shell.corpus / "old\x1b[31m.txt").write_bytes(
        "Grüße aus Köln, schöne Straße.\n".encode("cp1252")
    )
    shell("build")
    short, whole = shell("status").out, shell("status", "--all").out
    assert "! The encoding is a guess: " in short
    assert "birds.md" not in short
    assert "birds.md\n  markdown 1, " in whole
    assert "\x1b" not in whole
    assert max(map(len, short.split("\n\n", 1)[1].splitlines())) <= 80
    told = {one["source"]["address"]: one for one in shell("status", "--json").json["sources"]}
    assert told["old\x1b[31m.txt"]["extraction"]["guessed"] is True
    assert set(told["birds.md"]["extraction"]) == set(Extraction.__slots__)


def test_ask_looks_only_where_the_filters_let_it(shell: Shell) -> None:
    """Hits come from the named files alone; no such file, or a bad date, is said in words."""
    asked = shell("ask", "--json", "--path", "*.txt", "--kind", "txt", QUESTION).json
    assert asked["hits"]
    assert {hit["citation"]["address"][-4:] for hit in asked["hits"]} == {".txt"}
    none = shell("ask", "--path", "x/*", "--language", "en", QUESTION)
    assert none.code == 1
    assert "No indexed document matches: path x/*, language en." in none.out
    assert "Not found in the indexed documents" not in none.out
    bad = shell("ask", "--since", "May", QUESTION)
    assert bad.code == 2
    assert "since is 'May'; write a date as 2026" in bad.err


def test_status_without_an_index(shell: Shell, tmp_path: Path) -> None:
    """Before the first build, status says so and what to do."""
    ran = shell("status", "--index", str(tmp_path / "none"))
    assert (ran.code, "Build it with: qwenqa build" in ran.out) == (0, True)


def test_verify_checks_a_citation_or_all_of_an_answer(shell: Shell, tmp_path: Path) -> None:
    """One line for each citation; code 1 as soon as one is not good."""
    answer = shell("ask", "--json", QUESTION).out
    citation = json.dumps(json.loads(answer)["hits"][0]["citation"])
    (tmp_path / "citation.json").write_text(citation)
    one = shell("verify", str(tmp_path / "citation.json"))
    assert (one.code, one.out.split()[0], one.out.count("\n")) == (0, "exact", 1)
    every = shell("verify", "-", stdin=answer.encode())
    assert (every.code, every.out.count("\n")) == (0, len(json.loads(answer)["hits"]))
    (shell.corpus / "birds.md").write_text("Gone.\n")
    bad = shell("verify", "-", "--json", stdin=answer.encode())
    assert (bad.code, bad.json["good"]) == (1, False)
    assert {one["verification"]["verdict"] for one in bad.json["checked"]} == {"exact", "changed"}


def test_serve_builds_first_and_announces_the_address(shell: Shell) -> None:
    """Serve brings the index up to the corpus, hands over host and port, and says the address."""
    (shell.corpus / "new.txt").write_text("Something new is here.\n")
    ran = shell("serve", "--host", "127.0.0.2", "--port", "81")
    assert ran.out == "Serving on http://127.0.0.2:81 (Ctrl-C stops it)\n"
    assert "1 added" in ran.err
    assert shell("serve", "--port", "0", "--json").json == {"url": "http://127.0.0.1:0"}


def test_serve_keeps_serving_what_there_is(shell: Shell, tmp_path: Path) -> None:
    """A corpus that cannot be built is noted, and the index as it is gets served."""
    ran = shell("serve", "--corpus", str(tmp_path / "nowhere"))
    assert ran.code == 0
    assert "Serving the index as it is." in ran.err
    empty = shell("serve", "--corpus", str(tmp_path / "no"), "--index", str(tmp_path / "none"))
    assert "does not exist" in refusal(empty, 3)


def test_a_port_in_use_is_refused(shell: Shell) -> None:
    """What the page cannot do ends with its sentence and code 3."""

    def busy(*_: object) -> None:
        raise ServeError("The port 7860 is in use. Choose another with --port.")

    assert "7860 is in use" in refusal(shell("serve", serve=busy), 3)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["asc"], "Did you mean ask?"),
        (["statsu"], "Did you mean status?"),
        (["status", "--jsn"], "Did you mean --json?"),
        (["status", "--port", "1"], "--port is an option of serve, not of this command."),
        (["ask", "x", "--full"], "--full is an option of check, not of this command."),
        (["--al"], "There is no option '--al' here."),
        (["status", "extra"], "'extra' is one word too many"),
        (["ask"], "QUESTION is missing."),
        ([], "Give a command: ask, build"),
        (["zzz"], "There is no command 'zzz'. See"),
    ],
)
def test_slips_get_a_suggestion(shell: Shell, typed: list[str], meant: str) -> None:
    """A mistyped command or option ends with code 2 and what was probably meant."""
    assert meant in refusal(shell(*typed), 2)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_slip_in_any_option_means_one_of_the_same_command(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a command takes is what a mistyped option of it is compared with."""
    with pytest.raises(SystemExit):
        parse([command, "--help"])
    needed = {"ask": "x", "why": "x", "diff": "1 2", "verify": "x", "evaluate": "x"}
    needed |= {"why-not": "x --question x", "tune": "x --to x", "saved": "list", "users": "list"}
    for option in set(re.findall(r"(?<=\s)--[a-z-]+", capsys.readouterr().out)):
        with pytest.raises(SettingsError) as slip:
            parse([command, *needed.get(command, "").split(), f"{option}x"])
        meant = re.search(r"Did you mean (\S+)\?", str(slip.value))
        assert meant and meant[1] == option, option


@pytest.mark.parametrize(
    ("typed", "kind", "code"),
    [
        (["ask", ""], "QuestionError", 2),
        (["asc"], "SettingsError", 2),
        (["verify", "nofile"], "CitationError", 2),
        (["build", "--corpus", "/nowhere/at/all"], "CorpusError", 3),
        (["ask", "x", "--model", "/nowhere"], "EncoderError", 3),
    ],
)
def test_errors_in_json(shell: Shell, typed: list[str], kind: str, code: int) -> None:
    """With --json an error is one object on standard output, with the same code as without."""
    ran = shell(*typed, "--json")
    assert (ran.code, set(ran.json), ran.json["kind"]) == (code, {"error", "kind"}, kind)
    assert ran.err == ""
    assert refusal(shell(*typed), code) == ran.json["error"]


def test_a_fault_is_a_sentence_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error nobody foresaw ends with code 5 and no traceback, unless one is asked for."""

    def fault(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    assert "A fault of qwenqa itself (ZeroDivisionError" in refusal(shell("serve", serve=fault), 5)
    monkeypatch.setenv("QWENQA_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        shell("serve", serve=fault)


def test_an_interruption_is_one_line(shell: Shell) -> None:
    """Ctrl-C gives code 130 and one line, and the index as it was answers."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    assert refusal(shell("serve", serve=interrupted), 130).startswith("Interrupted.")
    assert shell.answers()


def test_a_closed_pipe_is_no_traceback(shell: Shell) -> None:
    """``qwenqa ask ... | head`` writes nothing to standard error."""
    read, write = os.pipe()
    os.close(read)
    ran = shell.process("ask", QUESTION, stdout=write)
    os.close(write)
    assert (ran.returncode, ran.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_output_is_a_sentence(shell: Shell) -> None:
    """Where the result cannot be written, it says so and ends with code 3."""
    with Path("/dev/full").open("wb") as full:
        ran = shell.process("status", stdout=full)
    assert (ran.returncode, ran.stderr.count(b"\n")) == (3, 1)
    assert b"cannot be written" in ran.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding_shows_any_text(shell: Shell, encoding: str) -> None:
    """No character ends the program, and JSON stays JSON, whatever the stream can show."""
    (shell.corpus / "odd.txt").write_text("Odd words: 中文 é 😀 \u2028 ﷽ stand here.\n", "utf-8")
    shell("build")
    environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    # By standard input, since an argument's characters are those of the machine's locale.
    question = "Odd words 中文 😀".encode()
    ran = shell.process("ask", "-", "-k", "1", env=environment, input=question)
    assert (ran.returncode, ran.stderr) == (0, b"")
    as_json = shell.process("ask", "-", "--json", env=environment, input=question)
    assert json.loads(as_json.stdout.decode(encoding))["question"] == "Odd words 中文 😀"


def test_documents_cannot_steer_the_terminal(shell: Shell) -> None:
    """Control characters of a document or a file name are not written."""
    (shell.corpus / "e\x1b[31m\n.txt").write_text("Zebra \x1b]0;owned\x1b\\ here. " * 3)
    shell("build")
    for command in (("ask", "zebra"), ("status",), ("build",)):
        ran = shell(*command)
        assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_terminal_gets_bold_marks_and_bars(shell: Shell, tmp_path: Path, no_color: str) -> None:
    """On a terminal marks are bold, bars appear, and NO_COLOR leaves no colours."""
    pytest.importorskip("pty")
    environment = {"TERM": "xterm-256color", "NO_COLOR": no_color, "COLUMNS": "80"}
    shown = _on_terminal(shell.given("ask", QUESTION, "--index", str(tmp_path / "t")), environment)
    assert "\x1b[1;4mheron" in shown
    assert "»" not in shown
    assert "reading" in shown
    assert ("\x1b[36m" in shown) is (not no_color)


def _on_terminal(arguments: list[str], environment: dict[str, str]) -> str:
    import pty

    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "qwenqa", *arguments],
        stdout=side,
        stderr=side,
        env={**os.environ, **environment},
    )
    os.close(side)
    shown = b""
    try:
        while data := os.read(main, 65536):
            shown += data
    except OSError:  # Linux reports the end of a terminal so
        pass
    os.close(main)
    assert process.wait(PATIENCE) == 0
    return shown.decode()


def test_version_and_help(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """--version and --help end with code 0, and the help documents every exit code."""
    assert shell("--version").out.startswith("qwenqa ")
    told = shell("--help").out
    assert all(f"{int(code):5d}  " in told for code in EXITS)
    assert all(shell(command, "--help").code == 0 for command in COMMANDS)


def test_the_page_about_the_shell_is_up_to_date() -> None:
    """The shell's page is what the parser says; run ``python docs/shell.py`` when this fails."""
    page = runpy.run_path(str(ROOT / "docs/shell.py"))["page"]()
    assert (ROOT / "docs/reference/shell.md").read_text("utf-8") == page


def test_asking_imports_no_page(shell: Shell) -> None:
    """The shell never loads gradio, and with the toy model no torch."""
    script = (
        "import sys; from qwenqa.cli import run; code = run(sys.argv[1:], None); "
        "sys.exit(code or len({'gradio', 'torch'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *shell.given("ask", QUESTION)],
        check=False,
        capture_output=True,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_app_serves_the_folders_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """app.py names corpus/ and index/ beside it, unless the environment names others."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QWENQA_CORPUS", raising=False)
    monkeypatch.setenv("QWENQA_INDEX", "elsewhere")
    folders: Callable[[], list[str]] = runpy.run_path(str(ROOT / "app.py"))["folders"]
    assert folders() == ["--corpus", str(ROOT / "corpus")]
    monkeypatch.delenv("QWENQA_INDEX")
    assert folders()[2:] == ["--index", str(ROOT / "index")]


def test_status_names_the_generations_kept_and_what_was_left(shell: Shell) -> None:
    """Beside the serving generation stand those to return to, and remains of killed builds."""
    assert "kept" not in shell("status").out
    (shell.corpus / "new.txt").write_text("Something new is here.\n")
    shell("build")
    (shell.index / "gen-00000009").mkdir()
    told = shell("status").out
    assert "kept        1 (built " in told
    assert "remains     gen-00000009; removed by the next build" in told
    status = shell("status", "--json").json
    assert [one["generation"] for one in status["kept"]] == [1, 2]
    assert status["remains"] == ["gen-00000009"]


def test_a_changed_file_is_said_on_the_card(shell: Shell) -> None:
    """A quote that still stands in a changed file is good, and the change is told beside it."""
    for path in shell.corpus.rglob("*.*"):
        path.write_bytes(path.read_bytes() + b"\nAnd more.\n")
    told = " ".join(shell("ask", QUESTION).out.split())
    assert "verified: stands in the file exactly as quoted; the file has changed" in told
