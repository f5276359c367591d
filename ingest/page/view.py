"""What the Library tab shows of the library, as markup: the sources, what is found in them, what
changed, what rests on one of them.

Pure functions of values. Whatever comes from documents or people passes through
`markup.element` as text.
"""

import json
from collections.abc import Mapping, Sequence

from ingest.page import editing
from ingest.plan import CONNECTED, STARTER_ORIGIN, UPLOADED
from vectorstore import Hit, Source
from vectorstore.dependants import Dependant, losing_in_words
from vectorstore.library.library import BIN_DAYS
from vectorstore.models import Change, Run
from vectorstore.search.showing import by_source, marked
from vectorstore.wording import (
    below,
    counted,
    excerpt,
    made_by,
    named,
    path_of,
)
from web.look.markup import Html, element, join, moment
from web.look.source_view import address

EXCERPT = 300  # characters of a passage that are shown before it is opened
MOST_LINES = 20  # of one run that are shown
KINDS = {
    "txt": "text", "md": "Markdown", "jsonl": "record", "html": "web page", "pdf": "PDF",
    "docx": "Word", "odt": "OpenDocument", "pptx": "slides", "xlsx": "workbook", "csv": "table",
    "eml": "mail",
}  # fmt: skip
COLUMNS = ("Title", "Kind", "Pages", "Passages", "Version", "Added")
NUMBERS = frozenset({"Pages", "Passages", "Version"})


def sources_table(sources: Sequence[Source]) -> Html:
    """All sources, and what they come to. The script sorts and filters the rows."""
    if not sources:
        empty = "There is nothing in the library yet. Add the first documents above."
        return element("div", element("p", empty, class_="empty"), class_="answer")
    # Roles are spelt out, since a narrow window lays the cells one under the other.
    head = element("tr", *map(_column, COLUMNS), _column(""), role="row")
    body = [_row(source) for source in sources]
    table = element(
        "table",
        element("caption", "The sources of the library", class_="unseen"),
        element("thead", head, role="rowgroup"),
        element("tbody", *body, role="rowgroup", id="library-rows"),
        role="table",
        id="library-table",
    )
    return element("div", element("p", facts(sources), class_="facts"), table, class_="answer")


def facts(sources: Sequence[Source]) -> Html:
    """How much there is: 5 sources · 64 pages · 121 passages · last change 7 September 2016."""
    pages = sum(len(s.pages) for s in sources)
    changed = max((s.added for s in sources), default="")
    parts = [
        counted(len(sources), "source"),
        *([counted(pages, "page")] if pages else []),
        counted(sum(s.passages for s in sources), "passage"),
    ]
    last = [" · last change ", moment(changed, day=True)] if changed else []
    return join([" · ".join(parts), *last])


def _column(name: str) -> Html:
    if not name:
        return element("th", element("span", "Actions", class_="unseen"), role="columnheader")
    shape = element("span", "", class_="shape", aria_hidden="true")
    button = element("button", name, shape, type="button", class_="sort")
    order = "ascending" if name == "Title" else "none"
    number = "number" if name in NUMBERS else None
    return element("th", button, role="columnheader", scope="col", aria_sort=order, class_=number)


def _row(source: Source) -> Html:
    opens = element(
        "button",
        source.title,
        type="button",
        class_="whole near",
        id=f"library-open-{source.id}",
        **address(source.id, 0, 0, ""),
    )
    about = element("span", " · ".join(filter(None, (made_by(source), source.id))), class_="about")
    removes = element(
        "button",
        "Remove",
        element("span", f" {source.title}", class_="unseen"),
        type="button",
        class_="plain remove",
        data_id=source.id,
    )
    pages = len(source.pages)
    cells = [
        _cell("Title", opens, about, sort=source.title.casefold(), header=True),
        _cell("Kind", KINDS.get(source.kind, source.kind), sort=source.kind),
        _cell("Pages", f"{pages:,}" if pages else "–", sort=pages, number=True),
        _cell("Passages", f"{source.passages:,}", sort=source.passages, number=True),
        _cell("Version", str(source.version), sort=source.version, number=True),
        _cell("Added", moment(source.added, day=True), sort=source.added),
        element("td", editing.actions(editing.opener(source), removes), role="cell"),
    ]
    return element("tr", *cells, role="row")


def _cell(
    name: str, *shown: str, sort: str | int, number: bool = False, header: bool = False
) -> Html:
    role, tag = ("rowheader", "th") if header else ("cell", "td")
    return element(
        tag,
        *shown,
        role=role,
        scope="row" if header else None,
        data_name=name,
        data_sort=sort,
        data_number=number,
        class_="number" if number else None,
    )


def hits(query: str, found: Sequence[Hit], sources: Mapping[str, Source]) -> Html:
    """The passages that a search found, each to be opened in its place, by source."""
    shown = [hit for hit in found if hit.passage.source in sources]
    if not shown:
        nothing = element("p", "Nothing in the library is near to ", element("q", query), ".")
        return element("div", nothing, class_="answer")
    heading = element("h3", f"{counted(len(shown), 'passage')} for ", element("q", query))
    groups = [
        join(
            [
                element("h4", sources[group[0].passage.source].title),
                element("ol", *(_hit(query, hit, sources) for hit in group), class_="nearest"),
            ]
        )
        for group in by_source(shown)
    ]
    return element("div", heading, *groups, class_="answer")


