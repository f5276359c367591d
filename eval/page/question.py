"""One question of a run: what was wanted and given, both answers side by side where two runs are
compared, the evidence and the citations in the source, and the step where they parted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.gold.places import Span
from eval.page.parts import go, heading, view, when
from eval.suite.compare import STEPS, parting
from eval.suite.failures import KINDS, failure
from eval.suite.report.html import given, trace, wanted
from eval.suite.report.in_source import TextOf, in_sources
from eval.suite.report.summary import reasons
from eval.suite.runs import Run
from eval.suite.scoring.results import Result
from web.look.markup import Attributes, Html, element, join
from web.look.source_view import address as source_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Which questions are gone through: `ids` in order, the failures of a `kind` (None: of all
    kinds) or, where `among` is "flips", those that flipped; `counts` by kind are what can be
    chosen."""

    run: str
    against: str | None
    among: str | None
    kind: str | None
    ids: Sequence[str]
    counts: Mapping[str, int]

    def at(self, text: str, question: str | None, key: str | None = None) -> Html:
        """A button to one of the questions; with a `key` the arrow of that name presses it."""
        if question is None:
            return element("button", text, type="button", class_="plain", aria_disabled="true")
        return go(
            text,
            "question",
            {} if key is None else {"data_key": key},
            run=self.run,
            against=self.against,
            among=self.among,
            kind=self.kind,
            question=question,
        )


def question(walk: Walk, run: Run, other: Run | None, result: Result, text_of: TextOf) -> Html:
    """The view of `result`, a question of `run`; `other` is the run it is set beside. `text_of`
    gives a source's text by its id."""
    gold = result.target.gold
    there = other.result(result.id) if other is not None else None
    sources = {**(other.sources if other is not None else {}), **run.sources}
    sides = [_side("This run" if there else "The answer", run, result, sources, text_of)]
    if other is not None and there is not None:
        sides.insert(0, _side("The run beside it", other, there, sources, text_of))
    turns = [element("p", f"{role}: {text}", class_="quiet") for role, text in gold.history]
    return view(
        element("p", go("‹ The run", "run", run=walk.run, against=walk.against)),
        _steps(walk, result.id),
        heading(gold.question),
        *turns,
        element("p", f"Wanted: {wanted(result)}"),
        _why(result),
        _parted(result, there) if other is not None else Html(""),
        _legend(),
        element("div", *sides, class_="sides"),
        element("p", f"{result.id}, split {gold.split}", class_="quiet"),
        class_="question",
    )


def _steps(walk: Walk, id: str) -> Html:
    """Previous and next, where we are, and the kinds that can be chosen instead."""
    place = walk.ids.index(id) if id in walk.ids else None
    before = walk.ids[place - 1] if place else None
    after = walk.ids[place + 1] if place is not None and place + 1 < len(walk.ids) else None
    what = "flipped" if walk.among == "flips" else "not right"
    where = "" if place is None else f"{place + 1} of {len(walk.ids)} {what}"
    parts = [
        element(
            "p",
            walk.at("‹ Previous", before, "ArrowLeft"),
            element("span", where, class_="where"),
            walk.at("Next ›", after, "ArrowRight"),
            element("span", "The left and right arrow keys do the same.", class_="quiet hint"),
            class_="steps",
        )
    ]
    if walk.among != "flips":
        parts.append(_kinds(walk))
    return element("nav", *parts, aria_label="Failures")


def _kinds(walk: Walk) -> Html:
    total = sum(walk.counts.values())
    choices: list[tuple[str | None, str]] = [(None, f"All ({total})")]
    choices += [(kind, f"{KINDS[kind].split(':')[0]} ({n})") for kind, n in walk.counts.items()]
    items = []
    for kind, text in choices:
        chosen: Attributes = {"aria_pressed": "true" if kind == walk.kind else "false"}
        button = go(text, "question", chosen, run=walk.run, against=walk.against, kind=kind)
        items.append(element("li", button))
    return element("ul", *items, class_="filter", aria_label="Kinds of failure")


def _why(result: Result) -> Html:
    kind = failure(result)
    if kind is None:
        return element("p", element("span", "✓ ", class_="gain", aria_hidden="true"), "Right.")
    why = "; ".join(reasons(result))
    return element(
        "p",
        element("span", "✗ ", class_="loss", aria_hidden="true"),
        element("strong", KINDS[kind].split(":")[0]),
        f":{KINDS[kind].split(':')[1]}{f' ({why})' if why else ''}.",
    )


def _parted(result: Result, there: Result | None) -> Html:
    if there is None:
        return element("p", "The run beside it did not ask this question.", class_="notice")
    step = parting(there.answer, result.answer)
    if step is None:
        return element("p", "Both runs took the same way and gave the same answer.")
    return element("p", "They part at: ", element("strong", step), f" ({STEPS[step]}).")


def _legend() -> Html:
    return element(
        "p",
        "In the source: ",
        element("span", "gold evidence", class_="gold"),
        " has a solid line under it, ",
        element("mark", "what the answer cites"),
        " is on a coloured ground with a dotted line; what is both has both.",
        class_="legend quiet",
    )


def _side(name: str, run: Run, result: Result, sources: Mapping[str, str], text_of: TextOf) -> Html:
    """One answer, and under it the source with the gold evidence and what this answer cites."""
    made = when(str(run.timings.get("started", "")))
    return element(
        "div",
        element("h3", name, element("small", f" · {made}", class_="quiet")),
        given(result.answer),
        _openers(name, result),
        element("h4", "In the sources"),
        in_sources(result.target, [result.answer], dict(sources), text_of)
        or element("p", "Nothing is cited, and no evidence is wanted.", class_="quiet"),
        element("details", element("summary", "Trace"), trace(result)),
        class_="side",
    )


def _openers(name: str, result: Result) -> Html:
    """Buttons that open the citations and the gold evidence in the source pane."""
    key = "".join(c for c in name if c.isalpha())
    shas = {c["marker"]: c.get("source_sha256", "") for c in result.record.get("citations", [])}
    buttons = [
        _opener(
            f"{key}-cited-{c.marker}",
            f"{c.marker}",
            f"quote {c.marker}",
            c.span,
            str(shas.get(c.marker) or ""),
        )
        for c in result.answer.citations
    ]
    buttons += [
        _opener(f"{key}-gold-{i}", f"gold {i}", f"gold {i}, evidence", span, "")
        for i, span in enumerate(result.target.spans, start=1)
    ]
    if not buttons:
        return Html("")
    return element("p", "Open in the source: ", *buttons, class_="answer openers")


def _opener(id: str, text: str, spoken: str, span: Span, sha256: str) -> Html:
    return element(
        "button",
        text,
        type="button",
        class_="marker",
        id=f"ev-{id}",
        aria_label=f"{spoken}, {span.source}",
        **source_address(span.source, span.start, span.end, sha256),
    )


def none_left(walk: Walk) -> Html:
    """Where there is no failure of the kind that was chosen."""
    return view(
        go("‹ The run", "run", run=walk.run, against=walk.against),
        heading("Nothing here"),
        element("p", "There is no such question in this run."),
        join([_kinds(walk)]) if walk.counts else "",
        class_="question",
    )
