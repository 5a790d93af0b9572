"""Old workbooks for tests: the few records of BIFF8 that hold names, numbers and their formats."""

import struct

from ole_files import ole

BOF, EOF, DATES, FORMAT, XF, BOUND, NUMBER, LABEL = 0x809, 10, 0x22, 0x41E, 0xE0, 0x85, 0x203, 0x204


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def bof(kind: int) -> bytes:
    return record(BOF, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))


def cell(row: int, column: int, value: float | str, style: int) -> bytes:
    head = struct.pack("<HHH", row, column, style)
    if isinstance(value, str):
        return record(LABEL, head + struct.pack("<HB", len(value), 0) + value.encode("ascii"))
    return record(NUMBER, head + struct.pack("<d", value))


def xls(cells: list[list[tuple[float | str, int]]], since_1904: bool = False) -> bytes:
    """A workbook of one sheet; each cell is a value with the number of its built-in format."""
    styles = sorted({style for row in cells for _, style in row})
    body = [
        cell(down, along, value, styles.index(style))
        for down, row in enumerate(cells)
        for along, (value, style) in enumerate(row)
    ]
    sheet = bof(0x10) + b"".join(body) + record(EOF)
    formats = [record(XF, struct.pack("<HH", 0, style).ljust(20, b"\0")) for style in styles]
    name = b"\x06\x00Prices"
    start = bof(5) + record(DATES, struct.pack("<H", since_1904)) + b"".join(formats)
    after = len(start) + len(record(BOUND, bytes(6) + name)) + len(record(EOF))
    whole = start + record(BOUND, struct.pack("<IH", after, 0) + name) + record(EOF) + sheet
    return ole({"Workbook": whole})