def _hit(query: str, hit: Hit, sources: Mapping[str, Source]) -> Html:
    passage, source = hit.passage, sources[hit.passage.source]
    button = element(
        "button",
        path_of("", below(source.title, passage.heading) or source.title, passage.page),
        type="button",
        class_="near",
        id=f"library-hit-{hit.rank}",
        **address(source.id, passage.start, passage.end, source.sha256),
    )
    pieces = marked(query, excerpt(passage.text, EXCERPT))
    words = [element("mark", text) if match else text for text, match in pieces]
    return element("li", button, element("p", *words, class_="excerpt"))


def changes(found: Sequence[Change], runs: Sequence[Run], days: int) -> Html:
    """What became of the sources in the last days, and the last runs that changed them."""
    if found:
        lines = [
            element(
                "li",
                element("strong", _SAID[change.what]),
                f" {change.title}",
                f", now version {change.version}" if change.what == "changed" else "",
                element("span", " · ", moment(change.when, day=True), class_="about"),
            )
            for change in found
        ]
        told = element("ul", *lines[:SHOWN], class_="changes")
        if more := lines[SHOWN:]:
            head = element("summary", f"{len(more):,} more")
            rest = element("ul", *more, class_="changes")
            told = join([told, element("details", head, rest)])
    else:
        told = element("p", f"Nothing has changed in the last {days} days.", class_="about")
    reports = [
        element(
            "details",
            element("summary", _run_in_words(run)),
            element("ul", *(element("li", line) for line in _run_lines(run))),
        )
        for run in runs
    ]
    return join([told, *([element("h3", "The last runs"), *reports] if reports else [])])


SHOWN = 8  # changes, before the others are folded away
_SAID = {"added": "Added:", "changed": "Changed:", "removed": "Removed:"}


def _run_in_words(run: Run) -> Html:
    """When a run was, and what it came to."""
    at = moment(run.finished)
    said = _reported(run)
    if isinstance(said, str):
        return join([at, f": {said}"])
    counts: dict[str, int] = {}
    for line in said:
        counts[line["status"]] = counts.get(line["status"], 0) + 1
    came_to = ", ".join(f"{number:,} {status}" for status, number in counts.items())
    return join([at, f": {came_to or 'made again'}"])


def _run_lines(run: Run) -> list[str]:
    said = _reported(run)
    if isinstance(said, str):
        return [said]
    lines = [
        f"{line['status']}: {shown_origin(line['path'])}"
        + (f": {line['reason']}" if line.get("reason") else "")
        for line in said[:MOST_LINES]
    ]
    more = len(said) - MOST_LINES
    return [*lines, *([f"and {more:,} more"] if more > 0 else [])]


def _reported(run: Run) -> list[dict[str, str]] | str:
    """The lines of a run's report, or the one line of text that it is."""
    try:
        said = json.loads(run.report)
    except ValueError:
        return run.report
    return said if isinstance(said, list) else run.report


def shown_origin(origin: str) -> str:
    """Where a file was read from, for people."""
    for start, means in ((UPLOADED, ""), (CONNECTED, ""), (STARTER_ORIGIN, "starter library, ")):
        if origin.startswith(start):
            return means + origin.removeprefix(start)
    return origin


_AFTER = f"Answers will no longer quote it. For {BIN_DAYS} days you can put it back."


def removal(source: Source, losing: Sequence[Dependant]) -> Html:
    """What the dialog says before a source is removed."""
    lost: list[Html] = []
    if losing:
        lines = [element("li", line) for line in losing_in_words(losing)]
        lost = [element("ul", *lines, class_="losing")]
    else:
        lost = [element("p", "Nothing that is kept rests on it.")]
    return join(
        [
            element("h2", f"Remove “{source.title}”?", id="library-dialog-title"),
            element("p", named(source), f" · {counted(source.passages, 'passage')}"),
            *lost,
            element("p", _AFTER),
            element("p", "", class_="progress", role="status"),
            element(
                "div",
                _button("Keep it", "keep", autofocus=True),
                _button("Remove it", "confirm", data_id=source.id),
                class_="choices",
            ),
        ]
    )


def removed(source: Source) -> Html:
    """What is said when a source has gone, with the way back."""
    return element(
        "p",
        f"Removed “{source.title}”. ",
        _button("Undo", "undo", data_id=source.id),
        " It is in the bin, too.",
    )


def bin(found: Sequence[tuple[Source, str]], wanted: int) -> Html:
    """What was removed and when, each with the way back; nothing where nothing was."""
    if not found:
        return element("p", f"Nothing was removed in the last {wanted} days.", class_="about")
    lines = [
        element(
            "li",
            element("strong", source.title),
            element("span", " · removed ", moment(when), " ", class_="about"),
            _button(
                "Put it back", "undo", data_id=source.id, aria_label=f"Put it back: {source.title}"
            ),
        )
        for source, when in found
    ]
    told = f"What was removed can be put back for {wanted} days, with its text as it was."
    return join([element("p", told, class_="about"), element("ul", *lines, class_="changes")])


def _button(text: str, class_: str, **more: str | int | bool | None) -> Html:
    return element("button", text, type="button", class_=class_, **more)
