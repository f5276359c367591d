"""What the Discuss tab shows where no pack is, as markup: those that are kept, themes, how far the
making of one has come, and what went wrong.

Pure functions of values. Whatever comes from documents, models or people passes through
`markup.element` as text.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from assistant.packs.desk import Listed
from assistant.packs.material.themes import Theme
from assistant.packs.models import Step
from vectorstore.wording import counted, in_words
from web.look.markup import Html, element

FEW = 5  # packs that are found without looking for them


def welcome() -> Html:
    """What stands there until it is known who is there."""
    return element(
        "div",
        element("h2", "Make a discussion pack", id="shelf-title", tabindex=-1),
        element(
            "p",
            "Name a topic, or choose one of the library's themes. You get a hand-out and "
            "facilitator's notes: a warm-up, questions to discuss, points to draw out, a closing, "
            "and a run sheet whose minutes add up.",
        ),
        element(
            "p",
            "Everything that is said about the library is quoted, and every quote opens in its "
            "source. Then keep, reword, exchange or drop each question, and save it for Word. "
            "What you make is kept for you here.",
        ),
        class_="start",
    )


def shelf(
    listed: Sequence[Listed],
    person: str,
    name_of: Callable[[str], str],
    last: Mapping[str, str],
    *,
    said: str,
    focus: bool,
) -> Html:
    """The packs of the person with this key, and those that others share with them, by day.
    `name_of` names people by their keys; `last` is what was last said of a session, by pack."""
    mine = [one for one in listed if one.owner == person]
    others = [one for one in listed if one.owner != person]
    return element(
        "div",
        element("p", said, class_="done"),
        welcome(),
        *_listed("Your packs", mine, "", name_of, last),
        *_listed("Shared with you", others, "shared-", name_of, last),
        class_="shelf",
        data_said=said,
        data_focus="shelf-title" if focus else None,
    )


def _listed(
    name: str,
    listed: Sequence[Listed],
    ids: str,
    name_of: Callable[[str], str],
    last: Mapping[str, str],
) -> list[Html]:
    if not listed:
        return []
    find = element(
        "label",
        "Find a pack ",
        element("input", type="search", id=f"{ids}packs-find", autocomplete="off"),
    )
    days = [
        element(
            "div",
            element("h4", in_words(day)),
            element("ul", *(_kept(one, not ids, name_of, last.get(one.id)) for one in of_day)),
            class_="day",
        )
        for day, of_day in groupby(listed, key=lambda one: one.changed[:10])
    ]
    return [
        element("h3", f"{name} ({len(listed)})"),
        element(
            "div", *([element("p", find)] if len(listed) > FEW else []), *days, class_="kept-packs"
        ),
    ]


def _kept(one: Listed, mine: bool, name_of: Callable[[str], str], last: str | None) -> Html:
    topic = one.request.topic
    facts = [
        *([] if mine else [f"by {name_of(one.owner)}"]),
        f"{one.request.minutes} minutes",
        f"for {one.request.audience}",
        *([f"shared with every {one.shared}"] if mine and one.shared else []),
    ]
    link = element(
        "a", topic, href=f"discuss/{one.id}", id=f"open-{one.id}", class_="kept", data_pack=one.id
    )
    acts = [_act("duplicate", "Duplicate", one)]
    if mine:
        gone = element("p", "It will be gone for good. ", _act("delete", "Delete it", one))
        acts.append(
            element("details", element("summary", "Delete", aria_label=f"Delete {topic}"), gone)
        )
    said = [element("p", f"In the room {last}", class_="facts")] if last else []
    told = element("span", " · ".join(facts), class_="facts")
    return element("li", element("p", link, " ", told), *said, element("div", *acts, class_="acts"))


def _act(do: str, text: str, one: Listed) -> Html:
    return element(
        "button",
        text,
        type="button",
        class_="plain",
        id=f"{do}-{one.id}",
        data_act=do,
        data_pack=one.id,
        aria_label=f"{text}: {one.request.topic}",
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


def failed(message: str, *, focus: bool = True) -> Html:
    """What went wrong, where a pack was to be. The keyboard goes on from there, since the button
    that it was at may be gone, unless the form is to be filled first."""
    line = element("p", element("strong", "This did not work. "), message, id="failed", tabindex=-1)
    said = "failed" if focus else None
    return element("div", line, class_="failure", data_said=message, data_focus=said)
