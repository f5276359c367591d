"""What the Discuss tab shows, as markup: the welcome, themes, a pack as it will print.

Pure functions of values. Whatever comes from documents, models or people passes through
`markup.element` as text.
"""

import zlib
from collections.abc import Iterator, Sequence

from assistant.keeping.places import Sources
from assistant.keeping.quotation import marker
from assistant.keeping.quotation import quoted as q
from assistant.packs.coverage import Coverage
from assistant.packs.desk import Laid
from assistant.packs.files.markdown import in_minutes, methods, who
from assistant.packs.material.themes import Theme
from assistant.packs.models import MODEL, PERSON, RULES, Pack, Prompt, Quoted, Step, Timed
from vectorstore.wording import counted, named
from web.look.markup import Html, element

FILES = (
    ("Word", "docx", "all"),
    ("Hand-out, Word", "docx", "handout"),
    ("Run sheet, Word", "docx", "run-sheet"),
    ("PowerPoint", "pptx", "all"),
    ("Markdown", "md", "all"),
    ("JSON", "json", "all"),
)
_WORDED = {MODEL: "Worded by the language model.", PERSON: "Worded by you."}


def welcome() -> Html:
    """What is at the right before the first pack."""
    return element(
        "div",
        element("h2", "Make a discussion pack"),
        element(
            "p",
            "Name a topic, or choose one of the library's themes. You get a hand-out and "
            "facilitator's notes: a warm-up, questions to discuss, points to draw out, a closing, "
            "and timings that add up.",
        ),
        element(
            "p",
            "Everything that is said about the library is quoted, and every quote opens in its "
            "source. Then keep, reword, exchange or drop each question, and save it for Word.",
        ),
        class_="start",
    )


def themes(found: Sequence[Theme]) -> Html:
    """The library's themes as buttons that put them into the topic's box."""
    if not found:
        return Html("")
    items = [
        element(
            "li",
            element("button", theme.name, type="button", class_="theme", data_topic=theme.name),
            " ",
            element("span", counted(len(theme.sources), "source"), class_="facts"),
        )
        for theme in found
    ]
    return element(
        "div",
        element("h3", "Themes of this library", id="discuss-themes-head"),
        element("ul", *items, class_="themes", aria_labelledby="discuss-themes-head"),
    )


def under_way(step: Step) -> Html:
    """How far the making has come, in words and as a bar."""
    told = f"{step.doing}: prompt {step.number} of {step.of}" if step.number else step.doing
    return element(
        "div",
        element("p", f"{told} …", id="pack-step"),
        element("progress", max=step.of, value=step.number, aria_labelledby="pack-step"),
        class_="under-way",
        data_said="Making the pack." if not step.number else None,
    )


def not_held(message: str, nearest: Sequence[str]) -> Html:
    """A topic on which there is too little, with themes that can be had instead."""
    parts = [element("h2", "Not in this library", tabindex=-1, id="pack-title")]
    parts.append(element("p", message))
    if nearest:
        items = [
            element(
                "li",
                element("button", name, type="button", class_="theme", data_topic=name, data_go=1),
            )
            for name in nearest
        ]
        parts.append(element("h3", "Make a pack on one of these instead", id="pack-near-head"))
        parts.append(element("ul", *items, class_="themes", aria_labelledby="pack-near-head"))
    return element("div", *parts, class_="declined", data_said=message, data_focus="pack-title")


def failed(message: str) -> Html:
    """What went wrong, where a pack was to be."""
    line = element("p", element("strong", "This did not work. "), message)
    return element("div", line, class_="failure", data_said=message)


def pack_shown(
    id: str, laid: Laid, sources: Sources, coverage: Coverage, *, said: str, focus: str, undo: bool
) -> Html:
    """A pack as it will print, with what can be done about it. `said` is told to screen readers
    and `focus` is the element that the keyboard is to go on from."""
    pack = laid.pack
    return element(
        "article",
        _bar(id, laid, said, undo),
        element("h2", pack.title, id="pack-title", tabindex=-1),
        element("p", pack.purpose),
        *([element("p", pack.note, class_="note")] if pack.note else []),
        _coverage(coverage),
        _timings(pack),
        _timed("Warm-up", pack.warm_up),
        *(_prompt(n, p, laid, sources) for n, p in enumerate(pack.prompts, start=1)),
        _timed("Closing", pack.closing),
        *_endnotes(pack, sources),
        class_="pack answer",
        aria_labelledby="pack-title",
        data_said=said,
        data_focus=focus,
    )


