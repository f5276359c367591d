"""What a source is called and what it is, as a form: `soundings sources edit` for the page.

The script of the tab (`static/editing.js`) asks for the form and sends what was filled in.
"""

from collections.abc import Callable, Mapping

from pydantic import BaseModel, ConfigDict, Field

from ingest.restore import EDITABLE, edit
from vectorstore import Settings, Source, Store
from vectorstore.wording import named
from web.look.markup import Html, element, join

CHARACTERS = 400  # of a field; what is longer is cut, as everywhere
_ASKED = {
    "title": "Title",
    "author": "Author",
    "date": "Date, best as 2016-06-13",
    "publisher": "Publisher",
    "url": "Address",
    "description": "What it is, in a line or two",
}
assert tuple(sorted(_ASKED)) == tuple(sorted(EDITABLE))


class Filled(BaseModel):
    """What a keeper filled in, whole: an empty field takes back what was said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(max_length=CHARACTERS)
    author: str = Field(max_length=CHARACTERS)
    date: str = Field(max_length=CHARACTERS)
    publisher: str = Field(max_length=CHARACTERS)
    url: str = Field(max_length=CHARACTERS)
    description: str = Field(max_length=CHARACTERS)


def form(source: Source) -> Html:
    """The form of a source, filled with what is known of it."""
    fields = [_field(name, label, getattr(source, name) or "") for name, label in _ASKED.items()]
    cancel = element("button", "Cancel", type="button", class_="keep")
    save = element("button", "Save", type="submit", class_="act")
    return element(
        "form",
        element("h2", f"Details of “{source.title}”", id="library-dialog-title"),
        element("p", f"{named(source)}. What is said here counts, whatever the file says."),
        *fields,
        element("p", "", class_="progress", role="status"),
        element("div", cancel, save, class_="choices"),
        id="library-edit",
        data_id=source.id,
    )


def _field(name: str, label: str, value: str) -> Html:
    id = f"library-edit-{name}"
    said = element("label", label, for_=id)
    if name == "description":
        box = element("textarea", value, id=id, name=name, maxlength=CHARACTERS, rows=3)
    else:
        box = element(
            "input", type="text", id=id, name=name, value=value, maxlength=CHARACTERS,
            autocomplete="off", autofocus=name == "title",
        )  # fmt: skip
    return element("div", said, box, class_="field")


def opener(source: Source) -> Html:
    """The button that opens the form, for the source's row."""
    unseen = element("span", f" the details of {source.title}", class_="unseen")
    return element(
        "button", "Edit", unseen, type="button", class_="plain source-details", data_id=source.id
    )


def saved(
    settings: Settings, store: Store, id: str, filled: Filled, announce: Callable[[str], None]
) -> str:
    """Save what differs from what is known, and say so. Raises UnknownSource, LibraryBusy."""
    source = store.library.source(id)
    fields = _changed(source, filled)
    if not fields:
        return f"Nothing of “{source.title}” was changed."
    source = edit(settings, id, fields, announce=announce)
    return f"“{source.title}”: its details are saved."


def _changed(source: Source, filled: Filled) -> Mapping[str, str]:
    said = {name: " ".join(text.split()) for name, text in filled.model_dump().items()}
    return {name: text for name, text in said.items() if text != (getattr(source, name) or "")}


def actions(*buttons: Html) -> Html:
    """The buttons of a row, beside one another."""
    return element("div", join(buttons), class_="source-actions")
