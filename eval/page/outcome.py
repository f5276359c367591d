"""A run as the Evaluate tab shows it: the verdict, the figures beside another run's, what flipped,
and what went wrong by kind."""

from collections.abc import Sequence

from eval.page.parts import address, figure_row, go, heading, post, table, view, when
from eval.suite.compare import STEPS, Comparison, Flip
from eval.suite.failures import KINDS, SEVERITY, counted, failure
from eval.suite.gates import Verdict
from eval.suite.kept import KeptRun
from eval.suite.report.html import key_figures, plots
from eval.suite.report.summary import KEY_FIGURES, right_line, verdict_line
from eval.suite.runs import Run
from eval.suite.scoring.definitions import METRICS
from web.look.markup import Html, element, join

FILES = ("metrics.json", "answers.jsonl", "junit.xml")


def outcome(
    run: Run,
    name: str,
    verdict: Verdict | None,
    runs: Sequence[KeptRun],
    comparison: Comparison | None,
    against: str | None,
) -> Html:
    """One run. `comparison` sets it beside the run `against`, which is the first of the two."""
    parts = [
        go("‹ All runs", "first"),
        heading(f"Run of {when(run.timings.get('started', ''))}"),
        _verdict(run, name, verdict, comparison, against),
        _next(name, verdict, runs, comparison, against),
        _files(name),
        _beside(name, runs, against),
    ]
    if comparison is not None:
        parts += [element("p", f"Note: {note}.", class_="notice") for note in comparison.notes]
    parts.append(_figures(run, comparison))
    if comparison is not None and against is not None:
        parts.append(_flipped(comparison, name, against))
    parts.append(_failures(run, name, against))
    return view(*parts, class_="run")


def _verdict(
    run: Run,
    name: str,
    verdict: Verdict | None,
    comparison: Comparison | None,
    against: str | None,
) -> Html:
    state = "" if verdict is None else (" well" if verdict.passes else " held")
    sign = "" if verdict is None else ("✓ " if verdict.passes else "✗ ")
    line = verdict_line(verdict, comparison.worse if comparison is not None else ())
    held = [
        element(
            "li",
            element("strong", METRICS[one.gate].title if one.gate in METRICS else _named(one.gate)),
            f": {one.why}",
            *_links(one.questions, name, against),
        )
        for one in (verdict.held if verdict else ())
    ]
    return element(
        "div",
        element("p", element("strong", element("span", sign, aria_hidden="true"), line)),
        element("p", right_line(run, comparison)),
        element("ul", *held) if held else "",
        element(
            "p",
            f"{run.gold['n']} gold questions ({', '.join(run.gold['files'][:3])}"
            f"{' …' if len(run.gold['files']) > 3 else ''}) over {len(run.sources)} sources, "
            f"library {run.library[:12]}.",
            class_="quiet",
        ),
        class_=f"verdict{state}",
        role="group",
        aria_label="Verdict",
    )


def _next(
    name: str,
    verdict: Verdict | None,
    runs: Sequence[KeptRun],
    comparison: Comparison | None,
    against: str | None,
) -> Html:
    """What to do next, in the order in which it pays."""
    steps: list[Html] = []
    named = list(
        dict.fromkeys(id for one in (verdict.held if verdict else ()) for id in one.questions)
    )
    if named:
        shown = go(named[0], "question", run=name, against=against, question=named[0])
        steps.append(join(["Look at the question that tells most against it: ", shown]))
    lost = [flip for flip in worst_first(comparison.flipped) if flip.worse] if comparison else []
    if lost and against is not None:
        shown = go(
            f"the {len(lost)} that became wrong" if len(lost) > 1 else "the one that became wrong",
            "question", run=name, against=against, question=lost[0].id, among="flips",
        )  # fmt: skip
        steps.append(join(["Read both answers of ", shown, "."]))
    if verdict is not None and verdict.passes:
        if not any(one.name == name and one.baseline for one in runs):
            again = post("Make it the baseline", "baseline", class_="second", run=name)
            steps.append(join(["Hold the next run against this one: ", again]))
    else:
        what = "Ask for gates" if verdict is None else "Mend what the gates name"
        steps.append(join([f"{what}, and run the suite again: ", go("all runs", "first"), "."]))
    if not steps:
        return Html("")
    items = [element("li", step) for step in steps]
    return join([element("h3", "What to do next"), element("ol", *items, class_="next-steps")])


def _named(gate: str) -> str:
    return {"must_pass": "Must pass", "no_regression": "No step back"}.get(gate, gate)


