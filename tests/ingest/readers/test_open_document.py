"""OpenDocument texts: what is shown is read as it is shown, and what is left out is told."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ingest.documents import Document
from ingest.errors import UnreadableFile
from ingest.readers import read_file

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in {
        "office": "office", "text": "text", "table": "table", "style": "style", "meta": "meta",
        "draw": "drawing", "fo": "xsl-fo-compatible", "svg": "svg-compatible", "form": "form",
        "chart": "chart",
    }.items()
) + ' xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip
Make = Callable[..., Document]


def save(path: Path, body: str, styles: str, parts: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {SPACES}><office:font-face-decls><style:font-face "
            'style:name="S" svg:font-family="Symbol"/></office:font-face-decls>'
            f"<office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
        )
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def text(tmp_path: Path) -> Make:
    def read(body: str, styles: str = "", parts: Mapping[str, str] | None = None) -> Document:
        [document] = read_file(save(tmp_path / "a.odt", body, styles, parts or {}))
        return document

    return read


def style(name: str, **properties: str) -> str:
    said = " ".join(f'{key.replace("_", ":")}="{value}"' for key, value in properties.items())
    return f'<style:style style:name="{name}"><style:text-properties {said}/></style:style>'


def test_raised_lowered_hidden_and_symbols(text: Make) -> None:
    styles = (
        '<style:style style:name="U"><style:text-properties style:text-position="super 58%"/>'
        '</style:style><style:style style:name="L"><style:text-properties '
        'style:text-position="-33% 58%"/></style:style><style:style style:name="F">'
        '<style:text-properties style:font-name="S"/></style:style>'
        + style("H", text_display="none")
    )
    body = (
        '<text:p>10<text:span text:style-name="U">6</text:span> litres of '
        'CO<text:span text:style-name="L">2</text:span>, <text:span text:style-name="F">\uf0b3'
        '</text:span> 5<text:span text:style-name="H"> secret</text:span></text:p>'
        '<text:p text:style-name="H">Secret too.</text:p>'
    )
    found = text(body, styles)
    assert found.text == "10⁶ litres of CO₂, ≥ 5"
    assert found.notes == ("left out: 2 hidden passages",)


def levels(*each: str) -> str:
    shown = (
        f'<text:list-level-style-number text:level="{i}" {one}/>' for i, one in enumerate(each, 1)
    )
    return f'<text:list-style style:name="N">{"".join(shown)}</text:list-style>'


def item(inside: str, start: str = "") -> str:
    told = f' text:start-value="{start}"' if start else ""
    return f"<text:list-item{told}><text:p>{inside}</text:p></text:list-item>"


def test_lists_count_in_their_numerals_and_go_on(text: Make) -> None:
    styles = levels(
        'style:num-format="I" style:num-suffix="."',
        'style:num-format="1" text:display-levels="2"',
        'style:num-format="a" style:num-prefix="(" style:num-suffix=")" text:start-value="3"',
    )
    inner = f"<text:list>{item('c')}</text:list>"
    body = (
        f'<text:list xml:id="one" text:style-name="N">{item("a")}<text:list-item><text:p>b</text:p>'
        f"<text:list>{item('x')}<text:list-item><text:p>y</text:p>{inner}</text:list-item>"
        "</text:list></text:list-item></text:list><text:p>Between.</text:p>"
        f'<text:list text:continue-list="one" text:style-name="N">{item("d")}{item("e", "9")}'
        f'</text:list><text:list text:style-name="N">{item("anew")}</text:list>'
    )
    assert text(body, styles).text.split("\n") == [
        *("- I) a", "- II) b", "- II.1 x", "- II.2 y", "(c) c", "", "Between.", ""),
        *("- III) d", "- IX) e", "- I) anew"),
    ]


def cell(inside: str, more: str = "") -> str:
    return f"<table:table-cell {more}><text:p>{inside}</text:p></table:table-cell>"


def table(*rows: str) -> str:
    shown = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return f"<table:table>{shown}</table:table>"


COVERED = "<table:covered-table-cell/>"


def test_cells_that_span_rows_and_columns_under_two_rows_of_headings(text: Make) -> None:
    wide = 'table:number-columns-spanned="2"'
    down = 'table:number-rows-spanned="2"'
    body = table(
        cell("Harbour", down) + cell("2021", wide) + COVERED,
        COVERED + cell("cod") + cell("hake"),
        cell("Vik", down) + cell("10") + cell("20"),
        COVERED + cell("30", wide) + COVERED,
    )
    assert text(body).text.split("\n")[2:] == [
        "| Harbour: Vik | 2021, cod: 10 | 2021, hake: 20",
        "| Harbour: Vik | 2021, cod/hake: 30",
    ]


def test_a_table_and_a_box_in_a_cell_stay_in_its_row(text: Make) -> None:
    inner = table(cell("Upper deck") + cell("12"), cell("Lower deck") + cell("8"))
    box = "<draw:frame><draw:text-box><text:p>(full)</text:p></draw:text-box></draw:frame>"
    body = table(
        cell("Ship") + cell("Captain") + cell("Cabins"),
        cell("Selkie") + cell("Finn") + f"<table:table-cell>{inner}</table:table-cell>",
        cell("Petrel") + cell("Dahl") + cell(f"five {box}"),
    )
    assert text(body).text.split("\n")[1:] == [
        "| Ship: Selkie | Captain: Finn | Cabins: Upper deck 12; Lower deck 8",
        "| Ship: Petrel | Captain: Dahl | Cabins: five (full)",
    ]


FORMULA = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>E</mi><mo>=</mo><mi>m'
    '</mi><msup><mi>c</mi><mn>2</mn></msup></mrow><annotation encoding="StarMath 5.0">E = m c^2'
    "</annotation></semantics></math>"
)
CHART = (
    f"<office:document-content {SPACES}><office:body><office:chart><chart:chart><chart:title>"
    "<text:p>Catch</text:p></chart:title><table:table><table:table-header-rows><table:table-row>"
    f"{cell('')}{cell('tons')}</table:table-row></table:table-header-rows><table:table-row>"
    f"{cell('2021')}{cell('402')}</table:table-row></table:table></chart:chart></office:chart>"
    "</office:body></office:document-content>"
)


def framed(name: str) -> str:
    return (
        f'<draw:frame><draw:object xlink:href="./{name}"/><svg:title>A picture</svg:title>'
        "</draw:frame>"
    )


def test_formulas_and_charts_that_are_embedded(text: Make) -> None:
    body = f"<text:p>See:{framed('Object 1')}{framed('Object 2')}{framed('Object 3')}</text:p>"
    parts = {"Object 1/content.xml": FORMULA, "Object 2/content.xml": CHART}
    found = text(body, "", parts)
    assert found.text == "See:\n\nE = mc²\n\n| Catch | tons\n| Catch: 2021 | tons: 402"
    assert found.notes == ("left out: 1 embedded object",)


def test_what_is_left_out_is_told_by_kind_and_count(text: Make) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone.</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        "<text:p>Here.<office:annotation><text:p>Really?</text:p></office:annotation>"
        "<text:placeholder>&lt;Name&gt;</text:placeholder></text:p>"
        '<text:section text:display="none"><text:p>Secret.</text:p></text:section>'
    )
    styles = (
        f"<office:document-styles {SPACES}><office:master-styles><style:master-page><style:header>"
        "<text:p>Draft</text:p></style:header></style:master-page></office:master-styles>"
        "</office:document-styles>"
    )
    found = text(body, "", {"styles.xml": styles})
    assert found.text == "Here."
    assert found.notes == (
        "left out: 1 comment, 1 empty form field, 1 hidden passage, 1 deletion, 1 page header",
    )


def test_values_of_forms_are_read(text: Make) -> None:
    body = (
        '<office:forms><form:form><form:checkbox form:id="c" form:label="Power" '
        'form:current-state="checked"/><form:listbox form:id="l"><form:option form:label="North"/>'
        '<form:option form:label="South" form:current-selected="true"/></form:listbox></form:form>'
        '</office:forms><text:p>Berth<draw:control draw:control="c"/>'
        '<draw:control draw:control="l"/></text:p>'
    )
    assert text(body).text == "Berth\n\n☒ Power\n\nSouth"


def test_a_date_of_the_year_zero_is_none(text: Make) -> None:
    about = (
        f'<office:document-meta {SPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
        "<meta:creation-date>0000-00-00T00:00:00</meta:creation-date><dc:creator>(anonymous)"
        "</dc:creator></office:meta></office:document-meta>"
    )
    details = text("<text:p>Here.</text:p>", "", {"meta.xml": about}).details
    assert (details.author, details.date) == (None, None)


def test_a_text_under_a_password_is_refused_as_such(tmp_path: Path) -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    path = save(tmp_path / "a.odt", "", "", {"META-INF/manifest.xml": manifest})
    with pytest.raises(UnreadableFile, match="password"):
        read_file(path)
