"""The rooms keep to themselves: who prints, who is heavy, how large a room may be."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import qwenqa
from bench import house

ROOT = Path(qwenqa.__file__).parent
ROOMS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))

OWNERS = {
    "faiss": "dense/",
    "torch": "encoders/",
    "sentence_transformers": "encoders/",
    "gradio": "ui/",
}


def imported(room: str) -> Iterator[str]:
    """Top-level names of the packages that a room imports, wherever in it."""
    for node in ast.walk(ast.parse((ROOT / room).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_each_library_has_one_room(room: str) -> None:
    """FAISS, the model's libraries and the faces' are each imported in one place."""
    for name in imported(room):
        assert room.startswith(OWNERS.get(name, "")), f"{room} imports {name}"


@pytest.mark.parametrize("room", ROOMS)
def test_only_the_shell_prints(room: str) -> None:
    """No room but the shell writes to the terminal."""
    calls = {
        node.func.id
        for node in ast.walk(ast.parse((ROOT / room).read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "print" not in calls or room.startswith("cli")


@pytest.mark.parametrize("room", ROOMS)
def test_no_pickle_and_no_code_from_data(room: str) -> None:
    """Nothing that runs what it reads is used anywhere."""
    assert not {"pickle", "marshal", "shelve", "joblib", "dill"} & set(imported(room))


def test_the_root_defines_nothing() -> None:
    """The package's own module only passes names on."""
    tree = ast.parse((ROOT / "__init__.py").read_text("utf-8"))
    kinds = {type(node) for node in tree.body}
    assert kinds <= {ast.Expr, ast.Import, ast.Assign}


def test_no_folder_is_crowded() -> None:
    """What a folder of code holds is seen at a glance."""
    crowded = [
        (folder, count)
        for folder, count in house.folders(house.ROOT)
        if count > house.LARGEST_FOLDER and not folder.startswith("docs")
    ]
    assert not crowded


def test_no_file_is_long() -> None:
    """Each file that people write can be read in one go."""
    assert [path for path in house.written(ROOT) if house.length(path) > house.LONGEST_FILE] == []


def test_no_two_classes_share_a_name() -> None:
    """A class's name names one thing."""
    names = Counter(house.class_names(ROOT))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_face_is_small() -> None:
    """``qwenqa`` gives at most 25 names; the rest is in its public modules."""
    assert 0 < len(house.public_names(ROOT)) <= 25


@pytest.mark.parametrize(("page", "most"), [("README.md", 1200), ("ARCHITECTURE.md", 2500)])
def test_the_first_pages_stay_short(page: str, most: int) -> None:
    """The first pages that people read can be read in minutes."""
    assert 100 < house.words(house.ROOT / page) <= most


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_links_of_the_first_pages_lead_somewhere(page: str) -> None:
    """What they link to is there; the pages of the site are checked as it is built."""
    text = (house.ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)
    assert [link for link in links if not (house.ROOT / link).exists()] == []
