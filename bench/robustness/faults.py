"""How often the index was struck by a fault, and in which state it was afterwards.

``python bench/robustness/faults.py`` makes every call to the system that a build makes below the index fail,
once and from then on, and be the last one of its process; strikes builds that recover from a kill;
and kills a looping builder at random moments. It prints how many faults led to the old generation,
the new one, the new one with vectors to come ("step"), the first one before it was named
("unnamed"), or to a bad state, of which there must be none.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from faulty import HALF, SCENARIOS, Server
from striking import KINDS, Found, Ground, pairs, random_kills, strikes
from toys import unsynced

STATES = ("old", "step", "new", "unnamed", "bad")


def main() -> int:
    """Strike as often as asked for; the number of bad states."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="of how many calls one is struck (1)")
    options.add_argument("--pairs", type=int, default=50, help="of faults, each scenario (50)")
    options.add_argument("--kills", type=int, default=300, help="at random moments (300)")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", help="names of scenarios, with commas")
    given = options.parse_args()
    total: Found = Found()
    print(f"| scenario | calls | fault | faults | {' | '.join(STATES)} | seconds |")
    print(f"|---|---|---|---|{'---|' * (len(STATES) + 1)}")
    with tempfile.TemporaryDirectory() as folder, Server() as server, unsynced():
        for name in given.only.split(",") if given.only else SCENARIOS:
            total += scenario(Ground.of(SCENARIOS[name], Path(folder, name)), server, given)
        began = time.perf_counter()
        killed = random_kills(Path(folder, "loop"), server, given.kills, given.seed)
        show("looping builder", "", "random kill", killed, began)
    total += killed
    print(f"\n{total.total()} faults, {total['bad']} bad states")
    return min(total["bad"], 99)


def scenario(ground: Ground, server: Server, given: argparse.Namespace) -> Found:
    """Every kind of fault at the calls of one scenario."""
    total: Found = Found()
    name, calls = ground.scenario.name, len(ground.calls)
    for kind, always in (*KINDS, (HALF, False)):
        began = time.perf_counter()
        found = strikes(ground, server, kind, always, given.every)
        show(name, calls, f"{kind} from then on" if always else kind, found, began)
        total += found
    if given.pairs and not ground.scenario.roll_back:
        began = time.perf_counter()
        found = pairs(ground, server, given.pairs, given.seed)
        show(name, calls, "kill, then a fault in recovery", found, began)
        total += found
    return total


def show(name: str, calls: object, fault: str, found: Found, began: float) -> None:
    """A row of the table."""
    counts = " | ".join(str(found[one]) for one in STATES)
    seconds = round(time.perf_counter() - began)
    print(f"| {name} | {calls} | {fault} | {found.total()} | {counts} | {seconds} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
