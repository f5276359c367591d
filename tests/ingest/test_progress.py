"""Progress: what a person sees while a run goes on."""

import pytest

from ingest import progress
from ingest.progress import ConsoleProgress, in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (40, "40 s"), (90, "2 min"), (600, "10 min"), (7_800, "2 h 10 min")],
)
def test_the_time_left_is_told_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_a_log_tells_each_step_and_of_long_ones_how_far(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 10.0, 30.0, 31.0, 60.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with ConsoleProgress() as shown:
        shown.step("Encoding sentences", 8)
        for _ in range(4):
            shown.advance(2)
        shown.step("Building the index")
    assert capsys.readouterr().err.splitlines() == [
        "Encoding sentences: 8",
        "Encoding sentences: 4 of 8, about 30 s left",
        "Building the index …",
    ]


def test_a_terminal_gets_a_bar_with_the_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with ConsoleProgress() as shown:
        shown.step("Reading files", 4)
        shown.advance(2)
        shown._bar.refresh()  # type: ignore[union-attr]
    assert "Reading files: 2 of 4" in capsys.readouterr().err
