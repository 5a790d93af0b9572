"""Processes ask while another rebuilds: each answer is of one generation, and nothing grows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from written import PATIENCE

BENCH = Path(__file__).parents[2] / "bench" / "speed" / "concurrency.py"
SECONDS = os.environ.get("QWENQA_TEST_SECONDS", "10")
_SPARE_DESCRIPTORS = 40
"""What reading processes come and go with; held generations would be hundreds."""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_answers_are_of_one_generation_while_another_process_rebuilds() -> None:
    """Every quote stood in what the answer's generation held; no error, no open files left."""
    ran = subprocess.run(
        [sys.executable, str(BENCH), "--seconds", SECONDS],
        capture_output=True,
        timeout=PATIENCE + float(SECONDS),
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["errors"], found["wrong"], found["clean"]) == ([], [], True)
    assert found["answers"]
    for (_, early), (_, late) in zip(found["early"], found["late"], strict=True):
        assert late <= early + _SPARE_DESCRIPTORS
