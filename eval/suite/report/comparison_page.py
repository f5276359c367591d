"""The comparison of two runs as one HTML file: the differences, then every flipped question."""

from collections.abc import Iterable

from eval.suite.compare import STEPS, Comparison, Flip, change_of
from eval.suite.report.html import anchor, given, legend, page, trace, wanted
from eval.suite.report.in_source import TextOf, in_sources
from eval.suite.scoring.definitions import METRICS
from eval.suite.scoring.intervals import Difference
from web.look.markup import Html, element


def comparison_page(comparison: Comparison, text_of: TextOf) -> str:
    """The page. `text_of` gives a source's text by its id."""
    worse = [flip for flip in comparison.flipped if flip.worse]
    better = [flip for flip in comparison.flipped if not flip.worse]
    return page(
        "Two runs compared",
        element("h1", "Two runs compared"),
        element("main", *_main(comparison, worse, better, text_of)),
    )


def _main(
    comparison: Comparison, worse: list[Flip], better: list[Flip], text_of: TextOf
) -> Iterable[Html]:
    yield element(
        "section",
        element("p", element("strong", f"{len(worse)} became wrong, {len(better)} became right")),
        *(element("p", f"Note: {note}.") for note in comparison.notes),
        element(
            "p",
            f"{comparison.n} questions asked in both; {comparison.changed} answers differ.",
            class_="quiet",
        ),
        class_=f"verdict{' held' if worse else ''}",
        aria_label="Verdict",
    )
    if comparison.settings:
        yield element("h2", "What was set differently")
        yield _table(
            ("setting", "first", "second"),
            [(name, a, b) for name, (a, b) in comparison.settings.items()],
        )
    yield element("h2", "The figures")
    yield _table(
        ("metric", "first", "second", "difference", "95 % interval", "p"),
        [_row(one) for one in comparison.differences],
    )
    for title, flips in (("Became wrong", worse), ("Became right", better)):
        yield element("h2", f"{title} ({len(flips)})")
        yield from (_flip(comparison, flip, text_of) for flip in flips)


def _row(one: Difference) -> tuple[str, ...]:
    title = METRICS[one.metric].title
    if one.difference is None:
        return title, "no data", "", "", "", ""
    between = "" if one.low is None else f"{one.low:+.3f} to {one.high:+.3f}"
    return (
        title,
        f"{one.first:.3f}",
        f"{one.second:.3f}",
        f"{one.difference:+.3f}",
        between,
        f"{one.p:.3f}: {change_of(one)}",
    )


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Html:
    head = element("tr", *(element("th", name, scope="col") for name in heads))
    body = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", cell, class_="n") for cell in row[1:]),
        )
        for row in rows
    ]
    return element("div", element("table", head, *body), class_="wide")


def _flip(comparison: Comparison, flip: Flip, text_of: TextOf) -> Html:
    gold = flip.first.target.gold
    sources = {**comparison.first.sources, **comparison.second.sources}
    sides = [
        element(
            "div",
            element("h3", name),
            given(result.answer),
            element("details", element("summary", "Trace"), trace(result)),
        )
        for name, result in (("First run", flip.first), ("Second run", flip.second))
    ]
    became = "wrong" if flip.worse else "right"
    summary = element(
        "summary",
        element("span", "✗" if flip.worse else "✓", class_="sign", aria_hidden="true"),
        element("span", f"became {became}: ", class_="tag"),
        gold.question,
        element("span", f" {gold.id} — they part at: {flip.step}", class_="tag"),
    )
    body = element(
        "div",
        element("p", f"They part at: {flip.step} ({STEPS[flip.step]})."),
        element("p", f"Wanted: {wanted(flip.second)}"),
        element("div", *sides, class_="sides"),
        element("h3", "In the sources"),
        legend(),
        in_sources(flip.first.target, [flip.first.answer, flip.second.answer], sources, text_of),
        id=anchor(gold.id),
    )
    return element("details", summary, body, class_=f"question {became}")
