"""How many small breakages of the code its fast tests see, room by room.

``python bench/robustness/mutation.py`` draws a sample of mutants (cosmic-ray's) of each room by a seed, runs
the tests that are named here for the mutant's module in a copy of the project, and writes the
results to ``data/mutation.json`` and the table to ``mutation.md``. ``--sample 0`` takes all mutants,
which is days of one processor; rooms may be named, and keep the others' results. What survives
is listed with its reason, which a person writes into ``data/mutation.json`` under "why"; a reason that
begins with "equivalent" says that no test can see the mutant.

A place of the code (an operator, a number, a condition, a call whose value nobody uses) is drawn
first and then one of its mutants, so that places with many mutants do not count more. What no
caller can see is left out: annotations, ``@dataclass(frozen=True, slots=True)``, ``strict=True``.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

import parso
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import OPERATOR_PROVIDERS
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs/measurements/data/mutation.json"
TABLE = ROOT / "docs/measurements/mutation.md"
ROOMS = ("index", "build", "service", "search", "ranking", "passages", "ui/serve/guard")
TESTS = {
    "build/changes": "changes steps",
    "build/encoding": "build steps",
    "build/plan": "build steps",
    "build/builder": "build index steps",
    "build/saved": "saved",
    "build/segment_writer": "build steps",
    "build": "build steps",
    "index/check": "check",
    "index/opening": "index changes steps",
    "index/consistency": "check spans",
    "index/files/rows": "spans check",
    "index/places": "filtering service index",
    "index/disk": "disk index",
    "index/filtering": "filtering",
    "index/generation": "service index",
    "index/header": "index check changes",
    "index/publish": "publish index steps",
    "index/reports": "changes",
    "index/saved": "saved",
    "index/files/segment": "spans index",
    "index/files/vectors": "vectors index",
    "index": "service spans",
    "passages": "passages",
    "ranking": "ranking joining rerankers",
    "search": "ranking joining rerankers why",
    "service/upkeep/adding": "adding",
    "service/ask/answering": "answering service",
    "service/ask/bundles": "bundles",
    "service/ask/examples": "examples",
    "service/why/why_not": "why_not",
    "service/why/why": "why",
    "service/open/source_files": "service page_images source",
    "service/ask/follow_up": "following",
    "service/ask/corpus_map": "mapping",
    "service/open/models": "service steps serving",
    "service/upkeep/rebuilding": "service build steps",
    "service/upkeep/saved": "saved",
    "service/open/current_generation": "serving service index",
    "service/training": "tuning",
    "service/why/unindexed": "why_not",
    "service/upkeep/users": "users",
    "service/watching": "watch",
    "service/library": "service mapping saved history",
    "service/open/reading": "readers_named service build",
    "service/upkeep/status": "service unread",
    "service": "service answering",
    "ui/serve/guard": "guard",
    "service/ask/asked": "why service",
    "index/salvage": "repair",
}
"""The tests that exercise a module, quickest first; those of its room where it is not named."""

Mutant = dict[str, Any]


class CallRemoved(Operator):  # type: ignore[misc]
    """A call whose value nobody uses is not made: cosmic-ray removes no statements itself."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """The statement, where it is nothing but a call."""
        if node.type == "simple_stmt" and node.children[0].type in ("atom_expr", "power"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ARG002 - cosmic-ray's
        """``pass`` in its place."""
        nothing = parso.parse("pass").children[0]
        nothing.prefix = node.children[0].get_first_leaf().prefix
        node.children[0] = nothing
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does to a statement."""
        return (Example("f(x)\n", "pass\n"),)


OPERATOR_PROVIDERS["qwenqa"] = {"CallRemoved": CallRemoved}


def main() -> None:
    """Draw, run, and write what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rooms", nargs="*", default=[], help=f"of {', '.join(ROOMS)} (all)")
    options.add_argument("--sample", type=int, default=40, help="mutants a room; 0 is all (40)")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=os.cpu_count())
    options.add_argument("--timeout", type=int, default=300, help="seconds for a mutant (300)")
    options.add_argument("--kept", type=Path, default=KEPT, help="where results are kept")
    given = options.parse_args()
    for room in given.rooms or (ROOMS if not given.rooms else ()):
        places = _places(room)
        drawn = _drawn(places, given.sample, f"{given.seed} {room}")
        results = _run(drawn, given.workers, given.timeout)
        _require_good(results)
        _keep(given.kept, room, {"places": len(places), "seed": given.seed, "mutants": results})
    if given.kept == KEPT:
        TABLE.write_text(table(json.loads(KEPT.read_text("utf-8"))), "utf-8")


def _modules(room: str) -> list[Path]:
    folder = Path("src/qwenqa", room)
    found = sorted(ROOT.joinpath(folder).rglob("*.py")) or [ROOT / f"{folder}.py"]
    return [one.relative_to(ROOT) for one in found if one.name != "__init__.py"]


def _places(room: str) -> list[list[MutationSpec]]:
    """The mutants of a room, those of one place together, in the code's order."""
    places = defaultdict(list)
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder, use_db(Path(folder, "work")) as work:
        init(_modules(room), work, {})
        for item in work.work_items:
            (one,) = item.mutations
            places[one.module_path, one.start_pos, one.end_pos].append(one)
    unseen = {module: list(_unseen(module)) for module in _modules(room)}
    return [
        sorted(places[at], key=lambda place: (place.operator_name, place.occurrence))
        for at in sorted(places)
        if not any(first <= at[1] < last for first, last in unseen[at[0]])
    ]


