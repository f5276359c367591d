"""A pack as Markdown: hand-out, facilitator's notes, sources."""

from collections.abc import Iterator
from enum import StrEnum

from assistant.keeping.places import Sources
from assistant.keeping.quotation import literal, quotation
from assistant.models import in_brackets
from assistant.packs.models import Pack, Prompt, Quoted, Timed
from vectorstore.wording import below, named


class Part(StrEnum):
    """What of a pack is wanted."""

    ALL = "all"
    HANDOUT = "handout"
    NOTES = "notes"
    RUN_SHEET = "run-sheet"


def to_markdown(pack: Pack, sources: Sources, part: Part = Part.ALL) -> str:
    """The pack, or one of its parts, as Markdown."""
    lines: list[str] = []
    if part in (Part.ALL, Part.HANDOUT):
        lines += _handout(pack, sources)
    if part is Part.ALL:
        lines += ["", "---", ""]
    if part in (Part.ALL, Part.NOTES):
        lines += _notes(pack, sources)
    if part is Part.RUN_SHEET:
        lines += [f"# {literal(pack.title)}: run sheet", "", *_run_sheet(pack)]
    return "\n".join(lines) + "\n"


def _handout(pack: Pack, sources: Sources) -> Iterator[str]:
    yield f"# {literal(pack.title)}: hand-out"
    yield ""
    for number, prompt in enumerate(pack.prompts, start=1):
        yield f"## {number}. {prompt.name}"
        yield ""
        yield from _block(prompt.stimulus, sources)
        yield f"**{literal(prompt.question)}**"
        yield from ("", "My notes:", "", *(["\\_" * 30, ""] * 3))
    yield "## What I take with me"
    yield ""
    yield literal(pack.closing.text)


def _notes(pack: Pack, sources: Sources) -> Iterator[str]:
    yield f"# {literal(pack.title)}: facilitator’s notes"
    yield ""
    yield literal(pack.purpose)
    if pack.note:
        yield from ("", f"*{literal(pack.note)}*")
    yield from ("", "## Run sheet", "", *_run_sheet(pack), "")
    yield from _timed("Warm-up", pack.warm_up)
    for number, prompt in enumerate(pack.prompts, start=1):
        yield from _prompt(number, prompt, sources)
    yield from _timed("Closing", pack.closing)
    yield from ("## Quotes and their places", "")
    for citation in pack.citations:
        place = where(citation.source, citation.heading, citation.page, sources)
        span = f"characters {citation.start} to {citation.end} of `{citation.source}`"
        yield f"{citation.marker}. {literal(place)}; {span}"
    yield from ("", "## Sources", "")
    for id in pack.sources:
        yield f"- {literal(named(sources[id]) if id in sources else id)}"
    yield from ("", "## Methods", "")
    for name, method in methods(pack):
        yield f"- {name}: {method}"


def _run_sheet(pack: Pack) -> Iterator[str]:
    """What the facilitator does from minute to minute, as a table."""
    yield from ("| From | Minutes | Part | What you do |", "| ---: | ---: | --- | --- |")
    for at, minutes, part, do in pack.run_sheet:
        yield f"| {clock(at)} | {minutes} | {part} | {literal(do)} |"
    yield f"| {clock(pack.request.minutes)} | **{pack.request.minutes}** | The end | |"


def _timed(name: str, timed: Timed) -> Iterator[str]:
    yield from (f"## {name} ({in_minutes(timed.minutes)})", "", literal(timed.text), "")


def _prompt(number: int, prompt: Prompt, sources: Sources) -> Iterator[str]:
    yield f"## {number}. {prompt.name} ({in_minutes(prompt.minutes)})"
    yield ""
    yield from _block(prompt.stimulus, sources, marked=True)
    yield f"**{literal(prompt.question)}**"
    yield from ("", f"*Why ask this:* {literal(prompt.why)}", "", f"*{prompt.way}:*", "")
    for number, step in enumerate(prompt.steps, start=1):
        yield f"{number}. {literal(step.text)} ({in_minutes(step.minutes)})"
    yield from ("", f"*When nobody speaks:* {prompt.quiet}")
    yield from ("", f"*When one person does:* {prompt.loud}", "", "To go further:", "")
    yield from (f"- {literal(probe)}" for probe in prompt.probes)
    if prompt.notes:
        yield from ("", "In short:", "")
    for note in prompt.notes:
        yield f"- {literal(note.text)} {in_brackets(note.citations)}"
    if prompt.points:
        yield from ("", f"Points to draw out ({literal(prompt.asked)}):", "")
    for point in prompt.points:
        yield f"- {_quote(point)} ({literal(who(point, sources))}) [{point.marker}]"
    yield ""


def _block(quoted: Quoted, sources: Sources, *, marked: bool = False) -> Iterator[str]:
    yield f"> {_quote(quoted)}" + (f" [{quoted.marker}]" if marked else "")
    yield ">"
    yield f"> — {literal(who(quoted, sources))}"
    yield ""


def _quote(quoted: Quoted) -> str:
    return literal(quotation(quoted.text))


def who(quoted: Quoted, sources: Sources) -> str:
    """Whose words a quote is, and where it stands: the person's who spoke them; else the source's,
    and whose view it reports there."""
    source = sources.get(quoted.citation.source)
    title = source.title if source else quoted.citation.title
    page = f", page {quoted.citation.page}" if quoted.citation.page else ""
    if quoted.said_by is not None:
        return f"{quoted.said_by}, in {title}{page}"
    if quoted.reports is not None:
        return f"{title}{page}, reporting {quoted.reports}"
    by = (source.author or source.publisher) if source is not None else None
    return f"{title}, {by}{page}" if by else title + page


def where(source_id: str, heading: str, page: int | None, sources: Sources) -> str:
    """A quote's place in words: title, heading, page."""
    source = sources.get(source_id)
    title = source.title if source else source_id
    under = below(title, heading)
    parts = [title, f"under “{under}”" if under else "", f"page {page}" if page else ""]
    return ", ".join(part for part in parts if part)


def methods(pack: Pack) -> list[tuple[str, str]]:
    """The ways in which the pack's prompts are run, each with where its method is from."""
    return list(dict.fromkeys((prompt.way, prompt.method) for prompt in pack.prompts))


def clock(minutes: int) -> str:
    """How long after the beginning: 0:05."""
    return f"{minutes // 60}:{minutes % 60:02}"


def in_minutes(minutes: int) -> str:
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
