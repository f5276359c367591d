"""Web pages: what is shown is read as it is shown, and what is left out is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.documents import Document
from ingest.errors import UnreadableFile
from ingest.readers import read_file

Make = Callable[[str | bytes], Document]


@pytest.fixture
def page(tmp_path: Path) -> Make:
    def read(content: str | bytes) -> Document:
        path = tmp_path / "a.html"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        [document] = read_file(path)
        return document

    return read


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("10<sup>-3</sup> of CO<sub>2</sub>, log<sub>2</sub>8", "10⁻³ of CO₂, log₂8"),
        ("on the 1<sup>st</sup>, M<sup>me</sup> B, x<sup>n</sup>", "on the 1st, Mᵐᵉ B, xⁿ"),
        ("1,200<sup><a href='#fn1'>1</a></sup> men", "1,200[1] men"),
        ("1,200<a href='#fn1' role='doc-noteref'><sup>1</sup></a> men", "1,200[1] men"),
        ("1,200<sup class='reference'><a href='#c'>[4]</a></sup> men", "1,200[4] men"),
        ("5 m<span style='vertical-align: super'>2</span>", "5 m²"),
        ("costs <del>30</del><ins>25</ins>", "costs 25"),
        ("he said <q>no</q>", "he said “no”"),
        ("x <font face='Symbol'>\xb3</font> 5", "x ≥ 5"),
        ("x <span style='font-family:Wingdings'>\xe0</span> y", "x → y"),
        ("is <math><mfrac><mi>M</mi><mi>W</mi></mfrac></math> here", "is M/W here"),
        ("is <script type='math/tex'>a^2</script> here", "is a^2 here"),
    ],
)
def test_text_is_written_as_it_is_shown(page: Make, content: str, text: str) -> None:
    assert page(f"<p>{content}</p>").text == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            "Ship <input value='Selkie'><input type=hidden value=X><input type=submit>",
            "Ship Selkie",
        ),
        ("Port <select><option>a<option selected>Vik</select>, of", "Port Vik, of"),
        ("Port <select><option>a<option>Vik</select>", "Port"),
        ("Notes <textarea>Two  boats.</textarea> <button>Send</button>", "Notes Two boats."),
        ("<input type=radio checked> yes <input type=radio> no", "☒ yes ☐ no"),
        ("<input type=checkbox> yes <input type=checkbox> no", "yes no"),
    ],
)
def test_what_was_filled_in_is_read(page: Make, content: str, text: str) -> None:
    assert page(f"<form><p>{content}</p></form>").text == text


def test_the_words_of_a_drawing_are_items(page: Make) -> None:
    drawing = (
        "<svg><title>No</title><style>p{}</style><defs><text>No</text></defs><g><text x=1>Boats "
        "<tspan>at sea</tspan></text><text>1,200</text><text display=none>No</text><foreignObject>"
        "<div>By night</div></foreignObject></g></svg>"
    )
    found = page(f"<p>Before.</p>{drawing}<p>After<svg><path d=''></svg>.</p>")
    assert found.text == "Before.\n\n- Boats at sea\n- By night\n\nAfter."
    assert found.notes == ("left out: 1 number in a drawing",)


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>X</p>",
        "<p aria-hidden='true'>X</p>",
        "<p style='DISPLAY : NONE'>X</p>",
        "<p style='visibility:collapse'>X</p>",
        "<p style='opacity: 0.0'>X</p>",
        "<p style='font-size:0px'>X</p>",
        "<p style='position:absolute; left:-10000px'>X</p>",
        "<p style='text-indent:-9999em'>X</p>",
        "<p style='width:1px;height:1px;overflow:hidden'>X</p>",
        "<style>.no p { display: none }</style><div class='no'><p>X</p></div>",
        "<style>@media screen { #no { visibility: hidden } }</style><p id='no'>X</p>",
        "<style>p.a { display: block } .no { display: none !important }</style><p class='no'>X</p>",
    ],
)
def test_what_is_hidden_is_left_out_and_told(page: Make, hidden: str) -> None:
    found = page(f"{hidden}<p>Shown.</p>")
    assert (found.text, found.notes) == ("Shown.", ("left out: 1 hidden passage",))


@pytest.mark.parametrize(
    "shown",
    [
        "<style>@media print { p { display: none } }</style><p>X</p>",
        "<style media='print'>p { display: none }</style><p>X</p>",
        "<style>p { display: none } #yes { display: block }</style><p id='yes'>X</p>",
        "<style>.no { display: none }</style><p class='no' style='display:block'>X</p>",
        "<p style='opacity:0.5; font-size:10px'>X</p>",
        "<style>p:hover { display: none } p::before { display: none } {</style><p>X</p>",
        "<details><summary>X</summary></details>",
    ],
)
def test_what_is_shown_is_read(page: Make, shown: str) -> None:
    found = page(shown)
    assert (found.text, found.notes) == ("X", ())


def test_comments_never_answer(page: Make) -> None:
    found = page("<p>A<!-- not --> boat.<!--[if mso]><p>not</p><![endif]--></p>")
    assert found.text == "A boat."


def test_lists_count_as_they_say(page: Make) -> None:
    content = (
        "<ol type=a><li>one<ol type=i start=3><li>x<li>y</ol><li>two</ol>"
        "<ol reversed><li>c<li>b</ol><ol><li value=5>five<li>six</ol>"
        "<ol style='list-style-type:upper-roman'><li>R</ol>"
    )
    assert page(content).text.split("\n") == [
        *("a) one", "- iii) x", "- iv) y", "b) two", "2. c", "1. b", "5. five", "6. six", "- I) R"),
    ]


def test_two_rows_of_headings_a_caption_and_a_foot(page: Make) -> None:
    content = (
        "<table><caption>Catch</caption><thead><tr><th rowspan=2>Harbour<th colspan=2>2021</tr>"
        "<tr><th>cod<th>hake</tr></thead><tfoot><tr><td>All<td>11<td>22</tr></tfoot>"
        "<tbody><tr><th>Lund<td>1<td>2</tr></tbody></table>"
    )
    assert page(content).text.split("\n") == [
        *("Catch", "", "| Harbour | 2021", "| Harbour | cod | hake"),
        "| Harbour: Lund | 2021, cod: 1 | 2021, hake: 2",
        "| Harbour: All | 2021, cod: 11 | 2021, hake: 22",
    ]


def test_a_table_that_lays_out_the_page_holds_blocks(page: Make) -> None:
    inner = "<table><tr><th>Boat<th>Crew<tr><td>Sloop<td>two</table>"
    found = page(f"<table><tr><td><p>Menu</p><td>{inner}</table>")
    assert found.text == "Menu\n\n| Boat | Crew\n| Boat: Sloop | Crew: two"


@pytest.mark.parametrize(
    "content",
    [
        "<section id='cookies'><h2>Cookies</h2><p>They are baked at five.</p></section>",
        "<div class='related'><p>The harbour of Vik has a similar rule on dues and on crews.</p>"
        "</div>",
        "<main><p>Text.</p><aside class='footnote'><p>A note to the text.</p></aside></main>",
        "<header><h1>Dues</h1><p>By Ada Berg, who has kept them.</p></header><p>Text.</p>",
        "<p>Members:</p><ul><li><a href=a>Lund</a><li><a href=b>Vik</a><li><a href=c>Ny</a>"
        "<li><a href=d>Os</a></ul>",
    ],
)
def test_a_name_is_no_proof_of_furniture(page: Make, content: str) -> None:
    found = page(f"<p>First of all.</p>{content}<p>And the end.</p>")
    words = {"five", "similar", "note", "kept", "Vik"}
    assert words & set(found.text.replace(".", "").split())
    assert "notice" not in str(found.notes)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("<nav><p>Menu.</p></nav>", "1 menu"),
        ("<div role=navigation><p>Menu.</p></div>", "1 menu"),
        ("<div id='cookie-banner'>We use them. <button>Yes</button></div>", "1 notice"),
        ("<div class='share'><a href=a>Tell</a> <a href=b>others</a></div>", "1 notice"),
        ("<ul><li><a href=a>A</a><li><a href=b>B</a><li><a href=c>C</a><li><a href=d>D</a></ul>",
         "1 list of links"),
    ],
)  # fmt: skip
def test_furniture_is_left_out_and_told(page: Make, content: str, kind: str) -> None:
    found = page(f"{content}<p>{'The text is here. ' * 5}</p>")
    assert found.text.startswith("The text") and found.text.endswith("here.")
    assert found.notes == (f"left out: {kind}",)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<?xml version="1.0" encoding="koi8-r"?><p>Мир'.encode("koi8-r"), "Мир"),
        ("<meta charset=ks_c_5601-1987><p>뷁".encode("cp949"), "뷁"),
        ("<meta charset=x-sjis><p>㈱港".encode("cp932"), "㈱港"),
        ("<meta charset=big5><p>港口".encode("big5"), "港口"),
        ("<meta charset=utf-16><p>Café".encode(), "Café"),
        (b"<meta charset=latin1><p>a\x81b \x80", "ab €"),
        ("<!-- <meta charset=big5> --><p>Café".encode(), "Café"),
        ("<p>Café".encode("utf-16-le"), "Café"),
        ("<p>Café".encode("utf-16-be"), "Café"),
    ],
)
def test_a_declared_encoding_is_what_browsers_take_it_for(
    page: Make, content: bytes, text: str
) -> None:
    found = page(content)
    assert (found.text, found.notes) == (text, ())


@pytest.mark.parametrize(
    ("content", "encoding", "name"),
    [
        ("<p>Le café est près du quai.", "cp1252", "windows-1252"),
        ("<html lang=ru><p>Порт", "cp1251", "windows-1251"),
        ("<html lang=zh-TW><p>港口", "big5", "big5"),
        ("<p>日本語のテキストです。港湾が管理する。", "cp932", "shift_jis"),
    ],
)
def test_an_encoding_that_is_not_named_is_guessed_and_told(
    page: Make, content: str, encoding: str, name: str
) -> None:
    found = page(content.encode(encoding))
    assert found.text == content.rpartition(">")[2]
    assert found.notes == (f"it names no encoding and is not UTF-8; read as {name}",)


def test_an_encoding_that_hides_what_is_read_is_refused(page: Make) -> None:
    with pytest.raises(UnreadableFile, match="hz-gb-2312"):
        page(b"<meta charset=hz-gb-2312><p>x")


def test_the_author_is_a_name_and_no_address(page: Make) -> None:
    meta = "<meta property='article:author' content='{}'>"
    content = meta.format("https://example.org/ada") + meta.format("Ada Berg") + "<p>Text."
    assert page(content).details.author == "Ada Berg"
    assert page(meta.format("(anonymous)") + "<p>Text.").details.author is None
