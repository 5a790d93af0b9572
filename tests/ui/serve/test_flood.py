"""Whoever holds connections and gives nothing shuts nobody else out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from written import PATIENCE

BENCH = Path(__file__).parents[3] / "bench" / "speed" / "flood.py"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
def test_an_honest_asker_is_answered_during_every_flood() -> None:
    """Of 1,000 held connections, from one address and from 100, none keeps an answer away."""
    ran = subprocess.run(
        [sys.executable, str(BENCH), "--seconds", "3"],
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
        check=False,
    )
    assert ran.stdout.endswith("all answered\n"), ran.stdout + ran.stderr
    assert ran.stdout.count("3 answered") == 8, ran.stdout
