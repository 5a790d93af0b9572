"""What ``import qwenqa`` gives: every name it promises, documented, and nothing heavy."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib.resources import files

import pytest

import qwenqa


def test_all_is_what_the_types_say() -> None:
    """``__all__`` is sorted and holds the names that type checkers are told of, and no other."""
    stub = ast.parse((files("qwenqa") / "__init__.pyi").read_text("utf-8"))
    told = {
        alias.asname or alias.name
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert qwenqa.__all__ == sorted(told)
    assert set(qwenqa.__all__) <= set(dir(qwenqa))


@pytest.mark.parametrize("name", qwenqa.__all__)
def test_every_name_is_documented(name: str) -> None:
    """Each has a docstring of its own, and so has each public method, property and function."""
    value = getattr(qwenqa, name)
    assert value.__doc__, name
    assert not value.__doc__.startswith(f"{name}("), "not the one that dataclasses make up"
    for member, one in vars(value).items() if inspect.isclass(value) else ():
        if not member.startswith("_") and (inspect.isfunction(one) or isinstance(one, property)):
            assert one.__doc__, f"{name}.{member}"


def test_every_error_is_in_the_tree() -> None:
    """All errors are QwenqaErrors, and the tree in the docstring shows each."""
    errors = [
        value
        for name in qwenqa.__all__
        if inspect.isclass(value := getattr(qwenqa, name)) and issubclass(value, Exception)
    ]
    assert len(errors) > 10
    for error in errors:
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


def test_importing_loads_nothing_heavy() -> None:
    """Neither the model's libraries nor the page's are imported before they are needed."""
    code = f"import sys, qwenqa; print([one for one in {HEAVY!r} if one in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


FORMATS = ["lxml", "trafilatura", "pypdfium2", "pypdf", "PIL", "markdown_it", "python_calamine"]


def test_the_library_loads_no_reader() -> None:
    """Who asks an index that is up to date reads no file: no format's library is imported."""
    code = (
        "import sys, qwenqa; qwenqa.Library; assert 'qwenqa.readers.table' in sys.modules;"
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
