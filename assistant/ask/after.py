"""What can be done with an answer once it stands, as markup: copy it, say whether it helped, take
the conversation along."""

from assistant.keeping.conversations import Exchange
from assistant.keeping.export import markdown, plain
from assistant.keeping.feedback import REASON_CHARACTERS, Verdict
from assistant.keeping.places import Sources
from web.look.markup import Html, element

EXPORT_ADDRESS = "/conversation/export"
FORMS = {"docx": "Word", "md": "Markdown", "jsonl": "Evidence"}


def actions(
    place: int, exchange: Exchange, sources: Sources, said: tuple[Verdict, str] | None
) -> Html:
    """Copy, and whether it helped: the `place` is the answer's among those that are shown."""

    def copy(text: str, kind: str, content: str) -> Html:
        return element(
            "button",
            text,
            type="button",
            class_="copy plain",
            id=f"copy-{kind}-{place}",
            data_text=content,
        )

    return element(
        "div",
        element(
            "p",
            copy("Copy with sources", "plain", plain(exchange, sources)),
            copy("Copy as Markdown", "markdown", markdown(exchange, sources)),
        ),
        _helped(place, exchange.number, said),
        class_="actions",
    )


def _helped(place: int, number: int, said: tuple[Verdict, str] | None) -> Html:
    verdict, reason = said or (None, "")

    def button(text: str, of: Verdict) -> Html:
        return element(
            "button",
            text,
            type="button",
            class_="verdict plain",
            id=f"verdict-{of.name.lower()}-{place}",
            data_verdict=str(of),
            aria_pressed="true" if of is verdict else "false",
        )

    return element(
        "div",
        element(
            "p",
            element("span", "Was this helpful?", id=f"helped-{place}"),
            " ",
            button("Yes", Verdict.HELPFUL),
            button("No", Verdict.NOT_HELPFUL),
            role="group",
            aria_labelledby=f"helped-{place}",
        ),
        element(
            "div",
            element("label", "Why? (if you like)", for_=f"why-{place}"),
            element(
                "textarea", reason, id=f"why-{place}", rows=2, maxlength=str(REASON_CHARACTERS)
            ),
            element("button", "Send", type="button", class_="why-send plain", id=f"send-{place}"),
            class_="why",
            hidden=verdict is None,
        ),
        class_="helped",
        data_number=number,
    )


def exports(id: str) -> Html:
    """Links to the conversation as files."""
    links = [
        element("a", text, href=f"{EXPORT_ADDRESS[1:]}?id={id}&form={form}", download=True)
        for form, text in FORMS.items()
    ]
    parts = [part for link in links for part in (" · ", link)][1:]
    return element("p", "Take this conversation along: ", *parts, class_="actions exports")
