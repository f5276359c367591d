"""What the Ask tab shows before the first question, and the choice of sources, as markup."""

from collections.abc import Collection, Sequence
from itertools import groupby

from assistant.ask.glance import CARDS, NOTHING, Known, cards
from assistant.keeping.conversations import Listed
from vectorstore import Source
from vectorstore.wording import counted, in_words, named
from web.look.markup import Html, element, join, moment

SET_ONE = (
    "No language model is set: answers are quotes. Whoever looks after this page can set one: "
    "soundings models"
)
FEW = 12  # sources that are found without looking for them


def welcome(
    sources: Collection[Source],
    examples: Sequence[str],
    earlier: Sequence[Listed] = (),
    model: str | None = None,
    known: Known = NOTHING,
) -> Html:
    """The page before the first question: what this library is, what it can be asked, and the
    person's `earlier` conversations. `model` is the language model that answers, if one does;
    `known` what was found out of the library."""
    changed = max((s.added for s in sources), default="")
    facts = [
        counted(len(sources), "source"),
        counted(sum(s.passages for s in sources), "passage"),
    ]
    last = [" · last change ", moment(changed, day=True)] if changed else []
    parts: list[Html] = [
        element("h2", "Ask this library"),
        element(
            "p",
            "Every answer is made of quotes from the documents here, each with its place. "
            "Where they do not answer, you are told so."
            if model is None
            else f"{model} reads the documents here and answers; each sentence is checked against "
            "the quotes that it names, and says so where that did not confirm it.",
        ),
        element("p", " · ".join(facts), *last, class_="facts"),
        *([element("p", SET_ONE, class_="set-one")] if model is None else []),
    ]
    if examples:
        parts.append(element("h3", "For example", class_="examples-head"))
        parts.append(to_ask(examples, "example"))
    parts += _earlier(earlier)
    if sources:
        parts.append(element("h3", "In this library", class_="cards-head"))
        parts.append(cards(known, list(sources)))
        left = len(sources) - CARDS
        if left > 0:
            parts.append(element("p", f"{left:,} more are on the Library tab.", class_="told"))
    # A narrow window has no pane: there the script puts here what the pane shows at rest
    parts.append(element("div", id="glance-place"))
    return element("div", *parts, class_="welcome")


def to_ask(questions: Sequence[str], ids: str) -> Html:
    """Questions as buttons that ask them; `ids` is what their ids begin with."""
    items = [
        element("li", element("button", q, type="button", class_="example", id=f"{ids}-{i}"))
        for i, q in enumerate(questions, start=1)
    ]
    return element("ul", *items, class_="examples")


def _earlier(listed: Sequence[Listed]) -> list[Html]:
    """The person's conversations by day, each a link that can be kept, with a way to delete it;
    folded away, so that the keyboard passes them by."""
    if not listed:
        return []
    days = [
        join(
            [
                element("h4", in_words(day)),
                element("ul", *map(_listed, of_day), class_="earlier"),
            ]
        )
        for day, of_day in groupby(listed, key=lambda each: each.changed[:10])
    ]
    label = element("label", "Find a conversation ", _search("earlier-find"))
    find = [element("p", label)] if len(listed) > 5 else []
    return [
        element(
            "details",
            element("summary", f"Your earlier conversations ({len(listed)})"),
            *find,
            *(element("div", day, class_="day") for day in days),
            element("p", _delete("Delete all of them", "all", None)),
            class_="history",
        )
    ]


def _listed(each: Listed) -> Html:
    return element(
        "li",
        element("a", each.title, href=f"ask/{each.id}", id=f"open-{each.id}"),
        element("span", f" {counted(each.questions, 'question')} ", class_="told"),
        _delete("Delete", each.id, f"Delete the conversation: {each.title}"),
    )


def _search(id: str) -> Html:
    return element("input", type="search", id=id, class_="line", autocomplete="off")


def _delete(text: str, id: str, label: str | None) -> Html:
    """A button that asks once more before it deletes; the script does that."""
    return element(
        "button",
        text,
        type="button",
        class_="delete plain",
        id=f"delete-{id}",
        data_conversation=id,
        aria_label=label,
    )


def choice(sources: Collection[Source], chosen: Collection[str] | None) -> Html:
    """The sources that are asked, to choose among; `chosen` are ids, None stands for all."""
    if len(sources) < 2:
        return Html("")
    items = [
        element(
            "li",
            element(
                "label",
                element(
                    "input",
                    type="checkbox",
                    value=source.id,
                    id=f"choose-{i}",
                    checked=chosen is None or source.id in chosen,
                ),
                " ",
                named(source),
            ),
        )
        for i, source in enumerate(sources, start=1)
    ]
    find = element(
        "label",
        "Find a source ",
        _search("choose-find"),
    )
    every = element("button", "All", type="button", class_="plain", id="choose-all")
    none = element("button", "None", type="button", class_="plain", id="choose-none")
    part = chosen is not None and sum(s.id in chosen for s in sources)
    told = f"{part} of {len(sources)}" if part else f"all {len(sources)}"
    return element(
        "details",
        element("summary", "Sources to ask: ", element("span", told, id="choose-told")),
        element(
            "fieldset",
            element("legend", "Sources to ask", class_="unseen"),
            element("p", *([find] if len(sources) > FEW else []), every, none),
            element("ul", *items),
        ),
        class_="choice",
    )
