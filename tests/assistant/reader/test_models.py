"""Readers that run: the one that ships, those of the hub's form, and none."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import ReaderUnavailable
from assistant.reader import HubReader, OnnxReader, Reading, open_reader
from assistant.reader.models import BUILTIN_FOLDER
from vectorstore.encoder import find_model

WINDOW = "The board met in May. It chose Jo Tan as its chair. Nobody spoke of the budget."
QUESTIONS = {
    "When did the board meet?": "May",
    "Who was chosen as chair?": "Jo Tan",
}


def same(one: Reading, other: Reading) -> bool:
    return one.starts.tolist() == other.starts.tolist() and one.ends.tolist() == other.ends.tolist()


@pytest.fixture(scope="module")
def shipped() -> OnnxReader:
    return OnnxReader()


@pytest.mark.parametrize(("question", "answer"), QUESTIONS.items())
def test_the_shipped_reader_finds_the_words(
    shipped: OnnxReader, question: str, answer: str
) -> None:
    reading = shipped.read(question, [WINDOW])[0]
    best = reading.best(0, len(WINDOW))
    assert best is not None
    assert answer in WINDOW[best[0] : best[1]]
    assert reading.here > 0


def test_it_says_that_a_window_does_not_answer(shipped: OnnxReader) -> None:
    away = shipped.read("How tall is the highest mountain of Peru?", [WINDOW])[0]
    assert away.here < shipped.read("When did the board meet?", [WINDOW])[0].here
    assert away.here < 0


def test_a_reading_hangs_on_its_window_alone(shipped: OnnxReader) -> None:
    question = "Who was chosen as chair?"
    alone = shipped.read(question, [WINDOW])[0]
    among = shipped.read(question, ["A much longer window. " * 20, WINDOW, "Short."])[1]
    assert same(alone, among)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_same_bytes_on_one_thread_or_two(shipped: OnnxReader, threads: str) -> None:
    code = (
        "import onnxruntime as o; make = o.SessionOptions\n"
        "def options():\n"
        f"    made = make(); made.intra_op_num_threads = {threads}; return made\n"
        "o.SessionOptions = options\n"
        "from assistant.reader import OnnxReader\n"
        f"r = OnnxReader().read('Who was chosen as chair?', [{WINDOW!r}])[0]\n"
        "print(r.starts.tolist(), r.ends.tolist())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    here = shipped.read("Who was chosen as chair?", [WINDOW])[0]
    assert said.strip() == f"{here.starts.tolist()} {here.ends.tolist()}"


def test_an_empty_window_is_read_too(shipped: OnnxReader) -> None:
    reading = shipped.read("Who?", [""])[0]
    assert reading.best(0, 10) is None
    assert len(reading.starts) == 1


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUILTIN_FOLDER, folder)
    with (folder / "reader.onnx").open("r+b") as stream:
        stream.seek(1_000_000)
        stream.write(b"\x00\x01\x02\x03")
    with pytest.raises(ReaderUnavailable, match="not the published ones"):
        OnnxReader(folder)
    (folder / "reader.onnx").unlink()
    with pytest.raises(ReaderUnavailable, match="SOUNDINGS_READER=none"):
        OnnxReader(folder)


def test_the_file_is_small_enough_to_ship() -> None:
    assert (BUILTIN_FOLDER / "reader.onnx").stat().st_size <= 25_000_000


def test_any_question_answering_model_takes_its_place(hub_reader: Path) -> None:
    reader = HubReader(str(hub_reader))
    readings = reader.read("When did the board meet?", [WINDOW, "Short.", "It was. " * 400])
    assert [len(r.offsets) for r in readings][1] == 2
    assert readings[2].offsets[-1][1] < len("It was. " * 400), "what is too long is cut off"
    best = readings[0].best(0, 21)
    assert best is not None and 0 <= best[0] < best[1] <= 21
    assert same(readings[0], reader.read("When did the board meet?", [WINDOW])[0])
    assert reader.fingerprint != OnnxReader().fingerprint


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(ReaderUnavailable, match="no question-answering model"):
        HubReader(str(find_model("builtin"))).read("Who?", [WINDOW])


def test_a_reader_that_is_not_there_is_named_with_its_cure() -> None:
    with pytest.raises(ReaderUnavailable, match="no reader 'nobody/nothing'"):
        open_reader("nobody/nothing")
    assert open_reader("none") is None
