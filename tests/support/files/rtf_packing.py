"""Compressed RTF for tests: a greedy packer of LZFu, and the form that is not packed."""

import struct
import zlib

from qwenqa.readers.rtf.compressed import _KNOWN

WINDOW, LONGEST = 4096, 17


def framed(kind: bytes, packed: bytes, size: int, checksum: int) -> bytes:
    return struct.pack("<II4sI", len(packed) + 12, size, kind, checksum) + packed


def checksum(data: bytes) -> int:
    """CRC-32 a bit at a time, begun with zero and not inverted."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
    assert value == zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return value


def lzfu(rtf: bytes, references: bool = True) -> bytes:
    packed = runs([*_tokens(rtf, references), reference((len(_KNOWN) + len(rtf)) % WINDOW, 2)])
    return framed(b"LZFu", packed, len(rtf), checksum(packed))


def mela(rtf: bytes) -> bytes:
    return framed(b"MELA", rtf, len(rtf), 0)


def runs(tokens: list[bytes]) -> bytes:
    """Tokens in eights, each eight after a byte that says which of them are references."""
    packed = b""
    for at in range(0, len(tokens), 8):
        eight = tokens[at : at + 8]
        flags = sum((len(token) == 2) << bit for bit, token in enumerate(eight))
        packed += bytes([flags]) + b"".join(eight)
    return packed


def reference(place: int, length: int) -> bytes:
    return struct.pack(">H", place << 4 | length - 2)


def _tokens(rtf: bytes, references: bool) -> list[bytes]:
    whole, at, tokens = _KNOWN + rtf, len(_KNOWN), []
    while at < len(whole):
        place, length = _longest(whole, at) if references else (at, 1)
        tokens.append(whole[at : at + 1] if length == 1 else reference(place % WINDOW, length))
        at += length
    return tokens


def _longest(whole: bytes, at: int) -> tuple[int, int]:
    """Where the longest stretch that continues the text begins, and how long it is."""
    for length in range(min(LONGEST, len(whole) - at), 1, -1):
        # It may reach past ``at``, into what it writes itself.
        found = whole.rfind(whole[at : at + length], max(0, at - WINDOW + 1), at + length - 1)
        if found >= 0:
            return found, length
    return at, 1