def _unseen(module: Path) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Spans of what only type checkers and readers see."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        strict = node.value if isinstance(node, ast.keyword) and node.arg == "strict" else None
        data = [one for one in getattr(node, "decorator_list", ()) if "dataclass" in ast.dump(one)]
        told = (getattr(node, "annotation", None), getattr(node, "returns", None), strict)
        for one in (*data, *filter(None, told)):
            # A decorator begins at its sign.
            yield (
                (one.lineno, one.col_offset - (one in data)),
                (
                    one.end_lineno or one.lineno,
                    one.end_col_offset or one.col_offset,
                ),
            )


def _drawn(places: list[list[MutationSpec]], count: int, seed: str) -> list[MutationSpec]:
    if not count:
        return [one for place in places for one in place]
    dice = random.Random(seed)
    return [dice.choice(place) for place in dice.sample(places, min(count, len(places)))]


def _run(drawn: list[MutationSpec], workers: int, timeout: int) -> list[Mutant]:
    slices = [drawn[number::workers] for number in range(workers)]
    with ProcessPoolExecutor(workers) as pool:
        done = pool.map(partial(_run_slice, timeout=timeout), slices)
        return sorted((one for some in done for one in some), key=lambda one: one["mutant"])


def _run_slice(drawn: list[MutationSpec], timeout: int) -> list[Mutant]:
    """Run tests on each mutant, in a copy of the project of one's own."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "peers"))
        os.chdir(copy)
        os.environ["PYTHONPATH"] = str(copy / "src")
        # Known by content: a mutant is compiled anew, whatever its file's time stamp.
        compileall.compile_dir("src", quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        done = [_tried(one, timeout) for one in drawn]
        os.chdir(ROOT)
        return done


def _tried(one: MutationSpec, timeout: int) -> Mutant:
    result = mutate_and_test([one], _command(one.module_path), timeout)
    address = one.module_path.relative_to("src/qwenqa")
    removed, added = (re.findall(rf"^[{sign}](?![-+]) *(.*)$", result.diff, re.M) for sign in "-+")
    by = re.search(r"^(?:FAILED|ERROR) ([^\s\[]+)", result.output, re.M)
    killer = by[1] if by else "timeout" if result.output == "timeout" else ""
    outcome = str(result.test_outcome.value)
    if outcome == "killed" and "::" not in killer and killer != "timeout":
        outcome = "no module"
    mutant = f"{address}: {' '.join(removed)} → {' '.join(added)}"
    found = {"mutant": mutant, "outcome": outcome, "by": killer}
    print(json.dumps(found, ensure_ascii=False), flush=True)
    return found


def _command(module: Path) -> str:
    name = module.relative_to("src/qwenqa").with_suffix("").as_posix()
    names = TESTS.get(name) or TESTS[name.split("/")[0]]
    files = [path for name in names.split() for path in ROOT.glob(f"tests/**/test_{name}.py")]
    only = "not model and not browser and not slow"
    return f"{sys.executable} -m pytest -x -q -p no:cacheprovider --tb=no -m '{only}' " + " ".join(
        str(path.relative_to(ROOT)) for path in files
    )


def _require_good(results: Iterable[Mutant]) -> None:
    """Stop where a test that killed a mutant fails on the code as it is."""
    killers = sorted({result["by"] for result in results if "::" in result["by"]})
    if killers:
        run = [sys.executable, "-m", "pytest", "-q", "--tb=short", *killers]
        subprocess.run(run, cwd=ROOT, check=True, env={**os.environ, "PYTHONPATH": "src"})


def _keep(path: Path, room: str, results: dict[str, Any]) -> None:
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {"rooms": {}, "why": {}}
    kept["rooms"][room] = {"date": f"{date.today()}", **results}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


def table(kept: dict[str, Any]) -> str:
    """The results as Markdown."""
    rows, told = [], []
    for room in ROOMS:
        found = kept["rooms"].get(room, {"mutants": []})
        found["mutants"] = [one for one in found["mutants"] if one["outcome"] != "no module"]
        survived = [one["mutant"] for one in found["mutants"] if one["outcome"] == "survived"]
        why = {one: kept["why"].get(one, "**not explained**") for one in survived}
        equal = [one for one in survived if why[one].startswith("equivalent")]
        rows.append((room, found, len(survived) - len(equal), len(equal)))
        told += [f"- `{one}`: {why[one]}" for one in survived]
    lines = [_row(*row) for row in rows]
    return HEAD.format(rows="\n".join(lines), survivors="\n".join(told) or "None.")


def _row(room: str, found: dict[str, Any], survived: int, equal: int) -> str:
    count = len(found["mutants"])
    share = f"{survived / max(1, count - equal):.0%}" if count else "not run yet"
    killed = count - survived - equal
    late = sum(one["by"] == "timeout" for one in found["mutants"])
    return (
        f"| {room} | {found.get('places', '')} | {count} | {killed} | {late} | {survived} "
        f"| {equal} | {share} | {found.get('seed', '')} | {found.get('date', '')} |"
    )


HEAD = """\
# How many breakages the fast tests see

Written by `bench/robustness/mutation.py`. **A sample**, drawn by the seed in the table: one mutant at each of
some of the room's places. `bench/robustness/mutation.py --sample 0` runs all mutants of all rooms. A mutant is
killed when one of the fast tests of its module (`TESTS` in the script) fails, or does not end
within the time limit ("late", among the killed). *Share* is what survived, of the mutants that are
not equivalent. Mutants that cannot be imported are not counted. Holes were looked for, and tests
written, on samples of other seeds; where a line below says "seen since", a test was written after.

| room | places | mutants | killed | late | survived | equivalent | share | seed | date |
|---|---|---|---|---|---|---|---|---|---|
{rows}

## What survived

Breaking the line before the arrow into the one after it was not seen. "equivalent" means that no
caller can see a difference.

{survivors}
"""

if __name__ == "__main__":
    main()
