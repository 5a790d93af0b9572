"""Text inside drawings of office files: charts as rows, diagrams as items."""

from __future__ import annotations

from qwenqa.readers.common.archive import Element
from qwenqa.readers.common.draft import DocumentDraft
from qwenqa.readers.office.number_format import plain_number
from qwenqa.readers.office.ooxml import Package, child, local, whole


def add_chart(draft: DocumentDraft, package: Package, part: str) -> None:
    """Append a chart: its titles, then a row per category with the cached values."""
    add_chart_titles(draft, package, part)
    series = list(package.archive.xml(part).iter("{*}ser"))
    if not series:
        return
    categories = _points(series[0], ("cat", "xVal"))
    columns = [_points(each, ("val", "yVal")) for each in series]
    names = [" ".join(_points(each, ("tx",)).values()) for each in series]
    numbers = sorted({*categories, *(number for column in columns for number in column)})
    rows = [["", *names]] if any(names) else []
    rows += [
        [categories.get(number, ""), *(column.get(number, "") for column in columns)]
        for number in numbers
    ]
    draft.add_table(rows, headers=int(any(names)))


def add_chart_titles(draft: DocumentDraft, package: Package, part: str) -> None:
    """Append the titles of a chart and of its axes; the values stand elsewhere."""
    for title in package.archive.xml(part).iter("{*}title"):
        draft.add(drawn_text(title))


def _points(series: Element, names: tuple[str, ...]) -> dict[int, str]:
    """Cached values of a series' categories, values or name by their place."""
    cached = next((each for each in series if local(each) in names), None)
    if cached is None:
        return {}
    points: dict[int, str] = {}
    for number, point in enumerate(cached.iter("{*}pt")):
        # Categories in several levels repeat their places: joined, outermost last.
        at = whole(point.get("idx", ""), number)
        value = child(point, "v")
        text = "" if value is None else plain_number((value.text or "").strip())
        points[at] = f"{points[at]} {text}" if at in points else text
    return points


def add_diagram(draft: DocumentDraft, package: Package, part: str) -> None:
    """Append the texts of a SmartArt diagram as items, in the order of its data."""
    for point in package.archive.xml(part).iter("{*}t"):
        if any(local(each) == "p" for each in point):
            draft.add(drawn_text(point), "item")


def drawn_text(element: Element) -> str:
    """Paragraphs of drawing text below an element, one to a line."""
    lines = map(drawn_line, element.iter("{*}p"))
    return "\n".join(line for line in lines if line.strip())


def drawn_line(paragraph: Element) -> str:
    """The text of one paragraph of drawing text."""
    return "".join(
        "\n" if local(each) == "br" else each.text or "" for each in paragraph.iter("{*}t", "{*}br")
    )
