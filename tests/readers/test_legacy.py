"""Old office files are read where a library does it, and else named with what to do."""

import io
import zipfile

import pytest
from office_files import LOCKED, OLE, packed
from test_docx import docx, p
from test_xlsx import row, text, xlsx

from qwenqa.errors import SourceError
from qwenqa.readers.legacy import read_doc, read_ppt, read_xls, read_xlsb


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
