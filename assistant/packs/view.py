"""What the Discuss tab shows of a pack, as markup: the pack as it will print.

Pure functions of values. Whatever comes from documents, models or people passes through
`markup.element` as text.
"""

import zlib
from collections.abc import Iterator, Sequence

from assistant.keeping.places import Sources
from assistant.keeping.quotation import marker
from assistant.keeping.quotation import quoted as q
from assistant.packs.around import Around, act, after_session, bar, coverage_shown, timings
from assistant.packs.coverage import Coverage
from assistant.packs.desk import Laid
from assistant.packs.files.markdown import in_minutes, methods, who
from assistant.packs.models import MODEL, PERSON, RULES, Pack, Prompt, Quoted, Timed
from assistant.packs.revise import part_of
from vectorstore.wording import named
from web.look.markup import Html, element

_WORDED = {MODEL: "Worded by the language model.", PERSON: "Worded by you."}


def pack_shown(
    around: Around, laid: Laid, sources: Sources, coverage: Coverage, *, said: str, focus: str
) -> Html:
    """A pack as it will print, with what can be done about it. `said` is told to screen readers
    and `focus` is the element that the keyboard is to go on from."""
    pack = laid.pack
    return element(
        "article",
        *bar(around, laid, said),
        element("h2", pack.title, id="pack-title", tabindex=-1),
        element("p", pack.purpose),
        *([element("p", pack.note, class_="note")] if pack.note else []),
        *(element("p", told, class_="note") for told in around.since),
        coverage_shown(coverage),
        *timings(pack, mine=around.mine),
        _timed("Warm-up", pack.warm_up),
        *(_prompt(n, p, laid, sources, around.mine) for n, p in enumerate(pack.prompts, start=1)),
        _timed("Closing", pack.closing),
        *_endnotes(pack, sources),
        after_session(around),
        class_="pack answer",
        aria_labelledby="pack-title",
        data_said=said,
        data_focus=focus,
        data_pack=around.id,
        data_title=pack.title,
    )


def _timed(name: str, timed: Timed) -> Html:
    heading = element("h3", f"{name} ({in_minutes(timed.minutes)})")
    return element("section", heading, element("p", timed.text))


def _prompt(number: int, prompt: Prompt, laid: Laid, sources: Sources, mine: bool) -> Html:
    heading = f"prompt-{number}"
    key = part_of(prompt)
    accepted = laid.is_accepted(number)
    why = [element("p", element("strong", "Why ask this: "), prompt.why)] if prompt.why else []
    state = [_WORDED[prompt.worded_by]] if prompt.worded_by in _WORDED else []
    state += ["The language model's wording did not hold; this is our own."] * bool(
        prompt.fallback and prompt.worded_by == RULES
    )
    state += ["✓ Accepted."] if accepted else []
    return element(
        "section",
        element(
            "h3",
            f"{number}. {prompt.name} ({in_minutes(prompt.minutes)})",
            id=heading,
            tabindex=-1,
        ),
        _block(prompt.stimulus, key, sources),
        element(
            "div",
            element("p", prompt.question, class_="asks"),
            *why,
            *_way(prompt),
            *_listed("To go further", [element("li", probe) for probe in prompt.probes]),
            class_="wording",
        ),
        _editor(number, prompt) if mine else "",
        *_listed("In short", [_note(note.text, note.citations) for note in prompt.notes]),
        *_listed(
            f"Points to draw out ({prompt.asked})", [_point(p, key, sources) for p in prompt.points]
        ),
        element("p", " ".join(state), class_="facts state") if state else Html(""),
        _acts(number, laid, accepted) if mine else "",
        # Two stand on a printed page, so that every other one begins one
        class_=" ".join(["prompt", *["accepted"] * accepted, *["first"] * (number % 2)]),
        aria_labelledby=heading,
        data_prompt=number,
        data_key=key,
    )


def _acts(number: int, laid: Laid, accepted: bool) -> Html:
    """What can be done with one prompt."""
    return element(
        "p",
        act("accept", number, "accept", aria_pressed="true" if accepted else "false"),
        act("edit", number, "edit", aria_expanded="false", aria_controls=f"editor-{number}"),
        act("another", number, "another", off=accepted),
        act("drop", number, "drop", off=accepted or len(laid.pack.prompts) == 1),
        class_="acts",
        role="group",
        aria_label=f"Prompt {number}",
    )


def _way(prompt: Prompt) -> Iterator[Html]:
    """How it is run, minute by minute, and what to do where the talk does not come about."""
    steps = [element("li", f"{step.text} ({in_minutes(step.minutes)})") for step in prompt.steps]
    yield element("h4", prompt.way)
    yield element("ol", *steps)
    yield element("p", element("strong", "When nobody speaks: "), prompt.quiet)
    yield element("p", element("strong", "When one person does: "), prompt.loud)


def _editor(number: int, prompt: Prompt) -> Html:
    """The wording in boxes; hidden until it is asked for."""

    def box(name: str, label: str, text: str, rows: int) -> Html:
        id = f"editor-{number}-{name}"
        typed = element("textarea", text, id=id, rows=rows, data_field=name, maxlength=4000)
        return element("p", element("label", label, for_=id), typed)

    return element(
        "div",
        box("question", "Question", prompt.question, 3),
        box("why", "Why ask this", prompt.why, 2),
        box("probes", "To go further, one a line", "\n".join(prompt.probes), 4),
        element(
            "p",
            act("save", number, "Save wording"),
            act("cancel", number, "Cancel"),
            class_="acts",
        ),
        class_="editor",
        id=f"editor-{number}",
        role="group",
        aria_label=f"Wording of prompt {number}",
        hidden=True,
    )


def _listed(heading: str, items: Sequence[Html]) -> list[Html]:
    return [element("h4", heading), element("ul", *items)] if items else []


def _block(quoted: Quoted, of: str, sources: Sources) -> Html:
    return element(
        "figure",
        element("blockquote", element("p", q(quoted.text), " ", _marker(quoted, of, sources))),
        element("figcaption", who(quoted, sources)),
        class_="quote",
    )


def _point(quoted: Quoted, of: str, sources: Sources) -> Html:
    said = element("span", who(quoted, sources), class_="facts")
    return element("li", q(quoted.text), " ", _marker(quoted, of, sources), " ", said)


def _note(text: str, citations: Sequence[int]) -> Html:
    markers = ", ".join(map(str, citations))
    which = "quote" if len(citations) == 1 else "quotes"
    return element("li", text, " ", element("span", f"(from {which} {markers})", class_="facts"))


def _marker(quoted: Quoted, of: str, sources: Sources) -> Html:
    """The button that opens a quote. Its id stays when markers are numbered anew; `of` tells the
    places apart where one quote stands at two prompts."""
    c = quoted.citation
    place = zlib.crc32(f"{of}|{c.source}|{c.start}".encode())
    return marker(f"pack-quote-{place:x}", c, sources)


def _endnotes(pack: Pack, sources: Sources) -> Iterator[Html]:
    titles = [named(sources[id]) if id in sources else id for id in pack.sources]
    yield element("h3", "Sources")
    yield element("ul", *(element("li", title) for title in titles))
    yield element("h3", "Methods")
    rows = [element("li", element("strong", f"{name}: "), method) for name, method in methods(pack)]
    yield element("ul", *rows)
