"""Charts and diagrams of Office files as rows and items: their words and figures are text too."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from ingest.cutting.written import Writer
from ingest.readers.archive import parse_xml
from ingest.readers.tables import stand_alone

Element = Any
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CHART_EX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
CHARTS = (f"{_CHART}chart", f"{_CHART_EX}chart")
DIAGRAM = f"{_DIAGRAM}relIds"
MOST_POINTS = 2_000
_DATED = re.compile(r"[dy]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def write_graphics(element: Element, part: Any, writer: Writer) -> int:
    """Write the charts and diagrams in an element of `part`; returns how many could not be read."""
    failed = 0
    for found in element.iter(*CHARTS, DIAGRAM):
        is_diagram = found.tag == DIAGRAM
        key = found.get(_RELATION + ("dm" if is_diagram else "id"))
        try:
            root = parse_xml(part.related_part(key).blob)
        except (KeyError, ValueError, AttributeError):
            failed += 1
            continue
        write: Callable[[Element, Writer], bool] = write_diagram if is_diagram else write_chart
        failed += not write(root, writer)
    return failed


def write_chart(root: Element, writer: Writer) -> bool:
    """A chart's title and its figures: a row a category, a column a series. False: none found."""
    rows = list(_rows_ex(root) if root.tag.startswith(_CHART_EX) else _rows(root))
    title = _title(root)
    if not rows:
        writer.paragraph(title)
        return bool(title)
    rows[0][0] = title or rows[0][0]
    for row in stand_alone(rows, headed=True):
        writer.row(row)
    return True


def _title(root: Element) -> str:
    space = _CHART_EX if root.tag.startswith(_CHART_EX) else _CHART
    chart = root.find(f"{space}chart")
    title = chart.find(f"{space}title") if chart is not None else None
    return _words(title) if title is not None else ""


def _words(element: Element) -> str:
    """All rich text and cached values in an element."""
    texts = [
        each.text or "" for each in element.iter(f"{_DRAWING}t", f"{_CHART}v", f"{_CHART_EX}v")
    ]
    return " ".join(" ".join(texts).split())


def _rows(root: Element) -> Iterator[list[str]]:
    area = root.find(f".//{_CHART}plotArea")
    series = list(area.iter(f"{_CHART}ser")) if area is not None else []
    since = date(1904, 1, 1) if _is_1904(root) else date(1899, 12, 30)
    labels: dict[int, str] = {}
    columns: list[tuple[str, dict[int, str]]] = []
    for number, each in enumerate(series, start=1):
        named = each.find(f"{_CHART}tx")
        name = _words(named) if named is not None else ""
        for kind in ("cat", "xVal"):
            labels = {**_points(each.find(_CHART + kind), since), **labels}
        for kind in ("val", "yVal", "bubbleSize"):
            if points := _points(each.find(_CHART + kind), None):
                called = name or (f"Series {number}" if len(series) > 1 else "Value")
                columns.append((f"{called} (size)" if kind == "bubbleSize" else called, points))
    if not columns:
        return
    yield [_axis(area), *(name for name, _ in columns)]
    last = max(max(points, default=-1) for points in (labels, *(points for _, points in columns)))
    for i in range(min(last + 1, MOST_POINTS)):
        values = [points.get(i, "") for _, points in columns]
        if any(values):
            yield [labels.get(i, str(i + 1)), *values]


def _axis(area: Element) -> str:
    """What the categories' axis is called."""
    for kind in ("catAx", "dateAx", "valAx"):
        title = area.find(f"{_CHART}{kind}/{_CHART}title")
        if title is not None:
            return _words(title)
    return ""


def _is_1904(root: Element) -> bool:
    found = root.find(f"{_CHART}date1904")
    return found is not None and found.get("val", "1") not in ("0", "false")


