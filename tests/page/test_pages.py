"""A citation from a source with pages names the page of its quote, also inside a long passage."""

import json
from collections.abc import Callable
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas
from starlette.testclient import TestClient

from eval.bench.speed.opening import app_of, long_source
from vectorstore import Library
from vectorstore.library import FILE_NAME
from web.look import source_view

Command = Callable[..., tuple[int, str, str]]


def test_the_page_of_a_quote_is_in_the_answer_and_in_the_source_pane(
    soundings: Command, tmp_path: Path
) -> None:
    canvas = Canvas(str(tmp_path / "harbour.pdf"))
    for line in (
        "The harbour was opened by the mayor in the spring.",
        "The lighthouse keeper is called Henrietta Marlow.",
    ):
        canvas.drawString(70, 700, line)
        canvas.showPage()
    canvas.save()
    home = tmp_path / "home"
    assert soundings("--home", home, "ingest", tmp_path / "harbour.pdf")[0] == 0
    code, out, err = soundings(
        "--home", home, "ask", "What is the lighthouse keeper called?", "--json"
    )
    assert code == 0, err
    [citation] = json.loads(out)["citations"][:1]
    assert "Henrietta" in citation["quote"]
    assert citation["page"] == 2
    library = Library(home / FILE_NAME)
    [passage] = library.passages_of("harbour")  # which begins on the first page
    text, start, end = library.text("harbour"), citation["start"], citation["end"]
    headings = library.headings("harbour")
    shown = source_view.document(library.source("harbour"), text, headings, [passage], start, end)
    assert '<p class="meta">page 2</p>' in shown


def test_a_long_source_is_measured_on_the_pane_that_the_page_has(tmp_path: Path) -> None:
    client = TestClient(app_of(long_source(tmp_path, 3), 3))
    page = client.get("/").text
    assert page.count("data-source=") == 3 and "source-pane" in page
    library = Library(tmp_path / FILE_NAME)
    text = library.text("log")
    start = text.index("On page 2, line 20,")
    asked = {"id": "log", "start": start, "end": start + 19}
    passages = library.passages_of("log")
    assert library.passage_at("log", start) == next(p for p in passages if start < p.end)
    assert library.passage_at("log", len(text)) is None
    shown = client.get("/source", params=asked).text
    assert '<mark id="source-quote">On page 2, line 20,</mark>' in shown
    assert '<p class="meta">page 2</p>' in shown and '<p class="page-turn">page 3</p>' in shown
    assert "On page 3, line 39," in shown
