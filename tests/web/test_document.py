"""A source drawn as a document: what it is made of, and that its marks stay exact."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import ingest
from tests.conftest import settings_of
from vectorstore.library import FILE_NAME, Library
from web.look.document import PIECE, inline
from web.look.source_view import document

MARKDOWN = """---
title: "The harbour"
---

# The harbour

The *Gannet* sailed at **dawn** with [two anchors](http://example.com/a_(b)_c).

## Crew

1. Ada Berg, who steers.
2. Tom Vale, `cook` and carpenter.

- A lamp of brass.

| Port | Depth |
| --- | --- |
| Ostrey | 12 m |
| Kell | 4 m |

<script>alert(1)</script> stands here as text, with ![a picture](http://example.com/x.png).
"""


class Seen(HTMLParser):
    """The tags, and the words in each kind of them."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.said = ""
        self.attributes: list[dict[str, str | None]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append(dict(attrs))
        if tag != "input":
            self.open.append(tag)
        self.words.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        self.said += data
        for tag in set(self.open):
            self.words[tag][-1] += data


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "harbour.md").write_text(MARKDOWN, encoding="utf-8")
    ingest(settings_of(folder / "home"), [folder / "harbour.md"])
    return Library(folder / "home" / FILE_NAME)


def seen(library: Library, words: str = "") -> Seen:
    text = library.text("harbour")
    start = text.index(words) if words else 0
    end = start + len(words)
    source, headings = library.source("harbour"), library.headings("harbour")
    return Seen(document(source, text, headings, library.passages_of("harbour"), start, end))


def test_headings_lists_tables_and_emphasis_are_drawn_as_such(harbour: Library) -> None:
    found = seen(harbour).words
    assert found["h4"] == ["The harbour"] and found["h5"] == ["Crew"]
    assert found["strong"] == ["dawn"] and found["em"] == ["Gannet"] and found["code"] == ["cook"]
    assert found["li"] == [
        "1. Ada Berg, who steers.",
        "2. Tom Vale, cook and carpenter.",
        "A lamp of brass.",
    ]
    assert found["th"] == ["Port", "Depth"]
    assert found["td"] == ["Ostrey", "12 m", "Kell", "4 m"]


def test_front_matter_is_folded_and_opens_where_a_quote_is_of_it(harbour: Library) -> None:
    assert 'title: "The harbour"' in seen(harbour).words["pre"][0]
    assert not any("open" in a for a in seen(harbour).attributes)
    opened = seen(harbour, 'title: "The harbour"')
    assert opened.words["mark"] == ['title: "The harbour"']
    assert any("open" in a for a in opened.attributes)


@pytest.mark.parametrize(
    ("quoted", "marked"),
    [
        ("sailed at **dawn** with", ["sailed at dawn with"]),
        ("wn** with [two", ["wn with two"]),
        ("Ada Berg, who steers.", ["Ada Berg, who steers."]),
        ("steers.\n2. Tom Vale", ["steers.", "Tom Vale"]),
        ("Ostrey | 12 m", ["Ostrey", "12 m"]),
    ],
)
def test_a_mark_is_on_the_quote_and_on_nothing_else(
    harbour: Library, quoted: str, marked: list[str]
) -> None:
    found = seen(harbour, quoted)
    assert found.words["mark"] == marked
    assert [a["id"] for a in found.attributes if a.get("id") == "source-quote"] == ["source-quote"]


def test_nothing_of_a_document_runs_or_loads(harbour: Library) -> None:
    found = seen(harbour)
    assert not {"script", "img", "a", "iframe"} & set(found.words)
    assert "<script>alert(1)</script> stands here as text" in " ".join(found.words["p"])
    assert not any({"src", "href"} & set(a) for a in found.attributes)


def test_no_letter_of_the_starter_library_is_lost(starter_home: Path) -> None:
    library = Library(starter_home / FILE_NAME)
    for source in library.sources():
        text = library.text(source.id)
        markup = document(source, text, library.headings(source.id), library.passages_of(source.id))
        drawn = Seen(markup.partition("Front matter and notes")[2]).said
        assert [c for c in drawn if c.isalnum()] == [c for c in text if c.isalnum()]


def test_a_long_document_is_drawn_in_pieces(harbour: Library) -> None:
    text = "".join(f"Line {n} of a long source.\n\n" for n in range(2000))
    markup = document(harbour.source("harbour"), text, (), ())
    pieces = markup.split('class="piece"')[1:]
    assert len(pieces) > 10 and max(map(len, pieces)) < 3 * PIECE


@given(st.text())
def test_what_is_shown_of_a_block_is_of_the_block(words: str) -> None:
    runs = inline(words)
    assert all(0 <= start <= end <= len(words) for start, end, _ in runs)
    assert all(one[1] <= other[0] for one, other in zip(runs, runs[1:], strict=False))