def _links(ids: Sequence[str], run: str, against: str | None) -> list[Html]:
    if not ids:
        return []
    shown = [go(id, "question", run=run, against=against, question=id) for id in ids[:6]]
    rest = f" and {len(ids) - 6} more" if len(ids) > 6 else ""
    return [element("br"), join(["See: ", join(shown), rest])]


def _files(name: str) -> Html:
    report = element(
        "a",
        "Open the full report",
        element("span", " (in a new tab)", class_="unseen"),
        href=address("report", run=name),
        target="_blank",
        rel="noopener",
    )
    loads = [
        element("a", file, href=address("file", run=name, file=file), download=f"{name}-{file}")
        for file in ("report.html", *FILES)
    ]
    spaced = [piece for load in loads for piece in (", ", load)][1:]
    return element("p", report, " · Download: ", *spaced, class_="files")


def _beside(name: str, runs: Sequence[KeptRun], against: str | None) -> Html:
    """The choice of the run to set this one beside."""
    others = [one for one in runs if one.name != name and one.problem is None]
    if not others:
        return element(
            "p", "There is no other run to set it beside. Run the suite again.", class_="quiet"
        )
    options = [element("option", "no other run", value="", selected=against is None)]
    for one in others:
        text = f"{when(one.started)}{' (baseline)' if one.baseline else ''}"
        options.append(element("option", text, value=one.name, selected=one.name == against))
    return element(
        "form",
        element("input", type="hidden", name="run", value=name),
        element("label", "Set beside ", element("select", *options, name="against")),
        element("button", "Compare", type="submit", class_="second"),
        data_get=address("run"),
        class_="beside",
    )


def _figures(run: Run, comparison: Comparison | None) -> Html:
    heads = ["Figure", "This run, 95 % interval"]
    if comparison is not None:
        heads += ["There", "Difference, 95 % interval"]
    found = {} if comparison is None else {d.metric: d for d in comparison.differences}

    def rows(names: Sequence[str]) -> list[list[str]]:
        return [figure_row(name, run.metrics[name], found.get(name)) for name in names]

    rest = [name for name in run.metrics if name not in KEY_FIGURES]
    return join(
        [
            element("h3", "The figures"),
            element("div", key_figures(run), class_="plots"),
            table(heads, rows(KEY_FIGURES), "The key figures"),
            element(
                "details",
                element("summary", "Every other figure"),
                table(heads, rows(rest), "Every other figure"),
            ),
            element("div", *plots(run), class_="plots beside-another"),
        ]
    )


def worst_first(flips: Sequence[Flip]) -> list[Flip]:
    """What became wrong first, the worst kind of failure before the others."""

    def place(flip: Flip) -> tuple[bool, int, str]:
        return not flip.worse, SEVERITY.get(failure(flip.second) or "", len(SEVERITY)), flip.id

    return sorted(flips, key=place)


def _flipped(comparison: Comparison, name: str, against: str) -> Html:
    flips = worst_first(comparison.flipped)
    worse = sum(flip.worse for flip in flips)
    items = [element("li", *_flip(flip, name, against)) for flip in flips]
    counts = f"{worse} became wrong, {len(flips) - worse} became right"
    return join(
        [
            element("h3", f"Questions that flipped ({len(flips)})"),
            element("p", f"{counts}; {comparison.changed} of {comparison.n} answers differ."),
            element("ol", *items, class_="flips") if items else "",
        ]
    )


def _flip(flip: Flip, name: str, against: str) -> list[Html]:
    sign = ("✗", "loss") if flip.worse else ("✓", "gain")
    became = "became wrong" if flip.worse else "became right"
    return [
        element("span", sign[0], class_=f"sign {sign[1]}", aria_hidden="true"),
        element(
            "div",
            go(
                flip.first.target.gold.question,
                "question",
                run=name,
                against=against,
                question=flip.id,
                among="flips",
            ),
            element("p", f"{became} · they part at: {flip.step} ({STEPS[flip.step]})"),
        ),
    ]


def _failures(run: Run, name: str, against: str | None) -> Html:
    counts = counted(run.results)
    total = sum(counts.values())
    if not total:
        return element("p", "Every question was answered rightly.")

    def walk(text: str, kind: str | None) -> Html:
        return go(text, "question", run=name, against=against, kind=kind)

    items = [
        element("li", walk(f"{KINDS[kind].split(':')[0]} ({n})", kind), KINDS[kind].split(":")[1])
        for kind, n in counts.items()
    ]
    return join(
        [
            element("h3", f"Not answered rightly ({total} of {len(run.results)})"),
            element("p", walk("Walk through all of them", None)),
            element("ul", *items, class_="kinds"),
        ]
    )
