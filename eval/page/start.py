"""The Evaluate tab's first view: what can be run, the run that is under way, the runs kept."""

from collections.abc import Sequence

from eval.page.parts import address, go, heading, post, table, view, when
from eval.suite.aside import Progress
from eval.suite.choices import GateSet, GoldSet
from eval.suite.kept import KeptRun
from eval.suite.report.summary import figure, verdict_line
from web.look.markup import Html, element, join

SHOWN = ("engine", "encoder", "reranker", "reader", "nli", "llm")  # of a run's settings
_PLAIN = ("none", "builtin", "as configured", "")


def first(
    sets: Sequence[GoldSet],
    gates: Sequence[GateSet],
    runs: Sequence[KeptRun],
    progress: Progress,
    library: str,
) -> Html:
    """Start a run or watch the one under way, and every run that is kept."""
    way = under_way(progress) if progress.under_way else _start(sets, gates)
    return view(
        heading("May this go out?"),
        element(
            "p",
            "The suite asks every gold question again and says whether the answers are still "
            "grounded, which got worse, and whether that is more than chance.",
        ),
        _ended(progress),
        way,
        _kept(runs, library),
        element("p", go("Gold questions written here, and feedback", "drafts")),
        class_="first",
    )


def _ended(progress: Progress) -> Html:
    if progress.phase == "failed":
        return element("p", f"The last run was not made: {progress.message}", class_="notice loss")
    if progress.phase == "stopped":
        return element("p", "The run was stopped. Nothing of it was kept.", class_="notice")
    return Html("")


def _start(sets: Sequence[GoldSet], gates: Sequence[GateSet]) -> Html:
    if not sets:
        return element(
            "p",
            "No gold questions that ship fit this library, and none have been written here yet. "
            "Write some first: ",
            go("write a gold question", "drafts"),
            class_="notice",
        )
    applying = [one.id for one in sets if one.applies]
    boxes = [_box(one, checked=one.id in applying[:1]) for one in sets]
    options = [
        _option("gates", "", "What fits the questions chosen", checked=True),
        *(_option("gates", one.id, one.title) for one in gates),
    ]
    return element(
        "form",
        element("h3", "Run the suite"),
        element("fieldset", element("legend", "Questions to ask"), *boxes),
        element(
            "details",
            element("summary", "Gates to hold it against"),
            element("fieldset", element("legend", "Gates", class_="unseen"), *options),
        ),
        element("button", "Run the suite", type="submit", class_="primary"),
        data_post=address("start"),
        class_="start",
    )


def _box(one: GoldSet, *, checked: bool) -> Html:
    why = one.problem or f"the library lacks {', '.join(one.lacking)}"
    return element(
        "label",
        element(
            "input",
            type="checkbox",
            name="sets",
            value=one.id,
            checked=checked,
            disabled=not one.applies,
        ),
        f" {one.title}",
        element("span", f" · {one.n} questions" if one.applies else f" · {why}", class_="quiet"),
    )


def _option(name: str, value: str, text: str, *, checked: bool = False) -> Html:
    radio = element("input", type="radio", name=name, value=value, checked=checked)
    return element("label", radio, f" {text}")


def under_way(progress: Progress) -> Html:
    """How far the run is; the script keeps it up to date."""
    return element(
        "div",
        element("h3", "A run is under way"),
        element(
            "progress",
            max=progress.total or 1,
            value=progress.done if progress.total else None,
            id="ev-bar",
            aria_label="Questions asked",
        ),
        element("p", said(progress), id="ev-count"),
        element("p", "People who ask meanwhile come first.", class_="quiet"),
        post("Stop", "stop", class_="second"),
        class_="under-way",
        data_number=progress.number,
    )


def said(progress: Progress) -> str:
    """How far a run is, in words."""
    if progress.phase == "asking" and progress.total:
        left = "" if progress.left is None else f" · {_time(progress.left)} left"
        return f"Question {min(progress.done + 1, progress.total)} of {progress.total}{left}"
    return {
        "scoring": "All questions are asked; the figures are being worked out …",
        "stopping": "Stopping …",
        "done": "The run is done.",
        "stopped": "The run was stopped. Nothing of it was kept.",
        "failed": f"The run was not made: {progress.message}",
    }.get(progress.phase, "Opening the library …")


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    return "about a minute" if minutes == 1 else f"about {minutes} minutes"


def _kept(runs: Sequence[KeptRun], library: str) -> Html:
    if not runs:
        return element("p", "No run is kept yet.", class_="quiet")
    heads = ("Run", "Verdict", "Right answers", "Library", "Settings", "Baseline", "Remove")
    return join(
        [
            element("h3", f"Runs ({len(runs)})"),
            table(heads, [_row(run, library) for run in runs], "Runs"),
        ]
    )


def _row(run: KeptRun, library: str) -> Sequence[str]:
    remove = element(
        "details",
        element("summary", "Remove", aria_label=f"Remove the run of {when(run.started)}"),
        element("p", "It will be gone for good."),
        post("Remove it", "remove", class_="second loss", run=run.name),
        class_="remove",
    )
    if run.problem is not None or run.gold is None or run.right is None:
        return run.name, run.problem or "", "", "", "", "", remove
    asked = element("span", f"{run.gold['n']} questions", class_="quiet")
    same = " · as it is now" if run.library == library else " · has changed since"
    baseline: Html = (
        element("strong", "● Baseline")
        if run.baseline
        else post("Make it the baseline", "baseline", run=run.name)
    )
    return (
        join([go(when(run.started), "run", run=run.name), element("br"), asked]),
        join([verdict_sign(run), verdict_line(run.verdict)]) if run.verdict else "no gates",
        figure(run.right),
        join([run.library[:12], element("span", same, class_="quiet")]),
        settings_line(run),
        baseline,
        remove,
    )


def verdict_sign(run: KeptRun) -> Html:
    if run.verdict is None:
        return Html("")
    passes = run.verdict.passes
    sign = "✓ " if passes else "✗ "
    return element("span", sign, class_="gain" if passes else "loss", aria_hidden="true")


def settings_line(run: KeptRun) -> str:
    """What of a run's settings is not the default, in a line."""
    settings = run.settings or {}
    told = [
        f"{name} {settings[name]}" for name in SHOWN if settings.get(name, "none") not in _PLAIN
    ]
    calibration = settings.get("calibration", "")[:8]
    return " · ".join([*told, *([f"calibration {calibration}"] if calibration else [])])
