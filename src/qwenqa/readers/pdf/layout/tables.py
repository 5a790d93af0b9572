"""Whether segments with gaps between them are columns of text or rows of a table."""

from __future__ import annotations

from itertools import pairwise
from operator import ne

from qwenqa.readers.pdf.layout.segments import SAME_LINE, WORD_GAP, LineSegment, rows_of

_CELL_LEADING = 1.6
# Columns of text hold lines of this many characters; those of tables mostly fewer.
_LINE_CHARACTERS = 22
# So many lines in most cells of a row are no chance.
_SAME_LINES = 3


def parts_of(run: list[LineSegment], columns: list[list[LineSegment]]) -> list[list[LineSegment]]:
    """The parts of a run that are read one after the other, or none when it has rows.

    Columns of text hold long lines. Otherwise the file's own order tells: it writes a column
    to its end before the next begins, and a table's cells row by row.
    """
    if all(map(_is_text, columns)):
        return columns
    rows = rows_of(run)
    order = sorted(run, key=lambda segment: segment.order)
    best = (1.0, 0, 0)
    for gutter in range(1, len(columns)):
        left = {id(segment) for column in columns[:gutter] for segment in column}
        sides = [id(segment) in left for segment in order]
        changes = sum(map(ne, sides, sides[1:]))
        crossing = sum(len({id(segment) in left for segment in row}) > 1 for row in rows)
        few = min(sum(sides), len(sides) - sum(sides))
        if few > 1 and changes <= max(1.0, 0.25 * crossing):
            best = min(best, (changes / (few + 1), gutter, crossing))
    if not best[1] or _is_numbers(run, rows, best[2]):
        return []
    return [
        [segment for part in side for segment in part]
        for side in (columns[: best[1]], columns[best[1] :])
    ]


def _is_numbers(run: list[LineSegment], rows: list[list[LineSegment]], crossing: int) -> bool:
    """Whether most cells hold figures and stand in line with others."""
    figures = sum(_has_figure(segment.words[0].text) for segment in run)
    return figures * 2 > len(run) and crossing * 10 >= 6 * len(rows)


def _has_figure(text: str) -> bool:
    return any(map(str.isdigit, text)) or text in "$€£¥"


def _is_text(column: list[LineSegment]) -> bool:
    """Whether a column holds running text: most of it in lines of some length, few figures."""
    rows = rows_of(column)
    lengths = [sum(segment.length for segment in row) for row in rows]
    long = [
        length
        for length, row in zip(lengths, rows, strict=True)
        if length >= _LINE_CHARACTERS and not _is_figures(row)
    ]
    return len(long) >= 3 and sum(long) * 2 > sum(lengths)


def _is_figures(row: list[LineSegment]) -> bool:
    words = [word.text for segment in row for word in segment.words]
    return sum(map(_has_figure, words)) * 3 > len(words)


def table_of(
    run: list[LineSegment], columns: list[list[LineSegment]]
) -> list[list[list[LineSegment]]]:
    """The run as rows of cells, or none when too few lines share the gaps."""
    seen = rows_of(run)
    crossing = [row for row in seen if len(row) > 1]
    widest = max(
        (right.left - left.right) / left.size
        for row in crossing or [run[:1] * 2] for left, right in pairwise(row)
    )  # fmt: skip
    if len(crossing) < 2 or (len(crossing) == 2 and widest < 2 * WORD_GAP):
        return []
    column_of = {id(part): number for number, column in enumerate(columns) for part in column}
    rows: list[list[list[LineSegment]]] = []
    for group in _stacked(_written_rows(run, column_of)):
        if whole := _one_row(group):
            rows.append(whole)
        else:
            parts = [part for row in group for cell in row for part in cell]
            rows += [_cells(row, column_of) for row in rows_of(parts)]
    return rows


def rows_in(cells: list[list[LineSegment]]) -> list[list[list[LineSegment]]]:
    """The rows between two rules: one, or one a line where most cells have as many lines.

    Cells of which each has words of its own are filled to different heights.
    """
    lines = [rows_of(cell) for cell in cells]
    most = max(map(len, lines))
    if most == 1:
        return [_gaps_too([row for cell in lines for row in cell])]
    full = [cell for cell in lines if len(cell) == most]
    figures = sum(all(map(_begins_with_figure, cell)) for cell in full)
    rows = rows_of([segment for cell in full for row in cell for segment in row])
    several = most >= _SAME_LINES or figures * 2 > len(cells)
    if not several or len(full) * 2 <= len(cells) or len(rows) != most:
        return [[[segment for row in cell for segment in row] for cell in lines]]
    return [_gaps_too(row) for row in _by_base(lines, [row[0].base for row in rows])]


