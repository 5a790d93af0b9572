"""Write reference/shell.md from the parser, so that the page and ``--help`` say the same.

Run ``python docs/shell.py`` after changing a command; a test fails while the page is old.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from qwenqa.cli.commands.library import STALENESS_BYTES
from qwenqa.cli.parser import EXITS, parser
from qwenqa.cli.table import COMMANDS

PAGE = Path(__file__).parent / "reference" / "shell.md"

INTRODUCTION = """\
# qwenqa in a shell

<!-- Written by docs/shell.py from the parser: change that and run it again. -->

```
{usage}
```

{description}
"""

NOTES = f"""\
## What goes where

- The result goes to standard output; notes, progress and errors go to standard error.
- With `--json` standard output holds exactly one JSON object: the answer (`Answer.from_json`
  reads it), the build's report, the status, `{{"url": …}}` when the page answers, or `{{"good":
  …, "checked": [{{"citation": …, "verification": …}}]}}` from `verify`, for a bundle with its
  `question` and its `flaws`, which are empty while it is unaltered. An error is `{{"error":
  sentence, "kind": class}}` with the same exit code.
- On a terminal the answering sentence is bold and the question's words are underlined, 80 columns
  wide at most; `NO_COLOR` takes the colours away. In a pipe, and where `TERM` is `dumb`, the
  answering sentence stands between » and «.
- Progress bars appear on a terminal only.
- Control characters in documents and file names are never sent to the terminal.

## When the index is built

- `ask` builds the index when there is none, and says so.
- `ask` does not rebuild. It says on standard error that the documents have changed when it knows:
  the cited files are hashed for every answer anyway, and all files are hashed when the indexed
  ones have at most {STALENESS_BYTES // 2**20} MiB together, a fraction of a second. In
  larger corpora `status` tells, when asked, because hashing gigabytes costs more than the answer.
- `serve` brings the index up to the documents first. Where that fails and there is an index, it
  says so and serves that one.
- `build` refuses to replace a good index by an empty one, as an unmounted folder would, unless
  `--allow-empty` is given.
- An interrupted or failed build leaves the index as it was.

## Examples

```bash
qwenqa ask "Who led the Qwen-Coder series?"
qwenqa ask -k 3 --json "When did Junyang Lin resign?" > answer.json
qwenqa verify answer.json
qwenqa ask "Who led the Qwen-Coder series?" --bundle bundle.json && qwenqa verify bundle.json
qwenqa ask "Who led the Qwen-Coder series?" --citations bibtex >> references.bib
qwenqa ask "And who praised it?" --after "What did the Qwen team release?"
qwenqa why "Who led the Qwen-Coder series?"
qwenqa why-not "Elon Musk praised the release" --question "Who led the Qwen-Coder series?"
qwenqa saved add "Who led the Qwen-Coder series?"
qwenqa build && qwenqa report
qwenqa diff 1 2 --texts
echo "How large are the models?" | qwenqa ask -
qwenqa build --corpus ~/papers --index ~/papers-index
qwenqa --corpus ~/papers --index ~/papers-index serve --port 8000
```
"""


def page() -> str:
    """The whole page as Markdown."""
    whole = parser()
    made = _commands(whole)
    usage = "\n".join(f"qwenqa {name} {_arguments(made[name])} [OPTIONS]" for name in COMMANDS)
    parts = [
        INTRODUCTION.format(
            usage=usage.replace("  ", " "), description=" ".join((whole.description or "").split())
        ),
        "## Options of every command\n\nThey stand before the command or after it.\n",
        _table(_common(whole)),
        "`qwenqa --version` shows the version.\n\n## Commands\n",
        *(_command(name, made[name]) for name in COMMANDS),
        "## Exit codes\n",
        _rows("code", ((str(int(code)), told.replace("|", "\\|")) for code, told in EXITS.items())),
        NOTES,
    ]
    return "\n".join(parts)


def _commands(whole: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = next(one for one in whole._actions if isinstance(one.choices, dict))
    return dict(found.choices or {})


def _common(whole: argparse.ArgumentParser) -> list[argparse.Action]:
    return [one for one in whole._actions if one.dest in ("corpus", "index", "model", "json")]


def _command(name: str, made: argparse.ArgumentParser) -> str:
    own = [
        one for one in made._actions if one.dest not in ("help", "corpus", "index", "model", "json")
    ]
    told = f"### qwenqa {name}\n\n{made.description}\n"
    return f"{told}\n{_table(own)}" if own else told


def _arguments(made: argparse.ArgumentParser) -> str:
    forms = {"+": "{}...", "*": "[{}...]", "?": "[{}]", None: "{}"}
    words = [
        forms[one.nargs if isinstance(one.nargs, str) else None].format(one.metavar)
        for one in made._actions
        if not one.option_strings
    ]
    needed = [_name(one).strip("`") for one in made._actions if one.option_strings and one.required]
    return " ".join(words + needed)


def _table(actions: Iterable[argparse.Action]) -> str:
    return _rows("option", ((_name(one), one.help or "") for one in actions))


def _name(action: argparse.Action) -> str:
    names = ", ".join(action.option_strings)
    value = "" if action.nargs == 0 else str(action.metavar)
    return f"`{f'{names} {value}'.strip()}`"


def _rows(first: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {name} | {told} |" for name, told in rows]
    return "\n".join([f"| {first} | means |", "|---|---|", *lines]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
