"""Old office files are read where a library does it, and else named with what to do."""

import contextlib
import io
import zipfile

import pytest
from biff import xls
from office_files import LOCKED, OLE, keeps_the_laws, packed
from test_docx import docx, p
from test_xlsx import row, text, xlsx

from qwenqa.errors import SourceError
from qwenqa.readers.office.legacy import read_doc, read_ppt, read_xls, read_xlsb


def test_old_formats_say_what_to_do():
    """Word's and PowerPoint's old formats are not read: save the file anew."""
    with pytest.raises(SourceError, match=r"save it as \.docx"):
        read_doc(OLE + b"\x00" * 600)
    with pytest.raises(SourceError, match=r"save it as \.pptx"):
        read_ppt(OLE + b"\x00" * 600)


def test_what_is_inside_counts():
    """Many a .doc is rich text or a newer file inside, and is read as that."""
    assert read_doc(rb"{\rtf1 rich\par}").text == "rich"
    assert read_doc(docx(p("newer"))).text == "newer"
    assert read_xls(xlsx(row(1, text("A1", "newer")))).text.endswith("newer")


BARE = (
    "Numbers stand as they are stored, without percent, currency or rounding;"
    " save it as .xlsx to have them as they are shown."
)


@pytest.mark.parametrize(
    ("value", "style", "said"),
    [
        (3.0, 0, "3"),
        (-0.1 - 0.2, 0, "-0.3"),
        (0.25, 9, "0.25"),
        (45356.0, 14, "2024-03-05"),
        (45356.75, 22, "2024-03-05 18:00:00"),
        (0.5, 20, "12:00:00"),
        (1.25, 46, "30:00:00"),
        ("", 0, ""),
    ],
)
def test_old_numbers_and_dates(value: float | str, style: int, said: str):
    """Whole numbers have no point, dates are ISO, hours count on; bare numbers are said to be."""
    document = read_xls(xls([[("Item", 0), ("Value", 0)], [("Tea", 0), (value, style)]]))
    assert document.text.split("\n")[-1] == f"Tea | {said}".removesuffix(" | ")
    assert document.extraction.warnings == ((BARE,) if style in (0, 9) and value else ())


def test_old_dates_since_1904():
    """A workbook that counts its days from 1904 gives the dates that it shows."""
    assert read_xls(xls([[("Day", 0), (1000.0, 14)]], since_1904=True)).text.endswith("1906-09-27")


def test_one_warning_for_all_bare_numbers():
    """However many numbers there are, their formats are missed once."""
    assert read_xls(xls([[(1.0, 0), (2.5, 7)]] * 3)).extraction.warnings == (BARE,)


def test_laws_on_damaged_old_workbooks():
    """Any cut and any changed byte gives a document that keeps the laws, or a sentence."""
    whole = xls([[("Item", 0), ("Value", 0)], [("Tea", 0), (2.5, 7)], [("Day", 0), (45356.0, 14)]])
    damaged = [whole[:end] for end in range(0, len(whole), 61)]
    damaged += [whole[:at] + b"\xfe" + whole[at + 1 :] for at in range(0, len(whole), 7)]
    for data in damaged:
        with contextlib.suppress(SourceError):
            keeps_the_laws(read_xls(data))


@pytest.mark.parametrize("read", [read_doc, read_ppt, read_xls, read_xlsb])
@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7", OLE, OLE + b"\xff" * 2000, LOCKED, packed({"a": "x"})]
)
def test_hostile_files_get_a_sentence(read, data):
    """No damage lets another exception out, not even a panic of the library."""
    with pytest.raises(SourceError):
        read(data)


def test_a_binary_workbook_that_is_a_bomb_is_refused():
    """The archive is checked before the library unpacks it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.bin", b"\x00" * 9_000_000)
    with pytest.raises(SourceError, match="made to do harm"):
        read_xlsb(buffer.getvalue())
