"""Pages of a PDF as they are printed: what is kept for them, where a quote stands on them, and who
may see them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ingest.errors import UnreadableFile
from ingest.job import ingest
from ingest.printed.serving import printed_routes
from ingest.readers.apart import Reading
from tests.conftest import settings_of
from tests.ingest.pdfs import HEIGHT, WIDTH, draw, made
from tests.made import As
from vectorstore import Library
from vectorstore.library import FILE_NAME
from vectorstore.library.originals import FOLDER, Originals
from vectorstore.writing import remove
from web.by_role import front
from web.identity.people import Role

FIRST = ["The harbour was opened by the mayor in the", "spring of that year. The light-"]
SECOND = ["house keeper came by boat.", "The lamp is lit at dusk.", "The lamp is lit at dusk."]


def harbour(path: Path) -> Path:
    def first(canvas: Any) -> None:
        draw(canvas, [*FIRST, SECOND[0]], 100, 700)

    def second(canvas: Any) -> None:
        draw(canvas, [SECOND[1]], 100, 700)
        draw(canvas, [SECOND[2]], 100, 200)

    return made(path, [first, second], title="The harbour")


def test_the_lines_of_a_quote_are_found_also_across_a_hyphen(tmp_path: Path) -> None:
    path = harbour(tmp_path / "harbour.pdf")
    with Reading() as reading:
        picture = reading.page(
            path, 1, "in the spring of that **year**. The lighthouse keeper", 0.5
        )
    assert picture.pages == 2 and picture.content
    assert abs(picture.width / picture.height - WIDTH / HEIGHT) < 0.01
    assert len(picture.spots) == 3
    tops = [HEIGHT * top for _, top, _, _ in picture.spots]
    lefts = [WIDTH * left for left, _, _, _ in picture.spots]
    assert tops == sorted(tops) and 128 < tops[0] < 142  # the line whose foot is 142 from the top
    assert lefts[0] > 250 and abs(lefts[1] - 100) < 3 and abs(lefts[2] - 100) < 3


@pytest.mark.parametrize(("at", "foot"), [(0.0, 700), (1.0, 200)])
def test_what_stands_twice_is_marked_where_it_was_quoted(
    tmp_path: Path, at: float, foot: float
) -> None:
    with Reading() as reading:
        picture = reading.page(harbour(tmp_path / "harbour.pdf"), 2, SECOND[1], at)
    [(_, top, _, height)] = picture.spots
    assert top < 1 - foot / HEIGHT < top + height + 0.01


def test_what_is_not_on_the_page_is_marked_nowhere_and_no_page_is_told(tmp_path: Path) -> None:
    path = harbour(tmp_path / "harbour.pdf")
    with Reading() as reading:
        assert reading.page(path, 2, "The mayor came by boat.", 0).spots == ()
        with pytest.raises(UnreadableFile, match="no page 3"):
            reading.page(path, 3, "", 0)
        assert reading.page(path, 1, "", 0).spots == ()
    assert reading.started == 1


def test_a_file_that_is_none_is_told_and_costs_nobody_else_anything(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing\n%%EOF")
    with Reading() as reading:
        with pytest.raises(UnreadableFile, match="damaged"):
            reading.page(tmp_path / "broken.pdf", 1, "", 0)
        assert reading.page(harbour(tmp_path / "harbour.pdf"), 1, "", 0).content


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    ingest(settings_of(home), [harbour(tmp_path / "harbour.pdf")])
    (tmp_path / "harbour.pdf").unlink()
    return home


Ask = Callable[..., Any]


@pytest.fixture
def asked(kept: Path) -> Ask:
    """What the address says, to whichever role."""
    app = front({})
    app.include_router(printed_routes(settings_of(kept), Library(kept / FILE_NAME)))

    def ask(role: Role | None = Role.LEADER, **query: Any) -> Any:
        return TestClient(As(app, role)).get("/printed", params={"id": "harbour", **query})

    return ask


def test_a_page_is_shown_to_all_who_may_ask_and_to_nobody_else(asked: Ask, kept: Path) -> None:
    text = Library(kept / FILE_NAME).text("harbour")
    start = text.index("The lamp")
    end = start + len("The lamp is lit at dusk.")
    shown = asked(start=start, end=end)
    assert shown.status_code == 200
    assert 'alt="Page 2 of The harbour, as printed.' in shown.text
    assert shown.text.count('class="spot"') == 1 and "the quote is marked" in shown.text
    assert "page 1 of 2" in asked(start=start, end=end, page=1).text
    assert "the quote" not in asked(start=start, end=end, page=1).text
    assert asked(None).status_code == 403
    assert "no longer here" in asked(sha256="0" * 12).text
    assert "no longer here" in asked(id="nothing").text
    beyond = asked(page=3).text
    assert "it has no page 3" in beyond and 'data-page="2">‹ Page before' in beyond


def test_the_file_goes_with_its_source_once_that_has_left_the_bin(kept: Path) -> None:
    library = Library(kept / FILE_NAME)
    digest = library.file_digest("harbour")
    remove(kept, library, "harbour")
    originals = Originals(kept)
    originals.sweep(library.files_wanted())
    assert originals.of(digest) is not None
    originals.sweep(())
    assert originals.of(digest) is None and not any((kept / FOLDER).iterdir())
