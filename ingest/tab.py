"""The Library tab: what there is, adding files to it, searching in it, taking from it.

It is one piece of markup; its script reads the rest from addresses of the tab's own (`serving`),
which ask who it is each time.
"""

from collections.abc import Callable, Sequence

import gradio as gr
from fastapi import APIRouter

from ingest.page.serving import PREFIX, Desk, HasStore, library_routes
from ingest.readers import KINDS
from ingest.settings import IngestSettings
from vectorstore import Settings
from vectorstore.dependants import Dependants
from web.look import theme as look
from web.look.markup import Html, element
from web.tab import panel


class LibraryTab:
    """The tab over one home. `POSTS` are its addresses that take more than a question, each with
    the most bytes of a body."""

    def __init__(
        self,
        settings: Settings,
        *,
        dependants: Sequence[Dependants] = (),
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`dependants` tell what rests on a source, for the one who is about to remove it."""
        self._settings = settings
        self._dependants = dependants
        self._announce = announce
        self._limits = settings.table(IngestSettings)
        self.POSTS = {f"{PREFIX}/file": self._limits.upload_file_bytes}

    def head(self) -> str:
        """The styles and the script that the tab needs, for the page's head."""
        return look.dressed("ingest", "library") + look.dressed("ingest", "editing")

    def add_tab(self, engine: HasStore) -> None:
        """Build the tab inside the current `gr.Tabs`."""
        with gr.Tab("Library", id="library", elem_id="tab-library"):
            panel(_shell(self._limits), "library-place")

    def routes(self, engine: HasStore) -> APIRouter:
        """What the tab's script reads and posts."""
        return library_routes(Desk(self._settings, engine.store, self._dependants, self._announce))


def _shell(limits: IngestSettings) -> Html:
    """The tab before anything is in it; the script fills its parts when it is first seen."""
    waiting = element("p", "Looking at the library …", class_="about")
    return element(
        "div",
        element("h2", "Library"),
        element("p", "", role="status", id="library-status", class_="unseen"),
        element("div", id="library-notice", class_="notice"),
        _adding(limits),
        _section("library-find", "Find in the library", _search(), _place("library-hits")),
        _section(
            "library-held",
            "Sources",
            _filter(),
            _place("library-sources", waiting),
            _place("library-pages"),
        ),
        _section("library-removed", "Bin", _place("library-bin", waiting)),
        _section("library-lately", "Since last week", _place("library-changes", waiting)),
        element("dialog", id="library-dialog", aria_labelledby="library-dialog-title"),
        id="library",
    )


def _section(id: str, title: str, *parts: Html) -> Html:
    heading = element("h3", title, id=f"{id}-title")
    return element("section", heading, *parts, id=id, aria_labelledby=f"{id}-title")


def _place(id: str, *waiting: Html) -> Html:
    return element("div", *waiting, id=id)


def _adding(limits: IngestSettings) -> Html:
    """The drop area, which is a label: its file input can be reached and named like any other."""
    most = (
        f"{', '.join(KINDS)}; up to {limits.upload_file_megabytes:,} MB a file and "
        f"{limits.upload_megabytes:,} MB at once. A file with the name of a source that is here "
        "becomes its next version."
    )
    files = element(
        "input",
        type="file",
        id="library-files",
        multiple=True,
        accept=",".join(KINDS),
        aria_describedby="library-most",
        data_most=limits.upload_file_bytes,
    )
    label = element(
        "label",
        "Choose files to add",
        " ",
        element("span", "or drop them here"),
        for_="library-files",
    )
    return _section(
        "library-add",
        "Add documents",
        element("div", files, label, id="library-drop"),
        element("p", most, class_="about", id="library-most"),
        element("div", _place("library-sent"), _place("library-reading"), id="library-adding"),
        # Beside what is written anew twice a second, so that it can be hit
        element(
            "button", "Cancel", type="button", class_="plain", id="library-cancel", hidden=True
        ),
    )


def _search() -> Html:
    """A form without a button of gradio's, so that Enter and the button do the same."""
    field = element(
        "input",
        type="search",
        id="library-query",
        class_="line",
        name="q",
        maxlength=500,
        autocomplete="off",
    )
    label = element("label", "Words or a question", for_="library-query")
    button = element("button", "Find", type="submit", class_="act")
    row = element("div", field, button, class_="row")
    return element("form", label, row, role="search", id="library-search")


def _filter() -> Html:
    label = element("label", "Show only sources with", for_="library-filter")
    field = element("input", type="search", id="library-filter", class_="line", autocomplete="off")
    count = element("span", "", id="library-count", role="status")
    row = element("div", field, count, class_="row")
    return element("div", label, row, class_="filter")
