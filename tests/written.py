"""Corpora as tests write them. A module of its own: there is more than one conftest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

MakeCorpus = Callable[[Mapping[str, "str | bytes"]], Path]

TEXTS = {
    "birds.md": "# Birds\n\nA wren sings loudly. The owl hunts at night.\n\n"
    "## Herons\n\nA heron waits in shallow water for fish.\n",
    "ships.txt": "Ships and Harbours\n\nThe brig left Bristol in 1802. It carried tin and wool.\n\n"
    "A lighthouse keeper counts passing sails.\n",
    "deep/tea.txt": "Oolong tea is partly oxidised. Its leaves are rolled by hand.\n",
}


def write_corpus(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files by address below a folder, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for address, content in files.items():
        path = folder / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return folder
