"""Training: what is learnt, and going on after an interruption."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from eval.fitting.reader import train
from eval.fitting.reader.examples import Example
from eval.fitting.reader.pairs import Pair, read_pairs
from eval.fitting.reader.train import logits_of
from tests.made import saved, tiny_model

PLACES = ("Bury", "Leeds", "Derby", "Hull", "York", "Truro", "Luton", "Ely")
CPU = torch.device("cpu")


def example(place: str, i: int, *, answers: bool = True) -> Example:
    """The chair's town, said or kept silent about."""
    said = f"The chair lives in {place}." if answers else "The chair lives there."
    passage = f"Nobody came. {said} Item {i} was put off."
    at = passage.find(place)
    return Example(
        set="towns",
        kind="window",
        question="Where does the chair live?",
        passage=passage,
        spans=((at, at + len(place)),) if answers else (),
        validation=i % 10 == 0,
    )


@pytest.fixture(scope="module")
def examples_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("examples") / "examples.jsonl"
    made = [example(PLACES[i % 8], i, answers=i % 3 > 0) for i in range(120)]
    file.write_text("".join(json.dumps(e.to_json()) + "\n" for e in made), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def tokens(hub_reader: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(hub_reader, local_files_only=True)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tiny_model("BertModel", 3), tmp_path_factory.mktemp("encoder"))


def trained(examples: Path, encoder: Path, out: Path, *more: str) -> dict[str, np.ndarray]:
    """The weights that the command comes to."""
    args = ["--examples", str(examples), "--encoder", str(encoder), "--out", str(out)]
    shape = ["--epochs", "4", "--batch-tokens", "200", "--rate", "0.01"]
    assert train.main([*args, *shape, *more]) == 0
    weights: dict[str, np.ndarray] = load_file(out / "model" / "model.safetensors")
    return weights


def equal(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all((one[k] == other[k]).all() for k in one)


def test_an_interrupted_run_goes_on_to_the_same_weights(
    examples_file: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(examples_file, encoder, tmp_path / "whole")
    monkeypatch.setattr(train, "CHECKPOINT_SECONDS", -1)
    real, done = train.loss_of, []

    def interrupted(*args: Any) -> Any:
        done.append(1)
        if len(done) == 20:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(train, "loss_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trained(examples_file, encoder, tmp_path / "halves")
    assert (tmp_path / "halves" / "checkpoint.pt").exists()
    assert equal(whole, trained(examples_file, encoder, tmp_path / "halves"))
    monkeypatch.setattr(train, "loss_of", real)
    assert not (tmp_path / "halves" / "checkpoint.pt").exists()
    assert not equal(whole, trained(examples_file, encoder, tmp_path / "other", "--seed", "4"))


def test_a_checkpoint_of_another_run_is_not_gone_on_from(
    examples_file: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(examples_file, encoder, tmp_path / "whole")
    monkeypatch.setattr(train, "CHECKPOINT_SECONDS", -1)
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    trained(examples_file, encoder, tmp_path / "again", "--seed", "4")
    assert (tmp_path / "again" / "checkpoint.pt").exists()
    assert equal(whole, trained(examples_file, encoder, tmp_path / "again"))


def test_where_the_answer_stands_is_learnt(
    examples_file: Path, encoder: Path, tokens: Any, tmp_path: Path
) -> None:
    from transformers import AutoModelForQuestionAnswering

    trained(examples_file, encoder, tmp_path, "--epochs", "25")
    model = AutoModelForQuestionAnswering.from_pretrained(tmp_path / "model")
    found = train.validate(model, read_pairs(examples_file, tokens), CPU)["towns"]
    assert found["n"] == 12 and found["start"] >= 0.8 and found["auroc"] >= 0.9


def test_frozen_layers_and_word_embeddings_stay_as_they_are(
    examples_file: Path, encoder: Path, tmp_path: Path
) -> None:
    before = load_file(encoder / "model.safetensors")
    after = trained(examples_file, encoder, tmp_path, "--frozen", "1", "--epochs", "1")
    body = [name for name in before if not name.startswith("pooler")]
    assert body and all((after[f"bert.{name}"] == before[name]).all() for name in body)
    assert after["qa_outputs.weight"].any()


def test_the_lowest_layers_may_be_all_that_is_kept(examples_file: Path, tmp_path: Path) -> None:
    deep = saved(tiny_model("BertModel", 6, num_hidden_layers=3), tmp_path / "deep")
    before = load_file(deep / "model.safetensors")
    after = trained(
        examples_file, deep, tmp_path, "--layers", "2", "--frozen", "2", "--epochs", "1"
    )
    kept = {name.removeprefix("bert.") for name in after if ".layer." in name}
    assert kept == {name for name in before if ".layer.0." in name or ".layer.1." in name}
    assert all((after[f"bert.{name}"] == before[name]).all() for name in kept)


def test_encoders_without_segments_are_read_as_they_want(tmp_path: Path, tokens: Any) -> None:
    import transformers

    torch.manual_seed(5)
    shape = transformers.MPNetConfig(
        vocab_size=len(tokens), hidden_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    model = transformers.MPNetForQuestionAnswering(shape).eval()
    pairs = _pairs(tmp_path, tokens, [example("Bury", 1), example("Leeds", 100, answers=False)])
    both, alone = logits_of(model, pairs, CPU), logits_of(model, pairs[:1], CPU)
    width = alone.shape[-1]
    torch.testing.assert_close(both[:1, :, :width], alone)
    assert not torch.isfinite(both[:1, :, width:]).any(), "padding holds no answer"


def test_an_answer_that_is_cut_off_is_left_out(tmp_path: Path, tokens: Any) -> None:
    long = example("Bury", 1)
    filler = "One two three. " * 200
    cut = Example(
        set="towns",
        kind="window",
        question=long.question,
        passage=filler + long.passage,
        spans=tuple((a + len(filler), b + len(filler)) for a, b in long.spans),
    )
    pairs = _pairs(tmp_path, tokens, [cut, long])
    assert [p.example for p in pairs] == [1]
    assert long.passage[slice(*pairs[0].offsets[pairs[0].starts[0] - pairs[0].first])] == "Bury"


def _pairs(folder: Path, tokens: Any, listed: list[Example]) -> list[Pair]:
    file = folder / "few.jsonl"
    file.write_text("".join(json.dumps(e.to_json()) + "\n" for e in listed), encoding="utf-8")
    return read_pairs(file, tokens)
