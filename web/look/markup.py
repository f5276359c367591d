"""HTML that is safe by construction: the only way to make it escapes every text on the way in."""

from collections.abc import Iterable
from html import escape

from vectorstore.library.invisible import visible
from vectorstore.wording import in_words, moment_in_words

Attributes = dict[str, str | int | bool | None]

_VOID = frozenset({"br", "hr", "img", "input", "meta"})


class Html(str):
    """Finished markup, on one line. Made by `element` and `join` alone; a plain `str` is text."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | int | bool | None) -> Html:
    """`<tag attributes>children</tag>`; a child that is not `Html` is text and is escaped.

    An attribute's name ends in `_` where it would be a Python keyword, other underscores stand
    for hyphens (`aria_label`); False and None leave the attribute out.
    """
    opening = tag + "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Html(f"<{opening}>")
    return Html(f"<{opening}>{join(children)}</{tag}>")


def moment(when: str, *, day: bool = False) -> Html:
    """An ISO date and time in UTC; the page's script puts it on the reader's own clock, to the
    minute, or to the `day` alone."""
    words = in_words(when) if day else moment_in_words(when)
    return (
        element("time", words, datetime=when, data_day=day)
        if "T" in when
        else element("time", words)
    )


def join(parts: Iterable[str]) -> Html:
    """The parts one after the other; what is not `Html` is text and is escaped."""
    return Html("".join(part if isinstance(part, Html) else _text(part) for part in parts))


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    shown = name.rstrip("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{_text(str(value))}"'


def _text(text: str) -> str:
    """What can be seen of it, escaped, with line ends as character references.

    The page shows markup through a component that reads Markdown: one line that begins with a
    block element is passed through as it is, while a blank line would end that and let what
    follows be read as Markdown.
    """
    safe = escape(visible(text)).replace("\r", "&#13;").replace("\n", "&#10;")
    return safe.replace("\0", "\N{REPLACEMENT CHARACTER}")
