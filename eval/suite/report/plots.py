"""Plots as inline SVG: values with their intervals, and how confidence keeps its word."""

from collections.abc import Sequence

from eval.suite.scoring.intervals import Score
from eval.suite.scoring.metrics import Bin
from web.look.markup import Html, element

_LABEL, _AXIS, _VALUE, _ROW = 220, 300, 190, 26
_SIDE, _EDGE = 260, 40


def intervals_plot(title: str, rows: Sequence[tuple[str, Score]]) -> Html:
    """A dot with its whisker on a line from 0 to 1 for each (label, score), values beside it."""
    height = _ROW * len(rows) + 30
    width = _LABEL + _AXIS + _VALUE
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _x(tick)
        parts.append(element("line", x1=x, x2=x, y1=0, y2=str(height - 22), class_="axis"))
        parts.append(element("text", f"{tick:g}", x=x, y=str(height - 6), text_anchor="middle"))
    for place, (label, score) in enumerate(rows):
        parts += _row(label, score, _ROW * place + 14)
    return element(
        "svg",
        element("title", title),
        *parts,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
    )


def _row(label: str, score: Score, y: int) -> list[Html]:
    short = label if len(label) <= 26 else label[:25] + "…"
    parts = [element("text", short, element("title", label), x=0, y=y + 5)]
    if score.value is None:
        return [*parts, element("text", "no data", x=_LABEL + _AXIS + 12, y=y + 5)]
    between = ""
    if score.low is not None and score.high is not None:
        parts.append(
            element("line", x1=_x(score.low), x2=_x(score.high), y1=y, y2=y, class_="whisker")
        )
        between = f" ({score.low:.2f}–{score.high:.2f})"
    parts.append(element("circle", cx=_x(score.value), cy=y, r=5, class_="dot"))
    said = f"{score.value:.2f}{between} n={score.n}"
    return [*parts, element("text", said, x=_LABEL + _AXIS + 12, y=y + 5)]


def _x(value: float) -> str:
    return f"{_LABEL + _AXIS * min(max(value, 0.0), 1.0):.1f}"


def reliability_plot(bins: Sequence[Bin]) -> Html:
    """Confidence (across) against the share that cites evidence (up); on the diagonal, it keeps
    its word. A dot's area grows with its number of answers."""
    if not bins:
        return element("p", "No answers were given: there is nothing to show.")
    parts = [
        element("line", x1=_u(0), y1=_v(0), x2=_u(1), y2=_v(1), class_="even"),
        element("line", x1=_u(0), y1=_v(0), x2=_u(1), y2=_v(0), class_="axis"),
        element("line", x1=_u(0), y1=_v(0), x2=_u(0), y2=_v(1), class_="axis"),
    ]
    most = max(one.n for one in bins)
    for one in bins:
        said = f"confidence {one.confidence:.2f}: {one.cited:.2f} cite evidence, n={one.n}"
        size = f"{3 + 9 * (one.n / most) ** 0.5:.1f}"
        parts.append(
            element(
                "circle",
                element("title", said),
                cx=_u(one.confidence),
                cy=_v(one.cited),
                r=size,
                class_="dot",
            )
        )
    parts += [
        element("text", f"{tick:g}", x=_u(tick), y=str(_SIDE + 16), text_anchor="middle")
        for tick in (0.0, 0.5, 1.0)
    ]
    parts += [
        element("text", f"{tick:g}", x=str(_EDGE - 8), y=_v(tick), text_anchor="end")
        for tick in (0.5, 1.0)
    ]
    parts.append(element("text", "confidence", x=_u(0.5), y=str(_SIDE + 34), text_anchor="middle"))
    across = _SIDE + 2 * _EDGE
    return element(
        "svg",
        element("title", "Reliability: confidence against the share that cites evidence"),
        *parts,
        viewBox=f"0 0 {across} {across}",
        width=across,
        height=across,
        role="img",
    )


def _u(value: float) -> str:
    return f"{_EDGE + _SIDE * value:.1f}"


def _v(value: float) -> str:
    return f"{8 + (_SIDE - 8) * (1 - value):.1f}"
