"""What RTF's control words and symbols mean: signs, character sets, destinations."""

from __future__ import annotations

SIGNS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": "\u2003",
    "enspace": "\u2002", "qmspace": "\u2005", "~": "\u00a0", "-": "\u00ad", "_": "\u2011",
    "\n": "\n", "\r": "\n", "\t": "\t", "{": "{", "}": "}", "\\": "\\",
    "zwj": "\u200d", "zwnj": "\u200c", "ltrmark": "", "rtlmark": "",
}  # fmt: skip
CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
FURNITURE = frozenset({
    "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf",
})  # fmt: skip
SKIPPED = frozenset({
    "colortbl", "filetbl", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator",
    "pict", "object", "themedata", "colorschememapping", "latentstyles", "datastore", "xmlnstbl",
    "mmathPr", "fldinst", "bkmkstart", "bkmkend", "atnid", "atnauthor", "atndate", "atnref",
    "atnicn", "xe", "tc", "nonshppict", "pgdsctbl", "do", "docvar", "userprops", "template",
    "operator", "private", "panose", "falt", "blipuid", "ftnsep", "ftnsepc", "ftncn", "aftnsep",
    "aftnsepc", "aftncn", "pnseclvl", "objdata", "objclass", "keywords", "subject", "comment",
    "doccomm", "manager", "company",
})  # fmt: skip
KEPT_STARRED = frozenset({
    "shpinst", "shptxt", "annotation", "shprslt", "fldrslt", "listtext", "pntext",
})  # fmt: skip
