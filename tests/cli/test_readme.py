"""The README tells the truth: its example runs, its settings are all there are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from qwenqa.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SETTINGS = (ROOT / "docs/reference/settings.md").read_text("utf-8")


def test_every_setting_is_documented() -> None:
    """Each field of Settings is documented by its variable, and no other variable is."""
    named = set(re.findall(r"QWENQA_[A-Z_]+", SETTINGS))
    assert named == {f"QWENQA_{field.name.upper()}" for field in fields(Settings)}


@pytest.mark.parametrize("command", ["python app.py", "python -m pytest"])
def test_both_commands_make_their_own_environment(command: str) -> None:
    """Each stands on one line of the first screen, beside its Windows form."""
    first_screen = README.splitlines()[:30]
    lines = [line for line in first_screen if command in line.replace(".venv/bin/", "")]
    assert lines[0].startswith("python3 -m venv .venv && .venv/bin/pip install -e ")
    assert any("py -m venv" in line for line in first_screen)


@pytest.mark.model
def test_the_python_example_runs(tmp_path: Path) -> None:
    """What is shown in Python runs from the repository root and says what its comments say."""
    section = README.split("## In Python\n")[1]
    example = re.findall(r"```python\n(.*?)```", section, re.DOTALL)[0]
    for line, value in re.findall(r"^(best\.\S+) +# (.*)$", example, re.MULTILINE):
        example += f"assert {line} == {value}, {line}\n"
    ran = subprocess.run(
        [sys.executable, "-c", example.replace('"index"', repr(str(tmp_path)))],
        cwd=ROOT,
        env={**os.environ, "QWENQA_INDEX": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "»- Binyuan Hui: Led code development and the Qwen-Coder series«" in ran.stdout
