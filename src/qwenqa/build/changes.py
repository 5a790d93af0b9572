"""What is different between two generations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qwenqa.index.generation import Generation
from qwenqa.index.segment import Table
from qwenqa.types import PassageCounts

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """From an old generation to a new one: sources by address, passages by id.

    ``moved`` pairs a vanished and a new address of equal bytes, ``passages_moved`` an old and a
    new id of equal text and context. Ids of ``passages_removed`` are of the old generation.
    """

    old: int
    new: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    passages_added: Ids
    passages_removed: Ids
    passages_moved: tuple[tuple[int, int], ...]
    passages_kept: int

    @property
    def passage_counts(self) -> PassageCounts:
        """How many passages were added, removed, moved and kept."""
        return PassageCounts(
            len(self.passages_added),
            len(self.passages_removed),
            len(self.passages_moved),
            self.passages_kept,
        )


def difference(old: Generation | None, new: Generation) -> Difference:
    """What changed between two generations; all of the new one is added when there is no old."""
    were = {one.source.address: one.source.sha256 for one in old.documents} if old else {}
    are = {one.source.address: one.source.sha256 for one in new.documents}
    moved = _moved(were, are)
    gone, come = {one for one, _ in moved}, {one for _, one in moved}
    both = are.keys() & were.keys()
    removed, added, pairs, kept = _passages(old.table if old else new.table[:0], new.table)
    return Difference(
        old=old.number if old else 0,
        new=new.number,
        added=tuple(sorted(are.keys() - were.keys() - come)),
        changed=tuple(sorted(one for one in both if are[one] != were[one])),
        removed=tuple(sorted(were.keys() - are.keys() - gone)),
        moved=moved,
        kept=tuple(sorted(one for one in both if are[one] == were[one])),
        passages_added=added,
        passages_removed=removed,
        passages_moved=pairs,
        passages_kept=kept,
    )


def _moved(old: dict[str, str], new: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs of a vanished and a new address with equal bytes, each address at most once."""
    vanished: dict[str, list[str]] = {}
    for address in sorted(old.keys() - new.keys(), reverse=True):
        vanished.setdefault(old[address], []).append(address)
    return tuple(
        (candidates.pop(), address)
        for address in sorted(new.keys() - old.keys())
        if (candidates := vanished.get(new[address]))
    )


def _passages(old: Table, new: Table) -> tuple[Ids, Ids, tuple[tuple[int, int], ...], int]:
    """Ids that were removed and added, pairs that moved, and how many stayed."""
    stayed = np.isin(_claims(new), _claims(old))
    vanished: dict[bytes, list[int]] = {}
    for row in old[~np.isin(_claims(old), _claims(new))][::-1]:
        vanished.setdefault(bytes(row["digest"]), []).append(int(row["id"]))
    added, moved = [], []
    for row in new[~stayed]:
        if candidates := vanished.get(bytes(row["digest"])):
            moved.append((candidates.pop(), int(row["id"])))
        else:
            added.append(int(row["id"]))
    removed = sorted(one for ids in vanished.values() for one in ids)
    return tuple(removed), tuple(added), tuple(moved), int(stayed.sum())


def _claims(table: Table) -> npt.NDArray[Any]:
    """Id and digest of each row as one value that NumPy compares."""
    claims = np.empty(len(table), [("id", ">u8"), ("digest", "V32")])
    claims["id"], claims["digest"] = table["id"], table["digest"]
    return claims.view("S40")
