"""How the adding of files goes, as markup: a line a file, its step and its bar, its outcome."""

from collections.abc import Mapping, Sequence

from ingest.page.adding import FileLine, Standing
from ingest.report import FileReport
from vectorstore.wording import counted
from web.look.markup import Html, element, moment

FEW = 3  # files whose lines are in sight at once
_MEND = "Mend the file or save it anew, then add it again."
_ORDER = ("added", "updated", "unchanged", "duplicate", "failed", "skipped", "retired")
_COUNTED = {"updated": "changed", "duplicate": "duplicate", "skipped": "left out"}
_SIGNS = {"added": "+", "updated": "↻", "unchanged": "=", "duplicate": "=", "failed": "✕"}


def standing_view(standing: Standing, titles: Mapping[str, str]) -> Html:
    """The batch that is being read, or the last one; nothing where there was none. Of one that was
    read one line, with its files on demand: they are open where they are few, or one failed.

    `data-running` says whether to ask again, `data-said` is for screen readers.
    """
    if not standing.files:
        return element("div", data_running=False)
    if standing.running:
        by = f" from {standing.who}" if standing.who else ""
        heading = f"Reading {counted(len(standing.files), 'file')}{by}"
        lines = [_going(each, standing) for each in standing.files]
    else:
        heading = _summary(standing)
        lines = [_outcome(each, standing, titles) for each in standing.files]
    files = element("ul", *lines, class_="files")
    if standing.running:
        parts = [element("h3", heading), files]
    else:
        failed = [element("p", standing.failure, class_="loss")] if standing.failure else []
        dismiss = element("button", "Dismiss this report", type="button", class_="plain dismiss")
        parts = [
            element(
                "details",
                element("summary", heading, " · ", moment(standing.since)),
                *failed,
                files,
                *_alike(standing, titles),
                open=len(lines) <= FEW or any('class="failed"' in line for line in lines),
            ),
            element("p", dismiss),
        ]
    return element(
        "div",
        *parts,
        data_running=standing.running,
        data_said=heading,
        data_batch=standing.since,
    )


def _summary(standing: Standing) -> str:
    """What a batch came to: 3 files read: 1 added, 1 changed, 1 failed."""
    if standing.failure:
        return "Nothing was added"
    counts = dict.fromkeys(_ORDER, 0)
    for each in standing.files:
        for report in each.reports:
            counts[report.status] += 1
    parts = [f"{n:,} {_COUNTED.get(status, status)}" for status, n in counts.items() if n]
    return f"{counted(len(standing.files), 'file')} read: {', '.join(parts)}"


def _going(line: FileLine, standing: Standing) -> Html:
    """A file on its way: what is done with it, and how far that is."""
    if line.state == "waiting":
        step, value = "waiting", 0.0
    elif line.state == "reading":
        step, value = "being read", None
    elif line.state == "failed":
        return _line(line.name, "could not be read", "failed")
    elif standing.step == "Reading files":
        step, value = "read; waiting for the others", 0.0
    else:
        step = standing.step[:1].lower() + standing.step[1:]
        value = standing.done / standing.total if standing.total else None
    percent = None if value is None else round(value * 100)
    bar = element("progress", max=100, value=percent, aria_label=f"{line.name}: {step}")
    return _line(line.name, step, "going", bar)


def _outcome(line: FileLine, standing: Standing, titles: Mapping[str, str]) -> Html:
    if standing.failure or not line.reports:
        return _line(line.name, "not added", "failed")
    if len(line.reports) == 1:
        report = line.reports[0]
        return _line(line.name, _said(report, titles), report.status)
    parts = [
        element("li", f"{report.source or ''}: {_said(report, titles)}") for report in line.reports
    ]
    records = counted(len(parts), "record")
    return _line(line.name, records, "added", element("ul", *parts, class_="records"))


def _said(report: FileReport, titles: Mapping[str, str]) -> str:
    """What became of a file, and what to do where that is not what was wanted."""
    title = titles.get(report.source or "", report.source or "")
    if report.status == "added":
        said = f"added as “{title}”"
    elif report.status == "updated":
        said = f"changed: the next version of “{title}”"
    elif report.status == "unchanged":
        said = f"unchanged: “{title}” says the same"
    elif report.status == "duplicate":
        return f"duplicate of “{title}”; it is stored once"
    else:
        reason = (report.reason or "it cannot be read").rstrip(".")
        return f"failed because {reason}." + ("" if ". " in reason else f" {_MEND}")
    return f"{said}; {report.reason}" if report.reason else said


def _line(name: str, said: str, status: str, *more: Html) -> Html:
    sign = element("span", _SIGNS.get(status, "·"), class_="shape", aria_hidden="true")
    text = element("span", said, class_="said")
    return element("li", sign, element("strong", name), " ", text, *more, class_=status)


def _alike(standing: Standing, titles: Mapping[str, str]) -> Sequence[Html]:
    """Sources that say nearly the same, for the keeper to look at."""
    return [
        element(
            "p",
            f"“{titles.get(pair.source, pair.source)}” and “{titles.get(pair.other, pair.other)}” "
            f"are alike: {pair.likeness:.0%} of their wording is the same.",
            class_="about",
        )
        for pair in standing.near_duplicates
    ]
