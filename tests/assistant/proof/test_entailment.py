"""The slot for an entailment model, with a tiny one made here: its second output always wins."""

import json
from pathlib import Path

import pytest

from assistant.proof.entailment import CrossEncoderEntailment
from tests.made import saved, tiny_model
from vectorstore import SettingsError

LABELS = ("contradiction", "entailment", "neutral")
WINNER = 1


def make_model(folder: Path, labels: tuple[str, ...]) -> Path:
    """A cross-encoder of one small layer whose output WINNER is far above the others."""
    import torch

    model = tiny_model(
        "BertForSequenceClassification",
        0,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
    )
    with torch.no_grad():
        model.classifier.bias[WINNER] = 8.0
    return saved(model, folder)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("nli"), LABELS)


def relabelled(model: Path, folder: Path, labels: tuple[str, ...]) -> Path:
    """The same weights under a configuration that names the outputs otherwise."""
    folder.mkdir()
    for file in model.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {str(i): label for i, label in enumerate(labels)}
    config["label2id"] = {label: i for i, label in enumerate(labels)}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_the_output_that_is_called_entailment_counts(model: Path, tmp_path: Path) -> None:
    assert CrossEncoderEntailment(str(model)).entails("It is wet.", "It rained.") > 0.9
    other = relabelled(model, tmp_path / "other", ("ENTAILMENT", "NEUTRAL", "CONTRADICTION"))
    assert CrossEncoderEntailment(str(other)).entails("It is wet.", "It rained.") < 0.1


def test_a_long_passage_and_a_claim_of_two_sentences_are_read(model: Path) -> None:
    passage = "The rain fell on the town all day and all night. " * 200
    score = CrossEncoderEntailment(str(model)).entails("It rained. It was wet.", passage)
    assert 0.9 < score <= 1.0


def test_it_moves_the_verdict(
    soundings: object, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(soundings)
    contradicting = relabelled(model, tmp_path / "no", ("entailment", "neutral", "contradiction"))
    scores = {}
    for name, folder in (("none", "none"), ("for", model), ("against", contradicting)):
        monkeypatch.setenv("SOUNDINGS_NLI", str(folder))
        command = ("check", "The boat is red.", "--passage", "The boat is red.", "--json")
        code, out, err = soundings("--home", tmp_path, *command)
        assert code == 0, err
        scores[name] = json.loads(out)["score"]
    assert scores["against"] < scores["none"] < scores["for"]


@pytest.mark.parametrize("labels", [("yes", "no"), ("LABEL_0", "LABEL_1", "LABEL_2")])
def test_a_model_that_knows_no_entailment_is_refused(
    model: Path, tmp_path: Path, labels: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError, match="entailment") as caught:
        CrossEncoderEntailment(str(relabelled(model, tmp_path / "x", labels)))
    assert labels[0] in str(caught.value)


def test_a_model_that_is_not_there_is_named_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SOUNDINGS_NLI") as caught:
        CrossEncoderEntailment(str(tmp_path / "nowhere"))
    assert "nowhere" in str(caught.value)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingsError, match=r"config\.json"):
        CrossEncoderEntailment(str(tmp_path / "empty"))
