"""The map: principal components that agree with a singular value decomposition."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

from qwenqa import Library
from qwenqa.service.ask import corpus_map
from qwenqa.service.ask.corpus_map import plane

MANY = {f"{n}.md": f"# Animal {n}\n\nCreature {n} eats leaf {n * 7}.\n" for n in range(30)}


@pytest.mark.parametrize("shape", [(200, 24), (24, 200), (2, 5), (1, 5)])
def test_the_plane_is_that_of_a_singular_value_decomposition(shape: tuple[int, int]) -> None:
    """Axes, shares and positions agree with NumPy's SVD, whichever side is the longer."""
    vectors = np.random.default_rng(1).standard_normal(shape) * np.linspace(3, 1, shape[1])
    centred = vectors - vectors.mean(axis=0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    rank = min(2, shape[0] - 1)
    found = plane(vectors)
    for ours, theirs in zip(found.axes[:rank], axes, strict=False):
        assert abs(ours @ theirs) == pytest.approx(1)
        assert ours[np.abs(ours).argmax()] > 0
    total = (values**2).sum() or 1
    assert found.shares[:rank] == pytest.approx(tuple((values**2 / total)[:rank]))
    assert np.asarray(found.positions(vectors)) == pytest.approx(centred @ found.axes.T)
    assert not found.axes[rank:].any()


def test_every_passage_is_shown_and_the_hits_are_lit(library: Library) -> None:
    """Each passage has its point where its own vector falls; those of an answer have its ranks."""
    answer = library.ask("Where does the heron wait?")
    found = library.map(answer)
    generation, encoder = library.opened()
    assert {point.passage for point in found.points} == set(generation.encoded_ids.tolist())
    ranks = {point.passage: point.rank for point in found.points if point.rank}
    assert ranks == {hit.hit.passage.id: hit.hit.rank for hit in answer.hits}
    flat = plane(generation.codes())
    assert found.question is not None
    (asked,) = flat.positions(encoder.encode_queries([answer.question]))
    assert found.question == pytest.approx(asked)
    (heron,) = (point for point in found.points if "heron waits" in point.opening)
    assert (heron.address, heron.title) == ("birds.md", "Herons")
    rows = generation.encoded_ids.tolist()
    (at,) = flat.positions(generation.codes()[[rows.index(heron.passage)]])
    assert heron.at == pytest.approx(at)
    assert sum(count for _, count in found.sources) == found.passages == len(generation)


def test_a_large_index_is_sampled_and_its_hits_are_shown_nevertheless(library: Library) -> None:
    """The sample is that of the lowest ids; a hit beside it is a point like any other."""
    for name, text in MANY.items():
        (library.settings.corpus / name).write_text(text)
    library.rebuild()
    with mock.patch.object(corpus_map, "SAMPLE", 10):
        lowest = library.generation().encoded_ids[:10].tolist()
        assert {point.passage for point in library.map().points} == set(lowest)
        answer = library.ask("leaf creature", 25)
        shown = {point.passage: point.rank for point in library.map(answer).points}
    assert set(shown) == {*lowest, *(hit.hit.passage.id for hit in answer.hits)}
    assert sorted(rank for rank in shown.values() if rank) == list(range(1, len(answer.hits) + 1))


def test_a_rebuild_makes_another_map(library: Library) -> None:
    """The map is made once a generation, and anew for the next."""
    with mock.patch.object(corpus_map, "plane", wraps=plane) as made:
        library.map()
        library.map(library.ask("heron"))
        assert made.call_count == 1
        (library.settings.corpus / "new.md").write_text("# New\n\nA gull steals bread.\n")
        library.rebuild()
        assert "new.md" in {point.address for point in library.map().points}
        assert made.call_count == 2
