"""Presentations: what is shown is read as it is shown, and what is left out is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pptx
import pytest
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.util import Inches

from ingest.documents import Document
from ingest.readers import read_file

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
SPACES = (
    f'xmlns:a="{A}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"'
)
BOX = (Inches(1), Inches(2), Inches(5), Inches(2))
Make = Callable[[Callable[[Any], None]], Document]


@pytest.fixture
def slides(tmp_path: Path) -> Make:
    def read(fill: Callable[[Any], None]) -> Document:
        made = pptx.Presentation()
        slide = made.slides.add_slide(made.slide_layouts[5])
        slide.shapes.title.text = "Boats"
        fill(slide)
        made.save(str(tmp_path / "a.pptx"))
        [document] = read_file(tmp_path / "a.pptx")
        return document

    return read


def paragraphs(*inside: str) -> Callable[[Any], None]:
    def fill(slide: Any) -> None:
        body = slide.shapes.add_textbox(*BOX).text_frame._txBody
        for each in inside:
            body.append(parse_xml(f"<a:p {SPACES}>{each}</a:p>"))

    return fill


def r(text: str, properties: str = "", inside: str = "") -> str:
    return f"<a:r><a:rPr {properties}>{inside}</a:rPr><a:t>{text}</a:t></a:r>"


def test_raised_lowered_symbols_and_formulas(slides: Make) -> None:
    font = '<a:latin typeface="Symbol"/>'
    formula = (
        "<a14:m><m:oMath><m:f><m:num><m:r><m:t>M</m:t></m:r></m:num><m:den><m:r><m:t>W</m:t></m:r>"
        "</m:den></m:f></m:oMath></a14:m>"
    )
    fill = paragraphs(
        r("10") + r("6", 'baseline="30000"') + r(" of CO") + r("2", 'baseline="-25000"'),
        r("s", "", font) + r(" is ") + formula,
    )
    assert slides(fill).text == "# Boats\n\n10⁶ of CO₂\n\nσ is M/W"


def test_numbered_items_count_as_they_say(slides: Make) -> None:
    def item(text: str, kind: str, more: str = "", level: int = 0) -> str:
        return f'<a:pPr lvl="{level}"><a:buAutoNum type="{kind}" {more}/></a:pPr>{r(text)}'

    fill = paragraphs(
        item("six", "arabicPeriod", 'startAt="6"'),
        item("inner", "romanLcParenR", "", 1),
        item("inner", "romanLcParenR", "", 1),
        item("seven", "arabicPeriod", 'startAt="6"'),
        r("Between."),
        item("letter", "alphaUcParenBoth"),
    )
    assert slides(fill).text.split("\n")[2:] == [
        *("6. six", "i) inner", "- ii) inner", "7. seven", "", "Between.", "", "- (A) letter"),
    ]


def test_cells_that_span_rows_under_two_rows_of_headings(slides: Make) -> None:
    def fill(slide: Any) -> None:
        table = slide.shapes.add_table(4, 3, *BOX).table
        texts = ["Harbour", "2021", "", "", "cod", "hake", "Vik", "10", "20", "", "30", "40"]
        for i, text in enumerate(texts):
            table.cell(i // 3, i % 3).text = text
        table.cell(0, 0).merge(table.cell(1, 0))
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(2, 0).merge(table.cell(3, 0))

    assert slides(fill).text.split("\n")[-2:] == [
        "| Harbour: Vik | 2021, cod: 10 | 2021, hake: 20",
        "| Harbour: Vik | 2021, cod: 30 | 2021, hake: 40",
    ]


def test_a_chart_of_several_series(slides: Make) -> None:
    def fill(slide: Any) -> None:
        figures = CategoryChartData()
        figures.categories = ["2020", "2021"]
        figures.add_series("cod", (1.5, 2))
        figures.add_series("hake", (3, None))
        slide.shapes.add_chart(XL_CHART_TYPE.LINE, *BOX, figures)

    assert slides(fill).text.split("\n")[-3:] == [
        *("| cod | hake", "| 2020 | cod: 1.5 | hake: 3", "| 2021 | cod: 2"),
    ]


def test_a_chart_of_points(slides: Make) -> None:
    def fill(slide: Any) -> None:
        figures = XyChartData()
        series = figures.add_series("depth")
        series.add_data_point(0.7, 2.5)
        series.add_data_point(1.8, 3)
        slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *BOX, figures)

    assert slides(fill).text.split("\n")[-2:] == ["| 0.7 | depth: 2.5", "| 1.8 | depth: 3"]


def test_a_hidden_shape_is_left_out_and_told(slides: Make) -> None:
    def fill(slide: Any) -> None:
        paragraphs(r("Secret."))(slide)
        slide.shapes[-1]._element.nvSpPr.cNvPr.set("hidden", "1")

    found = slides(fill)
    assert (found.text, found.notes) == ("# Boats", ("left out: 1 hidden shape",))


def test_what_the_library_writes_into_a_new_file_is_no_detail(slides: Make) -> None:
    details = slides(paragraphs(r("Text."))).details
    assert (details.title, details.author, details.date) == ("Boats", None, None)
