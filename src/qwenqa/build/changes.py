"""What is different between two generations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qwenqa.answers.citations.claims import cite
from qwenqa.index.files.vectors import Digests
from qwenqa.index.generation import Generation
from qwenqa.types import Citation, Diff, PassageCounts, SourceDiff, SourceFate

Ids = tuple[int, ...]


class Claims(NamedTuple):
    """Ids of passages, ascending, and the digests of what was encoded for them."""

    ids: npt.NDArray[np.uint64]
    digests: Digests


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
    were = (
        {document.source.address: document.source.sha256 for document in old.documents}
        if old
        else {}
    )
    are = {document.source.address: document.source.sha256 for document in new.documents}
    moved = _moved(were, are)
    gone, come = {address for address, _ in moved}, {address for _, address in moved}
    both = are.keys() & were.keys()
    claims = _claims(new)
    before = _claims(old) if old else Claims(claims.ids[:0], claims.digests[:0])
    removed, added, pairs, passages_kept = _passages(before, claims)
    return Difference(
        old=old.number if old else 0,
        new=new.number,
        added=tuple(sorted(are.keys() - were.keys() - come)),
        changed=tuple(sorted(address for address in both if are[address] != were[address])),
        removed=tuple(sorted(were.keys() - are.keys() - gone)),
        moved=moved,
        kept=tuple(sorted(address for address in both if are[address] == were[address])),
        passages_added=added,
        passages_removed=removed,
        passages_moved=pairs,
        passages_kept=passages_kept,
    )


def no_difference(serving: Generation) -> Difference:
    """That of a generation from itself."""
    addresses = tuple(document.source.address for document in serving.documents)
    number, none = serving.number, ()
    return Difference(
        number, number, none, none, none, none, addresses, none, none, none, len(serving)
    )


def diff(old: Generation, new: Generation, *, texts: bool = False) -> Diff:
    """What is different between two generations, source by source, and with ``texts`` in words."""
    changes = difference(old, new)
    was, now = old.header, new.header
    models = (was.recipe.encoder, now.recipe.encoder)
    left_out = {skipped.address for skipped in now.skipped}
    return Diff(
        old=old.number,
        new=new.number,
        sources=tuple(sorted(_sources(changes, old, new), key=lambda source: source.address)),
        skipped=tuple(skipped for skipped in now.skipped if skipped not in was.skipped),
        no_longer_skipped=tuple(
            skipped for skipped in was.skipped if skipped.address not in left_out
        ),
        passages=changes.passage_counts,
        model=None if models[0] == models[1] else (models[0].name, models[1].name),
        texts_added=_cited(new, changes.passages_added) if texts else (),
        texts_removed=_cited(old, changes.passages_removed) if texts else (),
    )


def _sources(changes: Difference, old: Generation, new: Generation) -> Iterator[SourceDiff]:
    """The sources that differ, each with what became of its passages."""
    added, removed = (
        _by_address(new, changes.passages_added),
        _by_address(old, changes.passages_removed),
    )
    moved = _by_address(new, [id_ for _, id_ in changes.passages_moved])
    total = dict(zip(_addresses(new), new.passages_by_document(), strict=True))
    for address, fate, before in _fates(changes):
        stayed = total.get(address, 0) - added[address] - moved[address]
        gone = removed[before or address]
        if fate != "kept" or added[address] or moved[address] or gone:
            counts = PassageCounts(added[address], gone, moved[address], stayed)
            yield SourceDiff(address, fate, counts, before)


def _fates(changes: Difference) -> Iterator[tuple[str, SourceFate, str]]:
    """Each source's address, what happened to it, and its old address where that is another."""
    yield from ((address, "added", "") for address in changes.added)
    yield from ((address, "changed", "") for address in changes.changed)
    yield from ((address, "removed", "") for address in changes.removed)
    yield from ((new, "moved", old) for old, new in changes.moved)
    yield from ((address, "kept", "") for address in changes.kept)


def _by_address(generation: Generation, ids: Iterable[int]) -> Counter[str]:
    """How many of the passages of these ids each source has."""
    places, addresses = generation.places, _addresses(generation)
    documents = places.document[places.of(list(ids))]
    return Counter(addresses[number] for number in documents.tolist())


def _addresses(generation: Generation) -> list[str]:
    return [document.source.address for document in generation.documents]


def _cited(generation: Generation, ids: Ids) -> tuple[Citation, ...]:
    """Passages as citations, in the order in which they stand."""
    citations = map(cite, generation.passages(ids))
    return tuple(
        sorted(citations, key=lambda citation: (citation.address, citation.start, citation.end))
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


def _passages(old: Claims, new: Claims) -> tuple[Ids, Ids, tuple[tuple[int, int], ...], int]:
    """Ids that were removed and added, pairs that moved, and how many stayed."""
    stayed, gone = _held(new, old), ~_held(old, new)
    vanished: dict[bytes, list[int]] = {}
    for id_, digest in zip(old.ids[gone][::-1].tolist(), old.digests[gone][::-1], strict=True):
        vanished.setdefault(bytes(digest), []).append(id_)
    added, moved = [], []
    for id_, digest in zip(new.ids[~stayed].tolist(), new.digests[~stayed], strict=True):
        if candidates := vanished.get(bytes(digest)):
            moved.append((candidates.pop(), id_))
        else:
            added.append(id_)
    removed = sorted(id_ for ids in vanished.values() for id_ in ids)
    return tuple(removed), tuple(added), tuple(moved), int(stayed.sum())


def _claims(generation: Generation) -> Claims:
    return Claims(generation.places.ids, generation.places.column("digest"))


def _held(claims: Claims, others: Claims) -> npt.NDArray[np.bool_]:
    """Of each passage, whether the others have its id with its digest."""
    places = np.searchsorted(others.ids, claims.ids)
    same = places < len(others.ids)
    same[same] = others.ids[places[same]] == claims.ids[same]
    same[same] = others.digests[places[same]] == claims.digests[same]
    return same
