"""OLE files for tests, as Outlook and the office programs of before 2007 write them."""

from __future__ import annotations

import struct
from typing import Any

SECTOR, MINI, CUTOFF = 512, 64, 4096
END, NONE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
ROOT, STORAGE, STREAM = 5, 1, 2

Tree = dict[str, Any]


def padded(data: bytes, size: int) -> bytes:
    return data + b"\x00" * (-len(data) % size)


def chain(first: int, count: int) -> list[int]:
    """The table's entries of sectors that follow each other."""
    return [*range(first + 1, first + count), END][:count] if count else []


def ole(tree: Tree) -> bytes:
    """An OLE file of short streams: a table, the directory, the table of minis, the minis."""
    entries: list[list[Any]] = [["Root Entry", ROOT, NONE, NONE, END, 0]]
    links: list[int] = []
    minis = bytearray()

    def add(items: Tree) -> int:
        """Append entries, each to the right of the one before; the first one's number."""
        numbers = []
        for name, value in items.items():
            numbers.append(len(entries))
            entries.append([name, STORAGE, NONE, NONE, 0, 0])
            if len(numbers) > 1:
                entries[numbers[-2]][2] = numbers[-1]
            if isinstance(value, dict):
                entries[numbers[-1]][3] = add(value)
            else:
                start, body = len(minis) // MINI, padded(value, MINI)
                entries[numbers[-1]][1] = STREAM
                entries[numbers[-1]][4:] = [start if body else END, len(value)]
                links.extend(chain(start, len(body) // MINI))
                minis.extend(body)
        return numbers[0] if numbers else NONE

    entries[0][3] = add(tree)
    table = padded(struct.pack(f"<{len(links)}I", *links), SECTOR)
    directory_sectors, table_sectors = -(-len(entries) // 4), len(table) // SECTOR
    first_table = 1 + directory_sectors
    first_mini = first_table + table_sectors
    entries[0][4:] = [first_mini, len(minis)]
    mini_sectors = len(padded(bytes(minis), SECTOR)) // SECTOR
    fat = [FAT, *chain(1, directory_sectors), *chain(first_table, table_sectors)]
    fat += chain(first_mini, mini_sectors)
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<10I", 0, 1, 1, 0, CUTOFF, first_table, table_sectors, END, 0, 0)
    packed = struct.pack(f"<{len(fat)}I", *fat)
    body = padded(b"".join(map(packed_entry, entries)), SECTOR) + table
    return (
        head.ljust(SECTOR, b"\xff") + packed.ljust(SECTOR, b"\xff") + padded(body + minis, SECTOR)
    )


def packed_entry(entry: list[Any]) -> bytes:
    name, kind, right, child, start, size = entry
    encoded = name.encode("utf-16-le") + b"\x00\x00"
    head = encoded.ljust(64, b"\x00") + struct.pack("<HBB", len(encoded), kind, 1)
    return head + struct.pack("<III36xIQ", NONE, right, child, start, size)
