"""The reader's making: examples of records, training that goes on after an interruption, and the
form in which it ships and is trained on from."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from assistant.reading.reader import BUILTIN_FOLDER, EXPORTED, OnnxReader, Stretch
from assistant.turn.network import TOKENS
from eval.fitting.encoder.mine import mine_by_words, places_of
from eval.fitting.encoder.records import Record, Text
from eval.fitting.encoder.texts import parts_of
from eval.fitting.reader import examples as made
from eval.fitting.reader import train
from eval.fitting.reader.base import MARKS, shipped_body
from eval.fitting.reader.examples import Example, read_examples
from eval.fitting.reader.export import main as export
from eval.fitting.reader.export import write_small
from tests.made import saved, tiny_model

PLACES = ("Bury", "Leeds", "Derby", "Hull", "York", "Truro", "Luton", "Ely")


def example(place: str, i: int, *, answers: bool = True) -> Example:
    """The chair's town, said or kept silent about."""
    said = f"The chair lives in {place}." if answers else "The clerk was ill."
    return Example(
        set="towns",
        question="Where does the chair live?",
        before="",
        heading="Minutes",
        sentences=("Nobody came.", said, f"Item {i} was put off."),
        right=(False, answers, False),
        aside=i % 10 == 0,
    )


@pytest.fixture(scope="module")
def examples_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("examples") / "examples.jsonl"
    rows = [example(PLACES[i % 8], i, answers=i % 3 > 0) for i in range(120)]
    file.write_text("".join(json.dumps(asdict(e)) + "\n" for e in rows), encoding="utf-8")
    assert read_examples(file) == rows
    return file


SHAPE = {"hidden_size": 128, "num_attention_heads": 4, "intermediate_size": 128}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder of BERT's kind with random weights, as model hubs have them."""
    return saved(tiny_model("BertModel", 3, **SHAPE), tmp_path_factory.mktemp("begun"))


def exported(model: Path, out: Path, examples: Path) -> OnnxReader:
    """The reader that the command makes of what training wrote."""
    args = ["--model", str(model), "--out", str(out), "--examples", str(examples)]
    assert export(args) == 0
    return OnnxReader(out)


def trained(examples: Path, begin: Path, out: Path, *more: str) -> dict[str, Any]:
    """The weights that the command comes to."""
    args = ["--examples", str(examples), "--begin", str(begin), "--out", str(out)]
    shape = ["--epochs", "4", "--batch-tokens", "400", "--rate", "0.003", "--frozen", "0"]
    assert train.main([*args, *shape, *more]) == 0
    weights: dict[str, Any] = torch.load(out / "model.pt", weights_only=True)
    return weights


def equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