def _points(element: Element | None, since: date | None) -> dict[int, str]:
    """The cached points of a series, several levels of labels joined."""
    found: dict[int, str] = {}
    if element is None:
        return found
    levels = list(element.iter(f"{_CHART}lvl")) or [element]
    for level in reversed(levels):  # the innermost comes first
        carried = ""
        own = {int(p.get("idx", "0")): p for p in level.iter(f"{_CHART}pt")}
        code = next((c.text or "" for c in level.iter(f"{_CHART}formatCode")), "")
        several = len(levels) > 1
        for i in range(max(own, default=-1) + 1) if not several else range(_count(element)):
            if i in own:
                text = own[i].findtext(f"{_CHART}v") or ""
                carried = as_shown(text, own[i].get("formatCode") or code, since)
            if carried and (i in own or several):
                found[i] = f"{found[i]}, {carried}" if i in found else carried
    return found


def _count(element: Element) -> int:
    told = next((each.get("val", "0") for each in element.iter(f"{_CHART}ptCount")), "0")
    return min(int(told), MOST_POINTS) if told.isdecimal() else 0


def as_shown(text: str, code: str, since: date | None) -> str:
    """A stored figure as its format shows it: shares in per cent, days as dates, no 402.0."""
    try:
        figure = float(text)
    except ValueError:
        return text
    plain = _QUOTED.sub("", code)
    if "%" in plain:
        return f"{round(figure * 100, 4):.10g}%"
    if since is not None and _DATED.search(plain) and 0 < figure < 2_958_466:
        return (since + timedelta(days=int(figure))).isoformat()
    return f"{round(figure, 10):.15g}" if "e" not in text.lower() and "." in text else text


def _rows_ex(root: Element) -> Iterator[list[str]]:
    """Of the newer charts (waterfall, treemap, funnel, …): labels level by level, and figures."""
    for data in root.iter(f"{_CHART_EX}data"):
        labels: dict[int, list[str]] = {}
        figures: dict[int, str] = {}
        for dimension in data:
            levels = list(dimension.iter(f"{_CHART_EX}lvl"))
            for level in reversed(levels):
                for point in level.iter(f"{_CHART_EX}pt"):
                    i, text = int(point.get("idx", "0")), (point.text or "").strip()
                    if dimension.tag == f"{_CHART_EX}numDim":
                        figures[i] = as_shown(text, level.get("formatCode", ""), None)
                    elif text:
                        labels.setdefault(i, []).append(text)
        series = root.find(f".//{_CHART_EX}series/{_CHART_EX}tx")
        yield ["", (_words(series) if series is not None else "") or "Value"]
        for i in sorted({*labels, *figures})[:MOST_POINTS]:
            yield [", ".join(labels.get(i, [])) or str(i + 1), figures.get(i, "")]
        return


def write_diagram(root: Element, writer: Writer) -> bool:
    """The words of a SmartArt diagram, what stands below something right after it."""
    points = {
        point.get("modelId"): point
        for point in root.iter(f"{_DIAGRAM}pt")
        if point.get("type", "node") in ("node", "asst", "doc")
    }
    below: dict[str, list[tuple[int, str]]] = {}
    for link in root.iter(f"{_DIAGRAM}cxn"):
        if link.get("type", "parOf") == "parOf" and link.get("destId") in points:
            order = int(link.get("srcOrd", "0") or 0)
            below.setdefault(link.get("srcId", ""), []).append((order, link.get("destId", "")))
    under = {key for links in below.values() for _, key in links}
    stack = [(key, 0) for key in reversed(points) if key not in under]
    seen: set[str] = set()
    while stack:
        key, depth = stack.pop()
        if key in seen:
            continue
        seen.add(key)
        text = points[key].find(f"{_DIAGRAM}t")
        if text is not None:
            lines = (_words(p) for p in text.iter(f"{_DRAWING}p"))
            writer.item(" ".join(filter(None, lines)))
        stack += [(child, depth + 1) for _, child in sorted(below.get(key, ()), reverse=True)]
    return bool(seen)
