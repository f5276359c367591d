"""The library at a glance: what each document is in a quote or two, and how much each says on each
of the library's themes."""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.engine import Engine
from assistant.answering.overview import Scope, overview
from assistant.finding.examples import tells
from assistant.finding.shown import shown
from assistant.packs.material.themes import Theme, find_themes
from assistant.turn.speakers import people_of
from vectorstore import Found, Source, Store
from vectorstore.wording import counted, made_by
from web.look.markup import Html, element
from web.look.source_view import address

ADDRESS = "/glance"
CARDS = 12  # documents that have a card
COLUMNS = 8  # documents that have a column in the picture
FEW = 5  # columns beside which a theme's name has room
WORDS = 50  # of the quotes on a card
SHADES = 4
NAMED = 6  # sections, and people, on a card
READ = 100_000  # characters that are read for people
GIST = "Sum this up in two sentences"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What is known of a library in one state: by source the quotes that say what it is, as they
    are shown with their start and end, its sections, and the people whom it names; the themes."""

    quotes: Mapping[str, Sequence[tuple[str, int, int]]]
    sections: Mapping[str, Sequence[str]]
    people: Mapping[str, Sequence[str]]
    themes: Sequence[Theme]


NOTHING = Known(quotes={}, sections={}, people={}, themes=())


class Glance:
    """Found out once for each state of the library, in the background, since the page need not
    wait for it. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._finding: tuple[str, threading.Thread] | None = None
        self._known: tuple[str, Known] = ("", NOTHING)

    def now(self, *, wait: bool = False) -> Known:
        """What is known; nothing until it is, unless it is to be waited for."""
        fingerprint = self._engine.store.library.fingerprint
        with self._lock:
            if self._known[0] == fingerprint:
                return self._known[1]
            if self._finding is None or self._finding[0] != fingerprint:
                thread = threading.Thread(target=self._find, args=[fingerprint], daemon=True)
                self._finding = (fingerprint, thread)
                thread.start()
            thread = self._finding[1]
        if wait:
            thread.join()
        with self._lock:
            return self._known[1] if self._known[0] == fingerprint else NOTHING

    def _find(self, fingerprint: str) -> None:
        store = self._engine.store
        try:
            themes = find_themes(store)
            found = store.searcher.search(GIST, 1)
            quotes, sections, people = {}, {}, {}
            for source in store.library.sources()[:CARDS]:
                id = source.id
                quotes[id] = gist(store, id, found)
                titles = (shown(h.title) for h in store.library.headings(id))
                sections[id] = [t for t in titles if tells(t, source.title)][:NAMED]
                people[id] = named_in(store, source)
            known = Known(quotes=quotes, sections=sections, people=people, themes=themes)
            with self._lock:
                self._known = (fingerprint, known)
        except Exception:
            if threading.main_thread().is_alive():  # and the program is not just ending
                _log.exception("the library's themes were not found")


def gist(store: Store, id: str, found: Found) -> list[tuple[str, int, int]]:
    """What a document is, in a quote or two of its own, as shown, with their start and end."""
    said = overview(GIST, Scope(sources=(id,), topic=""), store, found, WORDS)
    return [(shown(q.text), q.start, q.end) for q in said]


def named_in(store: Store, source: Source) -> list[str]:
    """The people whom a document names first."""
    named = people_of(store.library.text(source.id)[:READ], source.author).by_surname
    return list(named.values())[:NAMED]


def in_short(store: Store, id: str) -> Html:
    """A document in short, for the source pane: how long it is, what it says it is, and whom it
    names. Raises UnknownSource."""
    source = store.library.source(id)
    quotes = gist(store, id, store.searcher.search(GIST, 1))
    people = named_in(store, source)
    return element(
        "section",
        element("h4", "In short", class_="unseen"),
        element("p", length(source), class_="meta"),
        *(element("p", element("q", text)) for text, _, _ in quotes),
        *([element("p", f"It names {', '.join(people)}.", class_="meta")] if people else []),
        class_="in-short",
    )


