"""Page images of cited PDFs, drawn in a reading process."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from paged import paged
from PIL import Image

from qwenqa import Citation, Filter, Library, cite
from qwenqa.errors import CitationError, SourceError
from qwenqa.service.open.source_files import PICTURE_SCALE

PAGES = ("Nothing is told on this first page.", "The grey heron eats small fish.", "An end.")


@pytest.fixture
def citation(library: Library) -> Citation:
    (library.settings.corpus / "birds.pdf").write_bytes(paged(PAGES))
    library.rebuild()
    (hit,) = library.ask("grey heron fish", 1, Filter(kind="pdf")).hits
    return cite(hit.hit.passage, hit.marks[0])


def _yellow(png: bytes) -> list[tuple[int, int]]:
    """Where a picture of a page in black and white is tinted."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    colours = memoryview(picture.tobytes())
    tinted = [at for at in range(0, len(colours), 3) if colours[at] > colours[at + 2] + 40]
    return [(at // 3 % picture.width, at // 3 // picture.width) for at in tinted]


def test_the_quote_is_tinted_on_its_page_and_on_no_other(
    library: Library, citation: Citation
) -> None:
    """The tint covers the quote's box, in pixels from the upper left, and only the cited page."""
    (box,) = library.boxes(citation)
    assert box.page == 2
    tinted = _yellow(library.page_image(citation))
    lefts, tops = [x for x, _ in tinted], [y for _, y in tinted]
    assert min(lefts) == pytest.approx(box.left * PICTURE_SCALE, abs=2)
    assert max(lefts) == pytest.approx(box.right * PICTURE_SCALE, abs=2)
    assert min(tops) == pytest.approx((400 - box.top) * PICTURE_SCALE, abs=2)
    assert library.page_image(citation, 2) == library.page_image(citation)
    assert _yellow(library.page_image(citation, 1)) == []


def test_a_page_that_is_not_there_is_refused(library: Library, citation: Citation) -> None:
    """Pages count from one to the last; the reason names the file."""
    for page in (0, 4):
        with pytest.raises(SourceError, match=f"birds.pdf has no page {page}"):
            library.page_image(citation, page)


def test_only_pdfs_have_page_images(library: Library) -> None:
    """A quote of a text file has no pages to be shown."""
    other = library.ask("heron", 1, Filter(kind="markdown")).hits[0].citation
    with pytest.raises(SourceError, match="is no PDF"):
        library.page_image(other)


def test_a_quote_that_is_gone_is_not_shown(library: Library, citation: Citation) -> None:
    """Neither a forged nor a vanished quote gets boxes; a moved one gets its new ones."""
    with pytest.raises(CitationError):
        library.boxes(replace(citation, quote="The heron eats plants."))
    path: Path = library.settings.corpus / "birds.pdf"
    path.write_bytes(paged(["Another page.", *PAGES]))
    assert [box.page for box in library.boxes(citation)] == [3]
    path.write_bytes(paged(["Another page."]))
    with pytest.raises(CitationError, match="gone"):
        library.page_image(citation)
    path.unlink()
    with pytest.raises(CitationError):
        library.page_image(citation)
