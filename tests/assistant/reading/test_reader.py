"""The reader that runs: what it is given, what it says, and what is told where it cannot."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from assistant.errors import ReaderUnavailable
from assistant.reading import open_reader
from assistant.reading.calibration import SHIPPED_READ
from assistant.reading.reader import (
    ALL,
    BEFORE,
    BUILTIN_FOLDER,
    BUILTIN_SHA256,
    EXPORTED,
    LEAST,
    QUESTION,
    OnnxReader,
    Stretch,
    encoded,
)
from assistant.turn.network import TOKENS

BOARD = Stretch(
    heading="Minutes › May",
    sentences=(
        "The board met in May.",
        "It chose Jo Tan as its chair.",
        "Nobody spoke of the budget.",
    ),
)
PIER = Stretch(heading="", sentences=("The pier is painted green every spring.",))
ASKED = "Who was chosen as chair?"


@pytest.fixture(scope="module")
def tokens() -> Tokenizer:
    made = Tokenizer.from_file(str(BUILTIN_FOLDER / TOKENS))
    made.no_truncation()
    return made


def test_each_token_belongs_to_its_sentence(tokens: Tokenizer) -> None:
    ids, kinds, of = encoded(tokens, ASKED, "And in June?", BOARD)
    said = [tokens.decode(ids[of == number].tolist()) for number in range(3)]
    assert said == [sentence.lower() for sentence in BOARD.sentences]
    opening = tokens.decode(ids[kinds == 0].tolist())
    assert opening == f"[CLS] {ASKED.lower()} [SEP] and in june? [SEP]"
    assert (of[kinds == 0] == -1).all()


def test_what_is_too_long_is_cut_and_the_rest_is_least_likely(tokens: Tokenizer) -> None:
    long = Stretch(heading="h " * 500, sentences=("It was. " * 400, "Jo Tan was chosen."))
    ids, kinds, of = encoded(tokens, "q " * 4_000, "b " * 4_000, long)
    assert len(ids) == ALL and int((kinds == 0).sum()) == QUESTION + BEFORE + 3
    assert set(of.tolist()) == {-1, 0}
    reader = open_reader("builtin")
    assert reader is not None
    assert reader.read(ASKED, "", [long])[0].sentences[1] == LEAST


def test_the_built_in_reader_is_the_one_that_was_measured() -> None:
    reader = open_reader("builtin")
    assert isinstance(reader, OnnxReader)
    assert reader.fingerprint == f"reader-{BUILTIN_SHA256[:16]}"
    shipped = json.loads(SHIPPED_READ.read_text("utf-8"))
    assert shipped["reader"] == reader.fingerprint, "the calibration was made with it"
    board, pier = reader.read(ASKED, "", [BOARD, PIER])
    assert int(board.sentences.argmax()) == 1
    assert board.whole > pier.whole, "it knows which of the two answers"
    among = reader.read(ASKED, "", [BOARD])[0]
    assert among.sentences.tolist() == board.sentences.tolist(), "a stretch is read by itself"


def test_a_follow_up_is_read_in_its_conversation() -> None:
    reader = open_reader("builtin")
    assert reader is not None
    town = Stretch(
        heading="",
        sentences=("Leeds has nine wards.", "The council of Hull sits on Mondays."),
    )
    leeds = reader.read("And how many wards?", "Tell me about Leeds.", [town])[0].sentences
    hull = reader.read("When does it sit?", "What of the council of Hull?", [town])[0].sentences
    assert int(leeds.argmax()) == 0 and int(hull.argmax()) == 1


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_same_numbers_on_one_thread_or_two(threads: str) -> None:
    code = (
        "import onnxruntime as o; make = o.SessionOptions\n"
        "def options():\n"
        f"    made = make(); made.intra_op_num_threads = {threads}; return made\n"
        "o.SessionOptions = options\n"
        "from assistant.reading import open_reader\n"
        "from assistant.reading.reader import Stretch\n"
        f"s = Stretch(heading='', sentences={BOARD.sentences!r})\n"
        f"r = open_reader('builtin').read({ASKED!r}, '', [s])[0]\n"
        "print(r.sentences.tolist(), r.whole)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    reader = open_reader("builtin")
    assert reader is not None
    here = reader.read(ASKED, "", [Stretch(heading="", sentences=BOARD.sentences)])[0]
    assert said.strip() == f"{here.sentences.tolist()} {here.whole}"


def test_a_reader_that_is_not_there_is_named() -> None:
    with pytest.raises(ReaderUnavailable, match="no reader 'nobody/nothing'"):
        open_reader("nobody/nothing")
    assert open_reader("none") is None


def test_a_damaged_or_broken_reader_is_named_with_its_cure(tmp_path: Path) -> None:
    for name in (EXPORTED, TOKENS):
        (tmp_path / name).write_bytes((BUILTIN_FOLDER / name).read_bytes())
    OnnxReader(tmp_path, BUILTIN_SHA256)
    with (tmp_path / TOKENS).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(ReaderUnavailable, match="is damaged"):
        OnnxReader(tmp_path, BUILTIN_SHA256)
    (tmp_path / EXPORTED).write_bytes((BUILTIN_FOLDER / EXPORTED).read_bytes()[:5_000])
    with pytest.raises(ReaderUnavailable, match="export it again"):
        OnnxReader(tmp_path).read(ASKED, "", [BOARD])
    with pytest.raises(ReaderUnavailable, match="cannot be read"):
        OnnxReader(tmp_path / "nowhere")


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
