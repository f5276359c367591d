"""Web pages: the article with its structure, without the furniture around it."""

from pathlib import Path

import pytest

from ingest.documents import Document
from ingest.errors import UnreadableFile
from ingest.readers import read_file

PAGE = """<!DOCTYPE html><html><head><title>Boats | The site</title>
<meta name="author" content="Ann Lee"><meta property="og:site_name" content="The site">
<meta property="article:published_time" content="2020-03-04T10:00:00Z">
<link rel="canonical" href="https://example.org/boats"></head><body class="has-cookie-banner">
<div id="cookie-banner">We use cookies. <button>Accept</button></div>
<header><a href="/">Home</a></header>
<nav><ul><li><a href="1">Menu one</a></li></ul></nav>
<main><div class="breadcrumb">You are here</div><h1>About boats</h1>
<p>A hull <b>floats</b>.<br>It does &amp; will.</p>
<p><strong>Care of hulls</strong></p><p>Scrub them.</p>
<ul><li>first<ul><li>inner</li></ul></li><li>second</li></ul><ol start="3"><li>third</li></ol>
<table><thead><tr><th>Boat<th>Crew</thead><tr><td rowspan=2>Sloop<td>one<tr><td>two</table>
<p style="display:none">Unseen orders.</p><p hidden>More of them.</p></main>
<aside>Buy a boat!</aside><footer>Copyright</footer><script>steal()</script></body></html>"""


def page(tmp_path: Path, content: str | bytes) -> Document:
    path = tmp_path / "a.html"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    [document] = read_file(path)
    return document


def test_the_article_is_read_and_the_furniture_is_not(tmp_path: Path) -> None:
    assert page(tmp_path, PAGE).text.split("\n") == [
        *("# About boats", "", "A hull floats.", "It does & will.", ""),
        *("## Care of hulls", "", "Scrub them.", ""),
        *("- first", "- inner", "- second", "3. third", ""),
        *("| Boat | Crew", "| Boat: Sloop | Crew: one", "| Boat: Sloop | Crew: two"),
    ]


def test_a_page_tells_its_details(tmp_path: Path) -> None:
    found = page(tmp_path, PAGE).details
    assert (found.title, found.author, found.publisher) == ("About boats", "Ann Lee", "The site")
    assert (found.date, found.url) == ("2020-03-04", "https://example.org/boats")


def test_without_a_main_part_the_body_is_read_without_its_menus(tmp_path: Path) -> None:
    links = "".join(f'<li><a href="{n}">Page {n}</a></li>' for n in range(6))
    content = f"<ul>{links}</ul><div class='content'><p>A short text.</p></div><p>And <i>on</i>."
    assert page(tmp_path, content).text == "A short text.\n\nAnd on."


def test_what_holds_the_article_is_kept_whatever_it_is_called(tmp_path: Path) -> None:
    content = f"<div class='nav-wrapper'><p>{'The whole text is here. ' * 5}</p></div><p>End."
    assert "The whole text" in page(tmp_path, content).text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<meta charset="iso-8859-1"><p>Café “x”'.encode("cp1252"), "Café “x”"),
        ("<p>Café".encode("utf-16"), "Café"),
        ("\ufeff<p>Café".encode(), "Café"),
        ('<?xml version="1.0" encoding="utf-8"?><html><p>Café</p></html>'.encode(), "Café"),
    ],
)
def test_a_declared_encoding_is_kept_to(tmp_path: Path, content: bytes, text: str) -> None:
    assert page(tmp_path, content).text == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<p>Café ".encode() + "Café".encode("cp1252"), "mixed encodings"),
        (b'<meta charset="klingon"><p>x', "klingon"),
        (b"<p>a\x00b" * 9, "NUL"),
        (b"<nav>Menu</nav>", "no words"),
        (b"<div>" * 100_000 + b"x", "nested"),
    ],
)
def test_what_is_no_page_is_refused_with_a_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        page(tmp_path, content)
