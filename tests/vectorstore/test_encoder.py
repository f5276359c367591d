"""The encoder: which model, from where, and whether it is the one that made the library."""

import gc
import json
import shutil
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore import EncoderUnavailable, SentenceEncoder, StoreSettings, load_settings
from vectorstore import encoder as encoders
from vectorstore.doctor import examine
from vectorstore.encoder import BATCH_TOKENS, PADDING, batches, find_model, fingerprint_of


@pytest.fixture
def copied_model(tmp_path: Path) -> Path:
    """A copy of the built-in model under the same folder name."""
    folder = tmp_path / "model"
    shutil.copytree(find_model("builtin"), folder)
    return folder


def test_a_copy_of_a_model_has_its_fingerprint(copied_model: Path) -> None:
    assert fingerprint_of(copied_model) == fingerprint_of(find_model("builtin"))


@pytest.mark.parametrize("name", ["config.json", "1_Pooling/config.json"])
def test_another_configuration_has_another_fingerprint(copied_model: Path, name: str) -> None:
    before = fingerprint_of(copied_model)
    config = json.loads((copied_model / name).read_text())
    (copied_model / name).write_text(json.dumps({**config, "comment": "changed"}))
    assert fingerprint_of(copied_model) != before


def test_other_weights_have_another_fingerprint(copied_model: Path) -> None:
    before = fingerprint_of(copied_model)
    with (copied_model / "model.safetensors").open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x01")
    assert fingerprint_of(copied_model) != before


@pytest.mark.parametrize("name", ["no/such-model", "~no-such-user-here/m", "x" * 5000, "a\x00b"])
def test_a_model_that_is_not_there_is_a_clear_error(name: str) -> None:
    with pytest.raises(EncoderUnavailable, match="no encoder"):
        SentenceEncoder(name)


def test_a_model_that_ran_before_is_let_go_when_another_is_loaded() -> None:
    """Each file that is added at the page has one loaded; they are full of cycles, and large."""
    gc.disable()
    try:
        before = SentenceEncoder()
        before.encode(["A boat."])
        model = weakref.ref(before._model)
        del before
        SentenceEncoder().encode(["A boat."])
        assert model() is None
    finally:
        gc.enable()


def test_a_folder_without_weights_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="no model weights"):
        SentenceEncoder(str(tmp_path))


def test_a_broken_model_is_a_clear_error(copied_model: Path) -> None:
    (copied_model / "config.json").write_text("{}")
    (copied_model / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(EncoderUnavailable, match="cannot load the encoder"):
        SentenceEncoder(str(copied_model)).encode(["text"])


def test_vectors_have_unit_length_and_keep_the_order() -> None:
    encoder = SentenceEncoder()
    texts = ["A short one.", "A much longer text about boats that sail at dawn.", ""]
    together = encoder.encode(texts)
    assert (together**2).sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert float(encoder.encode([text])[0] @ vector) == pytest.approx(1, abs=1e-4)
    assert encoder.encode([]).shape == (0, together.shape[1])


@given(lengths=st.lists(st.integers(min_value=1, max_value=256), max_size=400))
def test_batches_hold_each_text_once_and_little_padding(lengths: list[int]) -> None:
    found = list(batches(lengths))
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    for batch in found:
        width = max(lengths[i] for i in batch)
        assert width * len(batch) <= BATCH_TOKENS
    padded = sum(max(lengths[i] for i in batch) * len(batch) for batch in found)
    small = 256 * len(found)  # what batches of a few texts may waste at the most
    assert padded <= sum(lengths) / (1 - PADDING) + small


def test_a_text_has_the_same_vector_in_any_company() -> None:
    encoder = SentenceEncoder()
    texts = [f"Boat {i} sails" + " slowly" * (i % 40) + "." for i in range(80)]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-6


TEXTS = ["The ferry made 14 crossings in May.", "Who keeps the lighthouse?", "Sails " * 60]


def test_half_precision_is_for_bulk_alone_and_its_vectors_are_interchangeable() -> None:
    single, half = SentenceEncoder(), SentenceEncoder(precision="half")
    exact, rough = single.encode(TEXTS, bulk=True), half.encode(TEXTS, bulk=True)
    assert not np.array_equal(exact, rough)
    assert (exact * rough).sum(axis=1).min() >= 0.999
    assert (rough**2).sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-6)
    assert np.array_equal(half.encode(TEXTS), exact)
    assert half.fingerprint == single.fingerprint


@pytest.mark.parametrize("able", [True, False])
def test_auto_is_half_where_the_processor_is_made_for_it(
    able: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "multiplies_bfloat16", lambda: able)
    single, auto = SentenceEncoder(), SentenceEncoder(precision="auto")
    same = np.array_equal(auto.encode(TEXTS, bulk=True), single.encode(TEXTS, bulk=True))
    assert same is not able


@pytest.mark.parametrize("name", [encoders.TUNED, encoders.UNTUNED])
def test_a_shipped_encoder_is_found_by_its_name(name: str) -> None:
    weights = find_model(name) / "model.safetensors"
    assert encoders.sha256_of(weights) == encoders.SHIPPED[name][1]


def test_other_weights_than_the_published_are_refused(
    copied_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (copied_model / "model.safetensors").open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x01")
    monkeypatch.setattr(encoders, "TUNED_FOLDER", copied_model)
    with pytest.raises(EncoderUnavailable, match=encoders.TUNED):
        SentenceEncoder(encoders.TUNED)


def test_the_tuned_encoder_fits_its_allowance_and_is_computed_in_single() -> None:
    files = [file for file in encoders.TUNED_FOLDER.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) <= 46_000_000
    vector = SentenceEncoder(encoders.TUNED).encode(["A boat needs a keel."])[0]
    assert float(vector @ vector) == pytest.approx(1, abs=1e-5)


def test_queries_and_passages_get_the_prompts_that_a_model_names(copied_model: Path) -> None:
    prompts = {"query": "query: ", "document": "passage: "}
    config = {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"}
    (copied_model / "config_sentence_transformers.json").write_text(json.dumps(config))
    plain, told = SentenceEncoder(), SentenceEncoder(str(copied_model))
    for query, prompt in ((True, "query: "), (False, "passage: ")):
        expected = plain.encode([f"{prompt}a boat", f"{prompt}{TEXTS[2]}"])
        assert told.encode(["a boat", TEXTS[2]], query=query) == pytest.approx(expected, abs=1e-5)
    assert told.fingerprint != plain.fingerprint


def test_the_doctor_says_what_another_encoder_costs(shelf: Any) -> None:
    asked = load_settings(
        {"vectorstore": StoreSettings},
        home=str(shelf.home),
        environ={"SOUNDINGS_ENCODER": str(find_model("builtin"))},
    )
    (found,) = [f for f in examine(asked) if f.name == "encoder"]
    assert not found.well and found.cure == "soundings ingest --rebuild"
    assert "4 sentences would be encoded, in about 1 minute." in found.found
