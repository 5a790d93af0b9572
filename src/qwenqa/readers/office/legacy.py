"""Office files from before 2007: XLS is read, DOC and PPT are named with what to do.

A file of these suffixes that is RTF or a newer office file inside is read as what it is.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from qwenqa.errors import SourceError
from qwenqa.readers.common.archive import open_archive
from qwenqa.readers.common.draft import DocumentDraft, Properties
from qwenqa.readers.common.grid import Grid
from qwenqa.readers.detection import OLE
from qwenqa.readers.office import docx, pptx, xlsx
from qwenqa.readers.office.number_format import formatted, general, shown_date
from qwenqa.readers.rtf import reader
from qwenqa.types import Document, Extraction

_SHEETS = (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet)
# The library gives a number's value and not its format, except that it knows dates.
_BARE_NUMBERS = (
    "Numbers stand as they are stored, without percent, currency or rounding;"
    " save it as .xlsx to have them as they are shown."
)
Value = int | float | str | bool | time | date | datetime | timedelta


def read_doc(data: bytes) -> Document:
    """What is RTF or DOCX inside is read; raises SourceError for Word's old format."""
    if data.lstrip()[:4] == b"{\\rt":
        return reader.read(data)
    return _newer(data, docx.read, "Word's format of before 2007", ".docx")


def read_ppt(data: bytes) -> Document:
    """What is PPTX inside is read; raises SourceError for PowerPoint's old format."""
    return _newer(data, pptx.read, "PowerPoint's format of before 2007", ".pptx")


def read_xls(data: bytes) -> Document:
    """The document of an old workbook; raises SourceError when it cannot be read."""
    if not data.startswith(OLE):
        return _newer(data, xlsx.read, "Excel's format of before 2007", ".xlsx")
    return _read_workbook(data, ".xlsx")


def read_xlsb(data: bytes) -> Document:
    """The document of a binary workbook; raises SourceError when it cannot be read."""
    if data.startswith(OLE):
        return _read_workbook(data, ".xlsx")
    archive = open_archive(data, "Excel file")
    for name in archive.names:
        # The library unpacks by itself: nothing is left to it that would not be read here.
        if name.endswith((".bin", ".xml", ".rels")):
            archive.read(name)
    return _read_workbook(data, ".xlsx")


def _newer(data: bytes, read: Callable[[bytes], Document], what: str, suffix: str) -> Document:
    if data.startswith(b"PK"):
        return read(data)
    if data.startswith(OLE):
        raise SourceError(f"is in {what}, which is not read; save it as {suffix}")
    if not data.strip():
        raise SourceError("is empty; put text in it or remove it")
    raise SourceError("is no office file inside; give it the suffix of its real format")


def _read_workbook(data: bytes, suffix: str) -> Document:
    try:
        return _document(CalamineWorkbook.from_filelike(io.BytesIO(data)))
    except PasswordError as problem:
        raise SourceError("is protected by a password; save a copy without one") from problem
    except CalamineError as problem:
        if "assword" in str(problem):
            raise SourceError("is protected by a password; save a copy without one") from problem
        raise _damaged(problem, suffix) from problem
    except BaseException as problem:
        # A panic in the library's Rust code is no Exception and has no importable name.
        if type(problem).__name__ != "PanicException":
            raise
        raise _damaged(problem, suffix) from problem


def _damaged(problem: BaseException, suffix: str) -> SourceError:
    said = " ".join(str(problem).split())[:200]
    return SourceError(f"is a damaged workbook ({said}); save it again as {suffix}")


def _document(workbook: CalamineWorkbook) -> Document:
    draft = DocumentDraft()
    warnings: list[str] = []
    bare = False
    for about in workbook.sheets_metadata:
        if about.typ not in _SHEETS:
            warnings.append(f"The sheet {about.name} is a chart or a dialog and was not read.")
            continue
        if about.visible != SheetVisibleEnum.Visible:
            warnings.append(f"The sheet {about.name} is hidden; it was read like the others.")
        with draft.place("sheet", about.name):
            bare |= _add_sheet(draft, workbook.get_sheet_by_name(about.name))
    if bare:
        warnings.append(_BARE_NUMBERS)
    return draft.document(Properties(), Extraction(warnings=tuple(warnings)))


def _add_sheet(draft: DocumentDraft, sheet: CalamineSheet) -> bool:
    """Append the rows; whether there are numbers among their cells."""
    grid, bare = Grid(draft, sheet.name), False
    top, left = sheet.start or (0, 0)
    for number, row in enumerate(_rows(sheet), top + 1):
        grid.row(number, {column: _shown(value) for column, value in enumerate(row, left + 1)})
        bare = bare or any(type(value) in (int, float) for value in row)
    grid.finish()
    return bare


def _rows(sheet: CalamineSheet) -> Iterator[list[Value]]:
    # Without the empty area before the data, whose size ``start`` tells.
    return iter(sheet.to_python(skip_empty_area=True)) if sheet.start else iter(())


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return general(float(value))
    if isinstance(value, date | datetime):
        return shown_date(value)
    if isinstance(value, timedelta):
        return formatted(value / timedelta(days=1), "[h]:mm:ss")
    return value.isoformat("seconds") if isinstance(value, time) else value