@pytest.mark.slow
def test_an_interrupted_run_goes_on_to_the_same_weights(
    examples_file: Path, begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(examples_file, begun, tmp_path / "whole")
    monkeypatch.setattr(train, "CHECKPOINT_SECONDS", -1)
    real, done = train.loss_of, []

    def interrupted(*args: Any) -> Any:
        done.append(1)
        if len(done) == 20:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(train, "loss_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trained(examples_file, begun, tmp_path / "halves")
    assert (tmp_path / "halves" / "checkpoint.pt").exists()
    assert equal(whole, trained(examples_file, begun, tmp_path / "halves"))
    monkeypatch.setattr(train, "loss_of", real)
    assert not (tmp_path / "halves" / "checkpoint.pt").exists()
    assert not equal(whole, trained(examples_file, begun, tmp_path / "other", "--seed", "4"))


def test_what_was_learnt_runs_in_the_form_that_ships(
    examples_file: Path, begun: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained(examples_file, begun, tmp_path, "--epochs", "12")
    figures = json.loads(capsys.readouterr().err.splitlines()[-1].split(" ", 1)[1])
    assert figures["n"] == 12 and figures["first"] == 1.0 and figures["whole"] > 0.95
    reader = exported(tmp_path, tmp_path / "small", examples_file)
    here, gone = (
        reader.read(e.question, "", [Stretch(heading=e.heading, sentences=e.sentences)])[0]
        for e in (example("Hull", 1), example("Hull", 1, answers=False))
    )
    assert int(here.sentences.argmax()) == 1 and here.whole > gone.whole


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A tiny encoder of MPNet's kind, as model hubs have them, with its own names for the marks."""
    tokens = Tokenizer.from_file(str(BUILTIN_FOLDER / TOKENS))
    tokens.add_special_tokens(list(MARKS.values()))
    size = tokens.get_vocab_size()
    body = tiny_model("MPNetModel", 3, **SHAPE, vocab_size=size, num_hidden_layers=2)
    saved(body, tmp_path / "published")
    tokens.save(str(tmp_path / "published" / TOKENS))
    return tmp_path / "published"


def test_the_lowest_layers_of_a_published_encoder_learn_to_read(
    examples_file: Path, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = trained(examples_file, published, tmp_path, "--layers", "1", "--epochs", "12")
    assert sum(name.endswith("attention.attn.q.weight") for name in weights) == 1
    assert weights["body.segments.weight"].abs().max() > 0
    figures = json.loads(capsys.readouterr().err.splitlines()[-1].split(" ", 1)[1])
    assert figures["first"] == 1.0 and figures["whole"] > 0.95
    reader = exported(tmp_path, tmp_path / "small", examples_file)
    for e in (example("Hull", 1), example("Ely", 2)):
        (read,) = reader.read(e.question, "", [Stretch(heading=e.heading, sentences=e.sentences)])
        assert int(read.sentences.argmax()) == 1


def test_what_ships_is_taken_apart_again(tmp_path: Path) -> None:
    body = tiny_model("BertModel", 3, **SHAPE)
    body.pooler = None
    for number, parameter in enumerate(p for p in body.parameters() if p.ndim == 1):
        parameter.data += 1e-3 * number  # equal ones would become one in the file
    was = {name: value.clone() for name, value in body.state_dict().items()}
    file = tmp_path / EXPORTED
    write_small(train.SentenceReader(body), file, {"tokens": {0: "batch"}, "whole": {0: "batch"}})
    apart = shipped_body(file)
    assert apart.config.vocab_size == body.config.vocab_size
    for name, value in apart.state_dict().items():
        if value.dtype.is_floating_point:
            one, other = value.flatten().numpy(), was[name].flatten().numpy()
            near = np.abs(one - other).max() <= 0.1 * np.abs(other).max() + 1e-6
            assert near, name


def test_examples_mark_what_answers_and_show_what_does_not() -> None:
    body = (
        "# Eels\n\nEels climb at night. They rest by day.\n\n# Otters\n\nOtters are counted in "
        "spring. Volunteers count them.\n\n# Nets\n\nNets are mended in winter.\n"
    )
    texts = [Text(id="river", title="The river", text=body)]
    start = body.index("Otters are")
    spans = ((start, start + len("Otters are counted in spring.")),)
    record = Record(
        id="1",
        set="ours",
        doc="river",
        question="And otters?",
        standalone="When are otters counted?",
        history=(("user", "When do eels climb?"), ("assistant", "At night.")),
        evidence=spans,
    )
    silent = Record(
        id="2", set="ours", doc="river", question="Who pays?", standalone="Who pays?", evidence=()
    )
    places = places_of(parts_of(texts))
    records = [record, silent]
    shown = list(
        made._examples(
            records, places, mine_by_words(records, places), made.random.Random(1), False
        )
    )
    of = [e for e in shown if e.question == "And otters?"]
    marked = [s for e in of for s, right in zip(e.sentences, e.right, strict=True) if right]
    assert marked == ["Otters are counted in spring."]
    assert of[0].before == "When do eels climb?\nAt night."
    assert of[0].heading == "The river › Otters"
    assert not any(any(e.right) for e in shown if e.question == "Who pays?")
