"""Small parts that the views of the Evaluate tab are built of.

A button with `data-go` has the script fetch that address and show what it brings; a form or a
button with `data-post` sends its fields there and shows the reply. See `static/evaluate.js`.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from eval.suite.compare import Change, change_of
from eval.suite.report.summary import figure
from eval.suite.scoring.definitions import METRICS
from eval.suite.scoring.intervals import Difference, Score
from vectorstore.wording import moment_in_words
from web.look.markup import Attributes, Html, element, join

ADDRESS = "evaluate"  # of every view, relative to the page


def address(view: str, **parameters: str | None) -> str:
    """Where a view is fetched from; what is None is left out."""
    kept = {name: value for name, value in parameters.items() if value is not None}
    return f"{ADDRESS}/{view}" + (f"?{urlencode(kept)}" if kept else "")


def go(text: str, view: str, shape: Attributes | None = None, **parameters: str | None) -> Html:
    """A button that shows another view; `shape` are further attributes of it."""
    where = address(view, **parameters)
    more = shape or {}
    return element("button", text, type="button", class_="plain", data_go=where, **more)


def post(text: str, action: str, *, class_: str = "plain", **fields: str) -> Html:
    """A button that does something and shows what came of it."""
    inputs = [
        element("input", type="hidden", name=name, value=value) for name, value in fields.items()
    ]
    button = element("button", text, type="submit", class_=class_)
    return element("form", *inputs, button, data_post=f"{ADDRESS}/{action}", class_="one")


def heading(text: str) -> Html:
    """A view's own heading, which takes the focus when the view has come."""
    return element("h2", text, tabindex=-1, data_focus=True)


def view(*children: str, class_: str) -> Html:
    return element("section", *children, class_=f"ev-view {class_}")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], label: str) -> Html:
    """A table whose first column names its rows; wide ones scroll by themselves."""
    head = element("thead", element("tr", *(element("th", h, scope="col") for h in heads)))
    body = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", cell, data_head=h) for cell, h in zip(row[1:], heads[1:], strict=True)),
        )
        for row in rows
    ]
    return element(
        "div",
        element("table", head, element("tbody", *body)),
        class_="wide",
        tabindex=0,
        role="region",
        aria_label=label,
    )


def when(started: str) -> str:
    """When a run was made, in words: 22 November 2026, 02:58 UTC."""
    return moment_in_words(started) or "an unknown day"


def figure_row(name: str, score: Score, difference: Difference | None) -> list[str]:
    """A metric of a run and, beside a baseline, what it was there and whether it differs."""
    row = [METRICS[name].title, figure(score)]
    if difference is None:
        return row
    if difference.difference is None or difference.p is None:
        return [*row, "no data", ""]
    digits = 1 if METRICS[name].unit else 3
    low, high = difference.low, difference.high
    between = "" if low is None or high is None else f" ({low:+.{digits}f} to {high:+.{digits}f})"
    change = f"{difference.difference:+.{digits}f}{between}"
    return [*row, f"{difference.first:.{digits}f}", join([change, _judged(difference)])]


def _judged(difference: Difference) -> Html:
    """Whether a difference is more than chance explains, in words and a sign."""
    change = change_of(difference)
    if change not in (Change.WORSE, Change.BETTER):
        return element("span", f" {change}", class_="quiet")
    worse = change is Change.WORSE
    text = f" {'▼' if worse else '▲'} {change} (p={difference.p:.3f})"
    return element("strong", text, class_="loss" if worse else "gain")
