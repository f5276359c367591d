"""Pages of our own without any of gradio's: the login, sessions, logs, the page for programs."""

from collections.abc import Iterable, Sequence

from web.look import theme as look
from web.look.markup import Html, element, join

# With no-referrer, as on all other pages, a form's Origin would be "null" and it be refused.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


def plain_page(title: str, *parts: str, wide: bool = False) -> Html:
    """A whole page."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        Html(look.ICON),
        element("style", Html(look.plain())),
    )
    body = element("body", element("main", *parts, class_="wide" if wide else None))
    return Html("<!doctype html>" + element("html", head, body, lang="en"))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> Html:
    """A table; the first of each row is what the row is about."""
    body = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", c, data_head=h) for h, c in zip(heads[1:], row[1:], strict=True)),
        )
        for row in rows
    ]
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    told = [element("caption", caption)] if caption else []
    parts = [*told, element("thead", head), element("tbody", *body)]
    return element("table", *parts)


def field(
    label: str, name: str, value: str = "", *, kind: str = "text", **more: str | bool | None
) -> Html:
    """A field of a form, with its label."""
    entered = element("input", id=name, name=name, type=kind, value=value, **more)
    return join([element("label", label, for_=name), entered])