def _bar(id: str, laid: Laid, said: str, undo: bool) -> Html:
    """What was done last, and what can be done with the pack as a whole."""
    accepted = len(laid.pack.prompts) - len(laid.open_)
    facts = [
        counted(len(laid.pack.prompts), "prompt"),
        in_minutes(laid.pack.request.minutes),
        f"{accepted} accepted",
    ]
    files = [
        element(
            "li",
            element(
                "a", name, href=f"pack-file?id={id}&format={format}&part={part}", download=True
            ),
        )
        for name, format, part in FILES
    ]
    return element(
        "div",
        element("p", said, class_="done"),
        element("p", " · ".join(facts), class_="facts"),
        element("p", "Save as", id="pack-files-head"),
        element("ul", *files, class_="files", aria_labelledby="pack-files-head"),
        element(
            "p",
            _act("others", 0, "Others for all not accepted", off=not laid.open_),
            _act("undo", 0, "Undo", off=not undo),
            class_="acts",
        ),
        class_="pack-bar",
    )


def _act(do: str, number: int, text: str, *, off: bool = False, **more: str | int | None) -> Html:
    """A button that does something to the pack; the script sends it."""
    return element(
        "button",
        text,
        type="button",
        class_="plain",
        id=f"act-{do}-{number}",
        data_act=do,
        data_prompt=number,
        aria_disabled="true" if off else None,
        aria_label=f"{text} prompt {number}" if number else None,
        **more,
    )


def _coverage(coverage: Coverage) -> Html:
    """Which sources and sections the pack draws on: a bar for the eye, and words that say more."""
    parts = [element("span", style=f"flex-grow:{drawn.quotes}") for drawn in coverage.drawn]
    rows = [
        element(
            "li",
            element("strong", drawn.title),
            element("span", drawn.in_words, class_="facts"),
        )
        for drawn in coverage.drawn
    ]
    if coverage.left:
        rows.append(element("li", element("span", coverage.left_in_words, class_="facts")))
    return element(
        "section",
        element("h3", "What it draws on", id="pack-draws-head"),
        element("p", *parts, class_="drawn-bar", aria_hidden="true"),
        element(
            "details",
            element("summary", coverage.in_words),
            element("ul", *rows, class_="draws"),
        ),
        class_="coverage",
        aria_labelledby="pack-draws-head",
    )


def _timings(pack: Pack) -> Html:
    rows = [
        element("tr", element("th", name, scope="row"), element("td", str(minutes)))
        for name, minutes in (*pack.timings, ("Together", pack.request.minutes))
    ]
    head = element("tr", element("th", "Part", scope="col"), element("th", "Minutes", scope="col"))
    return element(
        "table",
        element("caption", "Timings"),
        element("thead", head),
        element("tbody", *rows),
        class_="timings",
    )


def _timed(name: str, timed: Timed) -> Html:
    heading = element("h3", f"{name} ({in_minutes(timed.minutes)})")
    return element("section", heading, element("p", timed.text))


def _prompt(number: int, prompt: Prompt, laid: Laid, sources: Sources) -> Html:
    heading = f"prompt-{number}"
    key = f"{prompt.stimulus.citation.source}-{prompt.stimulus.citation.start}"
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
        _editor(number, prompt),
        *_listed("In short", [_note(note.text, note.citations) for note in prompt.notes]),
        *_listed(
            f"Points to draw out ({prompt.asked})", [_point(p, key, sources) for p in prompt.points]
        ),
        *_listed(
            "Seen another way", [_point(prompt.tension, key, sources)] if prompt.tension else []
        ),
        element("p", " ".join(state), class_="facts state") if state else Html(""),
        element(
            "p",
            _act("accept", number, "accept", aria_pressed="true" if accepted else "false"),
            _act("edit", number, "edit", aria_expanded="false", aria_controls=f"editor-{number}"),
            _act("another", number, "another", off=accepted),
            _act("drop", number, "drop", off=accepted or len(laid.pack.prompts) == 1),
            class_="acts",
            role="group",
            aria_label=f"Prompt {number}",
        ),
        class_="prompt accepted" if accepted else "prompt",
        aria_labelledby=heading,
        data_prompt=number,
        data_key=key,
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
            _act("save", number, "Save wording"),
            _act("cancel", number, "Cancel"),
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
