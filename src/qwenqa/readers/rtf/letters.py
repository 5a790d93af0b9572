"""From the bytes and numbers of RTF to letters: character sets, Unicode codes, surrogates."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

from qwenqa.readers.rtf.signs import CHARSETS

_NAMED = {65001: "utf-8", 10000: "mac_roman", 936: "gbk", 950: "big5"}


@dataclass(slots=True)
class Letters:
    """Gathers bytes until the font or group changes, since two may make one letter.

    ``to_skip`` counts the bytes still to come that older readers show instead of a Unicode code.
    """

    encoding: str = "cp1252"
    to_skip: int = 0
    _pending: bytearray = field(default_factory=bytearray)
    _fonts: dict[str, str] = field(default_factory=dict)
    _high: int = 0

    def set_encoding(self, page: int) -> None:
        """Use a code page, by its number, where fonts name no character set."""
        name = _NAMED.get(page, f"cp{page}")
        try:
            codecs.lookup(name)
        except LookupError:
            return
        self.encoding = name

    def set_charset(self, font: str, number: int) -> None:
        """Note a font's character set; those of symbols and the default one say nothing."""
        if number not in (0, 1, 2):
            self._fonts[font] = CHARSETS.get(number, "")

    def byte(self, value: int) -> None:
        """Take one byte written in hexadecimal."""
        if self.to_skip:
            self.to_skip -= 1
        else:
            self._pending.append(value)

    def plain(self, text: str) -> None:
        """Take bytes written as they are."""
        skipped = min(self.to_skip, len(text))
        self.to_skip -= skipped
        self._pending += text[skipped:].encode("latin-1", "replace")

    def taken(self, font: str) -> str:
        """The letters gathered so far in this font."""
        if not self._pending:
            return ""
        encoding = self._fonts.get(font, "") or self.encoding
        text, self._pending = bytes(self._pending).decode(encoding, "replace"), bytearray()
        return text

    def unicode(self, code: int, skip: int) -> str:
        """The letter of a Unicode code; the first half of a pair waits for the second."""
        self.to_skip = skip
        high, self._high = self._high, 0
        if 0xD800 <= code < 0xDC00:
            self._high = code
            return ""
        if 0xDC00 <= code < 0xE000:
            return chr(0x10000 + (high - 0xD800) * 0x400 + code - 0xDC00) if high else "\ufffd"
        return chr(code)
