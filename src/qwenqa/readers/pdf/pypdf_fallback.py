"""The second look at a PDF, through pypdf: slower than pdfium, and in Python alone."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Iterator

import pypdf
from pypdf.errors import DeprecationError, FileNotDecryptedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from qwenqa.errors import SourceError
from qwenqa.readers.common.library_errors import FAULTS

# Names of old filters, which newer editions of pypdf refuse, are no PyPdfError.
DAMAGE = (PyPdfError, DeprecationError, *FAULTS)
# Old distillers name a font's signs by the code of the letter in hexadecimal: /G41 is A.
_HEXADECIMAL_NAME = re.compile(r"/[Gg]([0-9A-Fa-f]{2})$")
LOCKED = "is protected by a password; save a copy without one"


class SecondLook:
    """A file's pages through pypdf, opened when first needed."""

    def __init__(self, data: bytes) -> None:
        """Keep the bytes; nothing is read yet."""
        self._data = data
        self._reader: pypdf.PdfReader | None = None
        self._broken = False
        self._signs: dict[int, dict[str, dict[int, str]]] = {}

    def pages(self) -> int:
        """How many pages there are; 0 when the file cannot be opened at all."""
        reader = self._opened()
        try:
            with _silent():
                return len(reader.pages) if reader else 0
        except FileNotDecryptedError as error:
            raise SourceError(LOCKED) from error
        except DAMAGE:
            return 0

    def text(self, page: int) -> str | None:
        """The text of a page, counted from one; None when it cannot be read."""
        reader = self._opened()
        try:
            with _silent():
                return reader.pages[page - 1].extract_text() if reader else None
        except DAMAGE:
            return None

    def damaged(self, page: int) -> bool:
        """Whether a page that shows nothing has content that cannot be read."""
        reader = self._opened()
        try:
            with _silent():
                return reader is None or _unreadable(reader.pages[page - 1])
        except DAMAGE:
            return True

    def properties(self) -> dict[str, str]:
        """Title, Author and CreationDate as the file gives them."""
        reader = self._opened()
        try:
            with _silent():
                metadata = (reader.metadata if reader else None) or DictionaryObject()
                return {name.lstrip("/"): str(metadata[name]) for name in metadata}
        except DAMAGE:
            return {}

    def sign(self, page: int, font: str, code: int) -> str:
        """What a code of a font shows by the font's own names, or nothing."""
        if page not in self._signs:
            self._signs[page] = self._named_signs(page)
        return self._signs[page].get(font, {}).get(code, "")

    def _named_signs(self, page: int) -> dict[str, dict[int, str]]:
        reader = self._opened()
        try:
            with _silent():
                return _named_signs(reader.pages[page - 1]) if reader else {}
        except DAMAGE:
            return {}

    def _opened(self) -> pypdf.PdfReader | None:
        if self._reader is None and not self._broken:
            try:
                with _silent():
                    self._reader = pypdf.PdfReader(io.BytesIO(self._data))
            except DAMAGE:
                self._broken = True
        return self._reader


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep pypdf's remarks about damaged files off standard error."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def _unreadable(page: pypdf.PageObject) -> bool:
    """Whether the page's content has bytes that give nothing when unpacked."""
    content = page.get("/Contents")
    content = content.get_object() if content is not None else None
    parts = content if isinstance(content, ArrayObject) else [content]
    for part in parts:
        stream = part.get_object() if part is not None else None
        # pypdf keeps a stream's packed bytes under this name alone.
        if isinstance(stream, StreamObject) and stream._data and not stream.get_data().strip():
            return len(stream._data) > _EMPTY_PACKED
    return False


# An empty stream takes this many bytes at most when packed.
_EMPTY_PACKED = 16


def _named_signs(page: pypdf.PageObject) -> dict[str, dict[int, str]]:
    resources = page.get("/Resources", DictionaryObject()).get_object()
    fonts = resources.get("/Font", DictionaryObject()).get_object()
    signs: dict[str, dict[int, str]] = {}
    for reference in fonts.values():
        font = reference.get_object()
        encoding = font.get("/Encoding", NameObject()).get_object()
        if isinstance(encoding, DictionaryObject):
            name = str(font.get("/BaseFont", "")).lstrip("/").partition("+")[2]
            signs[name] = dict(
                _differences(encoding.get("/Differences", ArrayObject()).get_object())
            )
    return signs


def _differences(names: ArrayObject) -> Iterator[tuple[int, str]]:
    code = 0
    for each in names:
        if isinstance(each, int):
            code = each
            continue
        if match := _HEXADECIMAL_NAME.match(str(each)):
            yield code, bytes.fromhex(match.group(1)).decode("cp1252", "ignore")
        code += 1
