"""How a quote is set, on the page and in every export: in quotation marks, with what opens it."""

import re

from assistant.keeping.places import Sources, title_of
from assistant.models import Citation
from vectorstore.wording import spoken
from web.look.markup import Html, element
from web.look.source_view import address

_OPENING = frozenset('“"«„')
_CLOSING = frozenset('”"»')


def quotation(text: str) -> str:
    """A quote on one line in quotation marks, unless it brings its own."""
    line = " ".join(text.split())
    if line[:1] in '“"' and line[-1:] in '”"' and line.count('"') + line.count("“") <= 2:
        return line
    return f"“{line}”"


def literal(text: str) -> str:
    """Text that Markdown shows as it is: nothing in a source or a topic becomes markup."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))


def quoted(text: str) -> Html:
    """A quotation; the page puts quotation marks around it, unless the text brings its own."""
    own = ["opens"] if text[:1] in _OPENING else []
    own += ["closes"] if text[-1:] in _CLOSING else []
    return element("q", text, class_=" ".join(own) or None)


def marker(id: str, citation: Citation, sources: Sources) -> Html:
    """The button that opens a quote in its source."""
    return element(
        "button",
        str(citation.marker),
        type="button",
        class_="marker",
        id=id,
        aria_label=spoken(f"quote {citation.marker}", title_of(citation, sources), citation.page),
        data_number=citation.marker,
        **address(citation.source, citation.start, citation.end, citation.source_sha256),
    )
