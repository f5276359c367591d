"""The libraries that are made to measure growth: as large as asked, and true."""

from pathlib import Path

import numpy as np
import pytest

from eval.bench.growth import plotted
from eval.bench.scale import EXACT, _nearest, make
from tests.conftest import settings_of
from vectorstore import Library
from vectorstore.index.opening import open_indexes
from vectorstore.library import FILE_NAME


def test_a_made_library_holds_changed_copies_and_finds_what_is_nearest(
    starter_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.bench.scale._sentences_a_second", lambda *_: 1.0)
    home = tmp_path / "made"
    found = make(starter_home, home, 150)
    library, given = Library(home / FILE_NAME), Library(starter_home / FILE_NAME)
    assert found["passages"] == library.passage_count() >= 150 > given.passage_count()
    copies = [source for source in library.sources() if source.id.endswith("-1")]
    assert len(copies) == len(given.sources())
    for source in copies:
        text, first = library.text(source.id), given.text(source.id.removesuffix("-1"))
        assert text != first and len(text) == len(first)
    index = open_indexes(settings_of(home)).open(library.meta("generation") or "")
    held = np.fromfile(home / EXACT, dtype=np.float16).reshape(found["passages"], -1)
    vectors = [row / np.linalg.norm(row) for row in held[::50].astype(np.float32)]
    for vector, exact in zip(vectors, _nearest(home, vectors), strict=True):
        assert set(index.search(vector, 10)) == set(exact)


def test_the_plot_has_a_line_for_each_figure_of_homes() -> None:
    times = {"processor_p95": 10.0}
    line = {
        "kept": "embedded",
        "passages": 1_000,
        "opening": {"processor": 0.5},
        **dict.fromkeys(("ask_ms", "search_ms", "full_text_ms", "dense_ms"), times),
    }
    drawn = plotted([{**line, "passages": 10_000}, line, {**line, "kept": "served"}])
    assert drawn.count("<polyline") == 5 and "10,000" in drawn
    assert drawn.count("<text") == 2 + 1 + 5 + drawn.count(" ms</text>")
