"""How large the house is: lines, files, folders, names and words.

python bench/house.py            # of this checkout
python bench/house.py FOLDER     # of another one, to compare
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LARGEST_FOLDER, LONGEST_FILE = 15, 300
VAGUE = ("one", "found", "told", "given", "made", "kept", "held", "thing", "wanted", "known")
"""Words that say nothing of what they name."""
_WRITTEN = {".py", ".pyi", ".js", ".css", ".html"}


def main(root: Path = ROOT) -> None:
    """Print the figures, a line each."""
    for name, value in figures(root).items():
        print(f"{name}: {value}")


def figures(root: Path) -> dict[str, object]:
    """What is counted, by its name."""
    source = root / "src" / "qwenqa"
    files = sorted(written(source))
    classes = Counter(class_names(source))
    return {
        "source lines": sum(map(length, source.rglob("*.py"))),
        "source files": len(files),
        "largest folder": "{1} ({0})".format(*max(folders(root), key=lambda folder: folder[1])),
        f"files over {LONGEST_FILE} lines": sum(length(path) > LONGEST_FILE for path in files),
        "public names": len(public_names(source)),
        "class names that occur twice": sum(count > 1 for count in classes.values()),
        "vague names": sum(vague_names(source).values()),
        "words of README": words(root / "README.md"),
        "words of ARCHITECTURE": words(root / "ARCHITECTURE.md"),
        "import contracts": (root / "pyproject.toml")
        .read_text("utf-8")
        .count("[[tool.importlinter.contracts]]"),
    }


def written(folder: Path) -> Iterator[Path]:
    """The files below a folder that people write and read."""
    return (path for path in folder.rglob("*") if path.suffix in _WRITTEN)


def folders(root: Path) -> Iterator[tuple[str, int]]:
    """Each folder of the source, the tests and the benches, and how many files are in it."""
    for top in ("src", "tests", "bench", "docs"):
        for folder in (path for path in (root / top).rglob("*") if path.is_dir()):
            if folder.name != "__pycache__" and ".venv" not in folder.parts:
                inside = sum(path.is_file() for path in folder.iterdir())
                yield folder.relative_to(root).as_posix(), inside


def length(path: Path) -> int:
    """The lines of a file."""
    return path.read_bytes().count(b"\n")


def public_names(source: Path) -> set[str]:
    """The names that ``import qwenqa`` gives."""
    tree = ast.parse((source / "__init__.pyi").read_text("utf-8"))
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name for node in imports for alias in node.names}


def class_names(source: Path) -> Iterator[str]:
    """The name of each class, as often as it occurs."""
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name


def vague_names(source: Path) -> Counter[str]:
    """How often each vague word stands as a name in the code."""
    counts: Counter[str] = Counter()
    for path in source.rglob("*.py"):
        tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
        counts.update(token.string for token in tokens if token.string in VAGUE)
    return counts


def words(path: Path) -> int:
    """The words of a text, code and tables included."""
    return len(re.findall(r"\S+", path.read_text("utf-8")))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
