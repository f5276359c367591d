"""A plot of figures against the size of the library, both logarithmic, as SVG."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from web.look.markup import Html, element

WIDE, HIGH, LEFT, RIGHT, BELOW = 720, 400, 60, 480, 40
LINES: dict[str, Callable[[Mapping[str, Any]], float]] = {
    "ask, p95": lambda line: line["ask_ms"]["processor_p95"],
    "search, p95": lambda line: line["search_ms"]["processor_p95"],
    "full text, p95": lambda line: line["full_text_ms"]["processor_p95"],
    "vectors, p95": lambda line: line["dense_ms"]["processor_p95"],
    "opening": lambda line: line["opening"]["processor"] * 1000,
}
COLOURS = ("#1b5e9b", "#b3470f", "#2b7a3d", "#6b3fa0", "#666666")


def plotted(lines: Sequence[Mapping[str, Any]]) -> str:
    """What `eval.bench.scale` found in homes: a point a library and a line a figure, in
    milliseconds of a processor."""
    lines = sorted((e for e in lines if e["kept"] == "embedded"), key=lambda e: e["passages"])
    sizes = [line["passages"] for line in lines]
    values = {name: [max(0.1, read(line)) for line in lines] for name, read in LINES.items()}
    across = _scale(sizes, LEFT, RIGHT)
    up = _scale([v for found in values.values() for v in found], HIGH - BELOW, 20)
    parts = [_text(across(n), HIGH - 15, f"{n:,}", "middle") for n in sizes]
    parts.append(_text(RIGHT + 40, HIGH - 15, "passages", "start"))
    for power in range(-1, 6):
        if 20 <= up(10**power) <= HIGH - BELOW:
            y = f"{up(10**power):.0f}"
            line = {"x1": str(LEFT), "x2": str(RIGHT), "y1": y, "y2": y, "stroke": "#ddd"}
            named = _text(LEFT - 8, float(y) + 4, f"{10**power:,} ms", "end")
            parts += [element("line", **line), named]
    for place, (name, found) in enumerate(values.items()):
        points = " ".join(f"{across(n):.1f},{up(v):.1f}" for n, v in zip(sizes, found, strict=True))
        style = {"fill": "none", "stroke": COLOURS[place], "stroke_width": "2"}
        parts.append(element("polyline", points=points, **style))
        parts.append(_text(RIGHT + 40, 30 + 20 * place, name, "start", COLOURS[place]))
    head = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDE} {HIGH}"}
    return element("svg", *parts, **head, font_family="sans-serif", font_size="12")


def _scale(values: Sequence[float], low: float, high: float) -> Callable[[float], float]:
    """Where a value stands between two edges, by its logarithm."""
    first, last = math.log(min(values)), math.log(max(values))
    return lambda v: low + (high - low) * ((math.log(v) - first) / ((last - first) or 1.0))


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333") -> Html:
    return element("text", text, x=f"{x:.0f}", y=f"{y:.0f}", text_anchor=anchor, fill=colour)