def picture(known: Known, sources: Mapping[str, Source]) -> Html:
    """How much each document says on each theme: a table whose squares are the darker the more is
    said. A theme asks what is said about it, a square what that document says, a number opens it.
    """
    said = {id: sum(t.sources[id][2] for t in known.themes if id in t.sources) for id in sources}
    most_said = sorted(said, key=said.__getitem__, reverse=True)[:COLUMNS]
    columns = [id for id in sources if id in most_said]
    if not known.themes or not columns:
        return element("p", "Choose a quote's number to read it in its place.", class_="notice")
    most = max(words for t in known.themes for _, _, words in t.sources.values())
    numbers = [
        element(
            "th",
            _opens(sources[id], f"glance-{number}", str(number), f"{number}: {sources[id].title}"),
            scope="col",
        )
        for number, id in enumerate(columns, start=1)
    ]
    rows = [
        element(
            "tr",
            element("th", _asks(theme.name, f"What is said about {theme.name}?"), scope="row"),
            *(_square(theme, sources[id], most) for id in columns),
        )
        for theme in known.themes
        if any(id in theme.sources for id in columns)
    ]
    table = element(
        "table",
        element("caption", "Passages on each theme, by document", class_="unseen"),
        element("thead", element("tr", element("td", ""), *numbers)),
        element("tbody", *rows),
        class_="picture many" if len(columns) > FEW else "picture",
        style=f"--columns: {len(columns)}",
    )
    legend = [
        element("li", element("span", str(number), " "), sources[id].title)
        for number, id in enumerate(columns, start=1)
    ]
    left = len(sources) - len(columns)
    more = [element("p", f"{left:,} more are on the Library tab.")] if left else []
    return element(
        "div",
        element("h3", "Themes, by document"),
        element("p", "The darker, the more is said. Choose a theme or a square to ask about it."),
        table,
        element("ul", *legend, class_="legend"),
        *more,
    )


def _square(theme: Theme, source: Source, most: int) -> Html:
    _, passages, words = theme.sources.get(source.id, ("", 0, 0))
    if not passages:
        return element("td", element("span", "none", class_="unseen"))
    shade = min(SHADES, 1 + int(SHADES * words / (most + 1)))
    question = f"What does “{source.title}” say about {theme.name}?"
    label = f"{counted(passages, 'passage')}. {question}"
    asks = element(
        "button",
        str(passages),
        type="button",
        class_=f"example shade-{shade}",
        data_question=question,
        aria_label=label,
        title=label,
    )
    return element("td", asks)


def _asks(text: str, question: str) -> Html:
    return element("button", text, type="button", class_="example plain", data_question=question)


def _opens(source: Source, id: str, text: str, label: str) -> Html:
    return element(
        "button",
        text,
        type="button",
        class_="whole near",
        id=id,
        aria_label=label,
        title=label,
        **address(source.id, 0, 0, ""),
    )


def cards(known: Known, sources: Sequence[Source]) -> Html:
    """A card a document: its title, who made it and when, how long it is, what it is in its own
    words, its sections and the people whom it names, each to be asked about."""
    return element("ul", *(_card(known, source) for source in sources[:CARDS]), class_="cards")


def _card(known: Known, source: Source) -> Html:
    quotes = [
        element(
            "button",
            element("q", text),
            type="button",
            class_="said near",
            id=f"card-{source.id}-{start}",
            **address(source.id, start, end, source.sha256),
        )
        for text, start, end in known.quotes.get(source.id, ())
    ]
    sections = known.sections.get(source.id, ())
    people = known.people.get(source.id, ())
    lists = [
        *_listed("Sections", [(name, f"What is said about {name}?") for name in sections]),
        *_listed("People", [(name, f"What does {name} say?") for name in people]),
    ]
    more = [element("details", element("summary", "Sections and people"), *lists)] if lists else []
    return element(
        "li",
        element("h4", _opens(source, f"card-{source.id}", source.title, source.title)),
        element("p", " · ".join(filter(None, (made_by(source), length(source)))), class_="told"),
        *([element("p", source.description, class_="told")] if source.description else []),
        *quotes,
        *more,
        class_="card opens",
    )


def _listed(name: str, asked: Sequence[tuple[str, str]]) -> list[Html]:
    if not asked:
        return []
    items = (element("li", _asks(text, question)) for text, question in asked)
    return [element("p", name, class_="told"), element("ul", *items)]


def length(source: Source) -> str:
    """How long a document is: in pages where it has any, else in minutes to read."""
    if source.pages:
        return counted(len(source.pages), "page")
    return f"{counted(max(1, round(source.characters / 1_200)), 'minute')} to read"
