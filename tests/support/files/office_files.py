"""Small office files made by hand, and the laws that every document keeps."""

import io
import zipfile

from qwenqa.types import Document

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600
CORE = (
    '<c:coreProperties xmlns:c="x" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:t="http://purl.org/dc/terms/"><dc:title>The title</dc:title>'
    "<dc:creator>Ann Author</dc:creator><dc:language>en-GB</dc:language>"
    "<t:modified>2024-03-05T10:00:00Z</t:modified></c:coreProperties>"
)


def packed(entries: dict[str, str | bytes]) -> bytes:
    """A ZIP archive of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return buffer.getvalue()


def links(**targets: str) -> str:
    """A part's relationships: id to "kind target"."""
    rows = (
        f'<Relationship Id="{name}" Type="{R}/{target.split()[0]}" Target="{target.split()[1]}"/>'
        for name, target in targets.items()
    )
    return f"<Relationships>{''.join(rows)}</Relationships>"


def keeps_the_laws(document: Document) -> None:
    """Blocks are trimmed, ordered, cover all text; furniture is last; places are inside."""
    at, furniture = 0, False
    for block in document.blocks:
        assert not document.text[at : block.start].strip()
        body = document.text[block.start : block.end]
        assert body
        assert body == body.strip()
        assert not furniture or block.kind == "furniture"
        furniture = block.kind == "furniture"
        at = block.end
    assert not document.text[at:].strip()
    assert "\x00" not in document.text
    document.text.encode("utf-8")
    for place in document.places:
        assert 0 <= place.start < place.end <= len(document.text)
        assert place.number >= 1


def shown(document: Document) -> list[tuple[str, str]]:
    """Kind and text of each block, after checking the laws."""
    keeps_the_laws(document)
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]
