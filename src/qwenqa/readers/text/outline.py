"""Blocks in the making, line by line, for markup whose canonical text is the file's own."""

from __future__ import annotations

from qwenqa.readers.common.blocks import block, cover
from qwenqa.types import Block, BlockKind

Line = tuple[int, int]


class MarkupOutline:
    """Lines become blocks: a block takes lines in until it is closed or another kind comes."""

    def __init__(self, text: str) -> None:
        """Start with no block open."""
        self.text = text
        self.kind: BlockKind | None = None
        self._blocks: list[Block] = []
        self._start = self._end = 0
        self._level = 0
        self._context = ""
        self._marked = -1

    def add(self, line: Line, kind: BlockKind, context: str = "") -> None:
        """Let the open block take a line in when it is of that kind, else a new one."""
        if kind != self.kind or context != self._context:
            self.open(line, kind, context=context)
        self._end = line[1]

    def open(self, line: Line, kind: BlockKind, level: int = 0, context: str = "") -> None:
        """Begin a block with a line, and with the marks that stand right above it."""
        self.close()
        if self._marked >= 0 and kind == "heading":
            # A heading is its own line alone, as it is shown to people in paths.
            self._blocks += filter(None, [block(self.text, self._marked, line[0], "code")])
            self._marked = -1
        self._start = line[0] if self._marked < 0 else self._marked
        self._end, self.kind, self._level, self._context = line[1], kind, level, context
        self._marked = -1

    def close(self) -> None:
        """End the open block, as a blank line does."""
        if self.kind is not None:
            closed = block(self.text, self._start, self._end, self.kind, self._level, self._context)
            self._blocks += [closed] if closed else []
        self.kind = None

    def mark(self, line: Line) -> None:
        """A line of marks that opens something belongs to the block that follows it."""
        self.close()
        self._marked = line[0] if self._marked < 0 else self._marked

    def finish(self, line: Line) -> None:
        """A line of marks that ends something belongs to the block before it."""
        if self.kind is None and self._blocks and self._marked < 0:
            last = self._blocks.pop()
            self._start, self.kind = last.start, last.kind
            self._level, self._context = last.level, last.context
        if self.kind is not None:
            self._end = line[1]
        self.close()

    def blocks(self) -> tuple[Block, ...]:
        """All blocks, with what no line brought in as paragraphs."""
        self.close()
        return cover(self.text, self._blocks)


def cells_text(cells: list[str]) -> str:
    """Column headings as rows are told them."""
    return " | ".join(filter(None, (" ".join(cell.split()) for cell in cells)))
