"""What stands around a pack's prompts, as markup: what can be done with it, what it draws on, its
run sheet, and what became of it in the room."""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.keeping.feedback import REASON_CHARACTERS
from assistant.packs.coverage import Coverage
from assistant.packs.desk import Laid
from assistant.packs.files.markdown import in_minutes
from assistant.packs.models import Pack, Timed
from assistant.packs.revise import CLOSING, MOST_CHARACTERS, MOST_MINUTES, WARM_UP, sheet_of
from assistant.packs.sessions import Session
from vectorstore.wording import counted, in_words
from web.look.markup import Html, element

FILES = (
    ("Word", "docx", "all"),
    ("Hand-out, Word", "docx", "handout"),
    ("Run sheet, Word", "docx", "run-sheet"),
    ("PowerPoint", "pptx", "all"),
    ("Markdown", "md", "all"),
    ("JSON", "json", "all"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known of a pack beside itself. `mine`: it may be changed; `owner` names whose it is
    else. `shared` is the role that it is shared with; `role` the one that it can be shared with,
    None where there is nobody else. `undo`: there is a step back. `since` says what has become of
    its sources; `session` is what this person said of it."""

    id: str
    mine: bool
    owner: str
    shared: str | None
    role: str | None
    undo: bool
    since: tuple[str, ...]
    session: Session | None


def bar(around: Around, laid: Laid, said: str) -> Iterator[Html]:
    """What was done last, and what can be done with the pack as a whole."""
    accepted = len(laid.pack.prompts) - len(laid.open_)
    facts = [
        counted(len(laid.pack.prompts), "prompt"),
        in_minutes(laid.pack.request.minutes),
        f"{accepted} accepted" if around.mine else f"by {around.owner}",
    ]
    files = [
        element(
            "li",
            element(
                "a",
                name,
                href=f"pack-file?id={around.id}&format={format}&part={part}",
                download=True,
            ),
        )
        for name, format, part in FILES
    ]
    acts = [act("shelf", 0, "‹ All packs"), act("duplicate", 0, "Duplicate")]
    if around.mine:
        acts += [
            act("others", 0, "Others for all not accepted", off=not laid.open_),
            act("undo", 0, "Undo", off=not around.undo),
        ]
    if around.mine and around.role is not None:
        pressed = "true" if around.shared else "false"
        acts.append(act("share", 0, f"Share with every {around.role}", aria_pressed=pressed))
    yield element(
        "div",
        element("p", said, class_="done"),
        element("p", " · ".join(facts), class_="facts"),
        element("p", *acts, class_="acts", role="group", aria_label="The whole pack"),
        element(
            "div",
            element("p", "Save as", id="pack-files-head"),
            element("ul", *files, class_="files", aria_labelledby="pack-files-head"),
            class_="saves",
        ),
        class_="pack-bar",
    )


def act(do: str, number: int, text: str, *, off: bool = False, **more: str | int | None) -> Html:
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
        **{"aria_label": f"{text} prompt {number}" if number else None, **more},
    )


def coverage_shown(coverage: Coverage) -> Html:
    """Which sources and sections the pack draws on: a bar for the eye, whose parts have the numbers
    of its legend, and words that say more."""
    parts = [
        element("span", str(number), style=f"flex-grow:{drawn.quotes}")
        for number, drawn in enumerate(coverage.drawn, start=1)
    ]
    legend = [
        element(
            "li",
            element("strong", drawn.title),
            " ",
            element("span", counted(drawn.quotes, "quote"), class_="facts"),
        )
        for drawn in coverage.drawn
    ]
    rows = [
        element(
            "li", element("strong", drawn.title), element("span", drawn.in_words, class_="facts")
        )
        for drawn in coverage.drawn
    ]
    if coverage.left:
        rows.append(element("li", element("span", coverage.left_in_words, class_="facts")))
    return element(
        "section",
        element("h3", "What it draws on", id="pack-draws-head"),
        element("p", *parts, class_="drawn-bar", aria_hidden="true"),
        element("ol", *legend, class_="legend"),
        element(
            "details",
            element("summary", coverage.in_words),
            element("ul", *rows, class_="draws"),
        ),
        class_="coverage",
        aria_labelledby="pack-draws-head",
    )


def timings(pack: Pack, *, mine: bool) -> Iterator[Html]:
    """How the minutes go, and the run sheet to be changed."""
    rows = [
        element("tr", element("th", name, scope="row"), element("td", str(minutes)))
        for name, minutes in (*pack.timings, ("Together", pack.request.minutes))
    ]
    head = element("tr", element("th", "Part", scope="col"), element("th", "Minutes", scope="col"))
    yield element(
        "table",
        element("caption", "Timings"),
        element("thead", head),
        element("tbody", *rows),
        class_="timings",
    )
    if mine:
        edit = act("times", 0, "Edit the run sheet", aria_expanded="false", aria_controls="sheet")
        yield element("p", edit, class_="acts")
        yield _sheet(pack)


def _sheet(pack: Pack) -> Html:
    """The run sheet in boxes; hidden until it is asked for."""
    names = dict(zip(sheet_of(pack), (name for name, _ in pack.timings), strict=True))
    parts = []
    for number, (part, steps) in enumerate(sheet_of(pack).items()):
        more = () if part in (WARM_UP, CLOSING) else (Timed(text="", minutes=0),)
        rows = [_step(f"{number}-{i}", part, one) for i, one in enumerate((*steps, *more))]
        parts.append(element("fieldset", element("legend", names[part]), *rows))
    return element(
        "div",
        element(
            "p",
            "Change what you do and for how long. A step without words is left out; the last one "
            "of each prompt is there for one of your own.",
        ),
        *parts,
        element("p", "Together: ", element("output", in_minutes(pack.request.minutes))),
        element(
            "p",
            act("sheet", 0, "Save the run sheet"),
            act("leave", 0, "Cancel"),
            class_="acts",
        ),
        class_="editor sheet",
        id="sheet",
        role="group",
        aria_label="Run sheet",
        hidden=True,
    )


def _step(id: str, part: str, step: Timed) -> Html:
    name = f"step-{id}"
    minutes = element(
        "input",
        type="number",
        id=f"{name}-minutes",
        value=str(step.minutes),
        min="0",
        max=str(MOST_MINUTES),
    )
    text = element("textarea", step.text, id=f"{name}-text", rows=2, maxlength=str(MOST_CHARACTERS))
    return element(
        "div",
        element("p", element("label", "Minutes", for_=f"{name}-minutes"), minutes),
        element("p", element("label", "What you do", for_=f"{name}-text"), text),
        class_="step",
        data_part=part,
    )


def after_session(around: Around) -> Html:
    """Whether it worked in the room, and why; kept for evaluators."""
    session = around.session

    def button(text: str, worked: bool) -> Html:
        said = session is not None and session.worked is worked
        pressed = "true" if said else "false"
        return act("ran", int(worked), text, aria_pressed=pressed, aria_label=text)

    told = f"You said on {in_words(session.when[:10])}: {session.in_words}" if session else ""
    return element(
        "section",
        element("h3", "After the session", id="ran-head"),
        element(
            "p",
            "Did it work in the room? What you say is kept with the pack as it was, for those who "
            "look after the answers.",
        ),
        element(
            "p",
            element("label", "A word why (if you like)", for_="ran-why"),
            element(
                "textarea",
                session.reason if session else "",
                id="ran-why",
                rows=2,
                maxlength=str(REASON_CHARACTERS),
            ),
        ),
        element("p", button("It worked", True), button("It did not work", False), class_="acts"),
        *([element("p", told, class_="facts")] if told else []),
        class_="ran",
        aria_labelledby="ran-head",
    )
