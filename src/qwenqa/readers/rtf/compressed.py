"""RTF as Outlook packs it into mails: LZFu, and MELA, which is not packed, of [MS-OXRTFCP]."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

from qwenqa.errors import SourceError

_HEADER = struct.Struct("<IIII")
_LZFU, _MELA = 0x75465A4C, 0x414C454D
_MAX_BYTES = 50_000_000
_WINDOW = 4096
# What both sides know before the first byte, [MS-OXRTFCP] 2.1.2.1.
_KNOWN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


class Unpacked(NamedTuple):
    """RTF, and whether its length and checksum are those that its header states."""

    rtf: bytes
    whole: bool


def unpacked(data: bytes) -> Unpacked:
    """The RTF of a compressed body; raises SourceError when it is none or too large."""
    if len(data) < _HEADER.size:
        raise SourceError("is too short to be compressed RTF")
    packed_size, size, kind, checksum = _HEADER.unpack_from(data)
    if kind not in (_LZFU, _MELA):
        raise SourceError("is no compressed RTF")
    # The packed size counts itself not, the rest of the header it does.
    packed = data[_HEADER.size : packed_size + 4]
    if kind == _MELA:
        rtf = packed[:size]
        return Unpacked(rtf, len(rtf) == size)
    rtf = _lzfu(packed)
    return Unpacked(rtf, len(rtf) == size and _checksum(packed) == checksum)


def _checksum(data: bytes) -> int:
    # CRC-32 as everywhere, but begun with zero and not inverted at the end.
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def _lzfu(packed: bytes) -> bytes:
    """Runs of eight, each after a byte whose bits say: a byte, or a place and a length."""
    out = bytearray(_WINDOW - len(_KNOWN)) + _KNOWN
    at = 0
    while at < len(packed):
        flags, at = packed[at], at + 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += packed[at : at + 1]
                at += 1
            elif not _repeat(out, packed[at : at + 2]):
                return bytes(out[_WINDOW:])
            else:
                at += 2
        if len(out) > _MAX_BYTES:
            raise SourceError(f"unpacks to more than {_MAX_BYTES / 1e6:.0f} MB")
    return bytes(out[_WINDOW:])


def _repeat(out: bytearray, reference: bytes) -> bool:
    """Append what stood at a place of the window; False at the end's mark or where it is cut."""
    place, length = divmod(int.from_bytes(reference, "big"), 16)
    back = (len(out) + len(_KNOWN) - place) % _WINDOW
    if len(reference) < 2 or not back:
        return False
    length += 2
    repeated = out[len(out) - back : len(out) - back + length]
    # A reference may reach into what it writes itself.
    out += (repeated * (length // back + 1))[:length]
    return True
