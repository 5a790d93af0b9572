"""What ``import qwenqa`` gives: every name it promises, documented, and nothing heavy."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest

import qwenqa
from qwenqa import answers, errors, evaluation, service, types

PUBLIC = [qwenqa, answers, errors, evaluation, service, types]
"""Where what the documentation promises is imported from."""


@pytest.mark.parametrize("module", [qwenqa, answers, evaluation, service])
def test_all_is_what_the_types_say(module: ModuleType) -> None:
    """``__all__`` is sorted and holds the names that type checkers are told of, and no other."""
    stub = ast.parse((files(module) / "__init__.pyi").read_text("utf-8"))
    imports = (node for node in stub.body if isinstance(node, ast.ImportFrom))
    names = {alias.asname or alias.name for node in imports for alias in node.names}
    assert module.__all__ == sorted(names)
    assert set(module.__all__) <= set(dir(module))


def test_the_face_stands_in_the_public_modules() -> None:
    """``qwenqa`` gives what most people type; each such name is also where it belongs."""
    for name in set(qwenqa.__all__) - {"ask"}:
        assert any(hasattr(module, name) for module in PUBLIC[1:]), name


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module in PUBLIC for name in getattr(module, "__all__", vars(module))],
)
def test_every_name_is_documented(module: ModuleType, name: str) -> None:
    """Each has a docstring of its own, and so has each public method, property and function."""
    value = getattr(module, name)
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return
    assert value.__doc__, name
    assert not value.__doc__.startswith(f"{name}("), "not the one that dataclasses make up"
    for member, part in vars(value).items() if inspect.isclass(value) else ():
        if not member.startswith("_") and (inspect.isfunction(part) or isinstance(part, property)):
            assert part.__doc__, f"{name}.{member}"


def test_every_error_is_in_the_tree() -> None:
    """All errors are QwenqaErrors, and the tree in the docstring shows each."""
    tree = [value for value in vars(errors).values() if inspect.isclass(value)]
    assert len(tree) > 10
    for error in tree:
        assert issubclass(error, qwenqa.QwenqaError)
        assert error.__name__ in (qwenqa.QwenqaError.__doc__ or "")


HEAVY = [
    "numpy",
    "faiss",
    "torch",
    "transformers",
    "sentence_transformers",
    "gradio",
    "huggingface_hub",
]


PACKAGES = "qwenqa, qwenqa.answers, qwenqa.evaluation, qwenqa.service"


def test_importing_loads_nothing_heavy() -> None:
    """Neither the model's libraries nor the page's are imported before they are needed."""
    code = f"import sys, {PACKAGES}; print([one for one in {HEAVY!r} if one in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


# What each may import besides Python itself; a line more here is time for everybody who asks.
IMPORTED = {
    "import": {"lazy_loader", "packaging"},
    "ask": {
        "Stemmer",
        "faiss",
        "filelock",
        "lazy_loader",
        "msgspec",
        "numpy",
        "onnxruntime",
        "packaging",
        "rich",
        "sentencex",
        "tokenizers",
        "typing_extensions",
    },
}


def imported(code: str, *arguments: str) -> set[str]:
    """Top-level packages of other projects that a process ends with."""
    told = (
        "import atexit, sys; before = set(sys.modules);"
        "told = lambda: print('|', *{one.partition('.')[0] for one in set(sys.modules) - before});"
        f"atexit.register(told); {code}"
    )
    command = [sys.executable, "-c", told, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    names = set(ran.stdout.rpartition("|")[2].split())
    return names & set(packages_distributions()) - {"qwenqa"}


def test_importing_imports_what_is_listed() -> None:
    """``import qwenqa`` loads nothing of others but what makes it lazy."""
    assert imported(f"import {PACKAGES}") <= IMPORTED["import"]


@pytest.mark.model
def test_asking_imports_what_is_listed(tmp_path: Path) -> None:
    """``qwenqa ask`` in a new process imports these packages, and never torch."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("The heron waits in the bay.")
    folders = ["--corpus", str(corpus), "--index", str(tmp_path / "index")]
    run = "from qwenqa.__main__ import main; main(sys.argv[1:])"
    assert "torch" not in imported(run, "build", *folders)
    assert imported(run, "ask", *folders, "Where does the heron wait?") <= IMPORTED["ask"]


@pytest.mark.model
def test_the_page_answers_without_torch(tmp_path: Path) -> None:
    """Neither building the page nor its first answer imports the model's libraries."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("The heron waits in the bay.")
    code = (
        "import threading; from qwenqa import Library;"
        "from qwenqa.ui.serve.server import application;"
        "library = Library(*sys.argv[1:]); library.rebuild();"
        "application(library, '127.0.0.1', threading.Event());"
        "assert library.ask('Where does the heron wait?').hits"
    )
    found = imported(code, str(corpus), str(tmp_path / "index"))
    assert {"gradio", "onnxruntime"} <= found
    assert not found & {"torch", "sentence_transformers", "transformers"}


FORMATS = ["lxml", "trafilatura", "pypdfium2", "pypdf", "PIL", "markdown_it", "python_calamine"]


def test_the_library_loads_no_reader() -> None:
    """Who asks an index that is up to date reads no file: no format's library is imported."""
    code = (
        "import sys, qwenqa; qwenqa.Library; assert 'qwenqa.readers.registry' in sys.modules;"
        f"print([one for one in {FORMATS!r} if one in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_reading_process_loads_what_it_meets() -> None:
    """Reading a text costs no other format's library and no arrays."""
    code = (
        "import sys; from qwenqa.readers import worker; worker.read('a.txt', b'A heron waits.');"
        f"print([one for one in {[*HEAVY, *FORMATS]!r} if one in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_package_is_typed() -> None:
    """A type checker is told to read the annotations."""
    assert (files("qwenqa") / "py.typed").is_file()
