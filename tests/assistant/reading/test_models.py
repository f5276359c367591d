"""Readers that run: those of the hub's form, those exported, and none."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ReaderUnavailable
from assistant.reading import HubReader, OnnxReader, Reading, open_reader
from assistant.reading import readers as models
from assistant.reading.calibration import SHIPPED_READ
from assistant.reading.readers import BUILTIN_SHA256, EXPORTED, TOKENS
from tests.made import saved, tiny_model
from vectorstore.encoder import find_model

WINDOW = "The board met in May. It chose Jo Tan as its chair. Nobody spoke of the budget."
QUESTION = "Who was chosen as chair?"


def same(one: Reading, other: Reading) -> bool:
    return one.starts.tolist() == other.starts.tolist() and one.ends.tolist() == other.ends.tolist()


@pytest.fixture(scope="module")
def exported(hub_reader: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny reader with eight-bit weights."""
    from eval.fitting.reader.export import main

    folder = tmp_path_factory.mktemp("exported")
    assert main(["--model", str(hub_reader), "--out", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("kind", ["hub", "exported"])
def test_a_folder_is_read_with_what_it_holds(kind: str, hub_reader: Path, exported: Path) -> None:
    reader = open_reader(str(hub_reader if kind == "hub" else exported))
    assert isinstance(reader, HubReader if kind == "hub" else OnnxReader)
    readings = reader.read(QUESTION, [WINDOW, "Short.", "", "It was. " * 400])
    assert [len(r.offsets) for r in readings][1:3] == [2, 0]
    assert readings[2].best(0, 10) is None
    assert 200 < readings[3].offsets[-1][1] < len("It was. " * 400), "what is too long is cut off"
    best = readings[0].best(0, 21)
    assert best is not None and 0 <= best[0] < best[1] <= 21
    among = reader.read(QUESTION, ["Another.", WINDOW])[1]
    assert same(readings[0], among), "a reading hangs on its window alone"


def test_an_exported_reader_says_nearly_the_same(hub_reader: Path, exported: Path) -> None:
    whole = HubReader(str(hub_reader)).read(QUESTION, [WINDOW])[0]
    small = OnnxReader(exported).read(QUESTION, [WINDOW])[0]
    assert whole.offsets.tolist() == small.offsets.tolist()
    assert abs(whole.starts - small.starts).max() < 0.5
    assert HubReader(str(hub_reader)).fingerprint != OnnxReader(exported).fingerprint


def test_what_is_told_hardly_changes_with_the_vectors_of_words_in_four_bits(tmp_path: Path) -> None:
    from eval.fitting.reader.export import main

    model = tiny_model("BertForQuestionAnswering", 12, hidden_size=128, initializer_range=0.2)
    folder = saved(model, tmp_path / "hub")
    assert main(["--model", str(folder), "--out", str(tmp_path / "small")]) == 0
    table = model.bert.embeddings.word_embeddings.weight.numel()
    assert (tmp_path / "small" / EXPORTED).stat().st_size < 0.75 * table, "half a byte, and scales"
    whole = HubReader(str(folder)).read(QUESTION, [WINDOW])[0]
    small = OnnxReader(tmp_path / "small").read(QUESTION, [WINDOW])[0]
    assert np.corrcoef(whole.starts, small.starts)[0, 1] > 0.85, "about 0 with the wrong vectors"


def test_four_bits_are_as_near_as_they_can_be() -> None:
    from eval.fitting.reader.export import BLOCK, in_four_bits

    table = np.random.default_rng(2).normal(size=(5, 3 * BLOCK)).astype(np.float32)
    table[1, :BLOCK] = 0
    packed, scales = in_four_bits(table)
    halves = np.stack([packed & 0xF, packed >> 4], axis=-1).reshape(table.shape).astype(np.int8)
    numbers = np.where(halves > 7, halves - 16, halves)
    again = numbers * np.repeat(scales, BLOCK, axis=1)
    assert packed.shape == (5, 3 * BLOCK // 2) and scales.shape == (5, 3)
    assert (abs(again - table) <= np.repeat(scales, BLOCK, axis=1) / 2 + 1e-6).all()


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_same_bytes_on_one_thread_or_two(exported: Path, threads: str) -> None:
    code = (
        "import onnxruntime as o; make = o.SessionOptions\n"
        "def options():\n"
        f"    made = make(); made.intra_op_num_threads = {threads}; return made\n"
        "o.SessionOptions = options\n"
        "from pathlib import Path\n"
        "from assistant.reading import OnnxReader\n"
        f"r = OnnxReader(Path({str(exported)!r})).read({QUESTION!r}, [{WINDOW!r}])[0]\n"
        "print(r.starts.tolist(), r.ends.tolist())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    here = OnnxReader(exported).read(QUESTION, [WINDOW])[0]
    assert said.strip() == f"{here.starts.tolist()} {here.ends.tolist()}"


def test_a_broken_reader_is_named_with_its_cure(exported: Path, tmp_path: Path) -> None:
    (tmp_path / EXPORTED).write_bytes((exported / EXPORTED).read_bytes()[:5_000])
    (tmp_path / "tokenizer.json").write_bytes((exported / "tokenizer.json").read_bytes())
    with pytest.raises(ReaderUnavailable, match="Export it again"):
        OnnxReader(tmp_path).read(QUESTION, [WINDOW])


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(ReaderUnavailable, match="no question-answering model"):
        open_reader(str(find_model("builtin")))


def test_a_reader_that_is_not_there_is_named() -> None:
    with pytest.raises(ReaderUnavailable, match="no reader 'nobody/nothing'"):
        open_reader("nobody/nothing")
    assert open_reader("none") is None


def test_the_built_in_reader_is_the_one_that_was_measured(tmp_path: Path) -> None:
    reader = open_reader("builtin")
    assert isinstance(reader, OnnxReader)
    assert reader.fingerprint == f"reader-{BUILTIN_SHA256[:16]}"
    shipped = json.loads(SHIPPED_READ.read_text("utf-8"))
    assert shipped["reader"] == reader.fingerprint, "the calibration was made with it"
    asked, other = reader.read(QUESTION, [WINDOW, "The pier is painted green every spring."])
    best = asked.best(0, len(WINDOW))
    assert best is not None and "Jo Tan" in WINDOW[best[0] : best[1]]
    assert asked.here > other.here, "it knows which of the two answers"


def test_a_damaged_reader_is_refused(tmp_path: Path) -> None:
    folder = Path(models.__file__).parent / "model"
    for name in (EXPORTED, TOKENS):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    OnnxReader(tmp_path, BUILTIN_SHA256)
    with (tmp_path / TOKENS).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(ReaderUnavailable, match="is damaged"):
        OnnxReader(tmp_path, BUILTIN_SHA256)