def _by_base(
    cells: list[list[list[LineSegment]]], bases: list[float]
) -> list[list[list[LineSegment]]]:
    """The cells' lines dealt to rows at these heights, each to the one it is nearest."""
    rows: list[list[list[LineSegment]]] = [[[] for _ in cells] for _ in bases]
    for number, cell in enumerate(cells):
        for line in cell:
            away = [abs(base - line[0].base) for base in bases]
            rows[away.index(min(away))][number] += line
    return [[cell for cell in row if cell] for row in rows]


def _gaps_too(cells: list[list[LineSegment]]) -> list[list[LineSegment]]:
    """A row with its cells parted where figures or wide gaps do what no rule does."""
    return [part for cell in cells for part in _cells(cell, {})]


def _begins_with_figure(row: list[LineSegment]) -> bool:
    return _has_figure(row[0].words[0].text)


def _one_row(group: list[list[list[LineSegment]]]) -> list[list[LineSegment]]:
    """The rows as one when they are the lines of its first cell and then the rest, or none."""
    *lines, last = sorted(group, key=lambda row: row[0][0].order)
    if any(len(row) > 1 or not _beside(row[0], last[0][0]) for row in lines):
        return []
    return [[part for row in [*lines, last] for part in row[0]], *last[1:]]


def _beside(cell: list[LineSegment], segment: LineSegment) -> bool:
    """Whether they stand one above the other."""
    right = max(part.right for part in cell)
    return segment.left < right and segment.right > min(part.left for part in cell)


def _stacked(rows: list[list[list[LineSegment]]]) -> list[list[list[list[LineSegment]]]]:
    """Rows downward; those that stand side by side, so that they can be no rows, together."""
    groups: list[list[list[list[LineSegment]]]] = []
    floor = 0.0
    for row in sorted(rows, key=lambda row: (-_extent(row)[1], row[0][0].order)):
        bottom, top = _extent(row)
        if groups and top >= floor:
            groups[-1].append(row)
            floor = min(floor, bottom)
        else:
            groups.append([row])
            floor = bottom
    return groups


def _cells(row: list[LineSegment], column_of: dict[int, int]) -> list[list[LineSegment]]:
    cells = [[row[0]]]
    for segment in row[1:]:
        if _parted(cells[-1][-1], segment, column_of):
            cells.append([segment])
        else:
            cells[-1].append(segment)
    return cells


def _parted(left: LineSegment, right: LineSegment, column_of: dict[int, int]) -> bool:
    """Whether two segments on a line are two cells, not words that were set wide apart."""
    figures = _has_figure(left.words[-1].text) or _has_figure(right.words[0].text)
    gap = (right.left - left.right) / max(left.size, right.size)
    return figures or gap > 2 * WORD_GAP or column_of.get(id(left)) != column_of.get(id(right))


def _written_rows(
    run: list[LineSegment], column_of: dict[int, int]
) -> list[list[list[LineSegment]]]:
    """Rows whose cells may have several lines, as the file writes them cell after cell."""
    rows: list[list[list[LineSegment]]] = []
    for segment in sorted(run, key=lambda segment: segment.order):
        step = _step(rows[-1], segment, column_of) if rows else "row"
        if step == "row":
            rows.append([[segment]])
        elif step == "cell":
            rows[-1].append([segment])
        else:
            rows[-1][-1].append(segment)
    return rows


def _step(row: list[list[LineSegment]], segment: LineSegment, column_of: dict[int, int]) -> str:
    """Whether a segment goes on with the row's last cell, begins the next one, or a new row."""
    last = row[-1][-1]
    down = (last.base - segment.base) / segment.size
    if abs(down) <= SAME_LINE and segment.left >= last.right - WORD_GAP:
        return "cell" if _parted(last, segment, column_of) else "line"
    right = max(part.right for part in row[-1])
    if _beside(row[-1], segment) and len(row) > 1 and SAME_LINE < down < _CELL_LEADING:
        return "line"
    top = max(part.base for cell in row for part in cell)
    bottom = min(part.base for cell in row for part in cell)
    level = bottom - segment.size <= segment.base <= top + segment.size
    return "cell" if segment.left >= right and level else "row"


def _extent(row: list[list[LineSegment]]) -> tuple[float, float]:
    bases = [part.base for cell in row for part in cell]
    return min(bases), max(bases)
