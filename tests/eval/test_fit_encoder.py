"""Training of the encoder: what is learnt from, how it is shown, one step, what is packed."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from eval.errors import EvalError
from eval.fitting.encoder.export import mean_of
from eval.fitting.encoder.measure import over_documents
from eval.fitting.encoder.mine import evidence_places, mine_by_words, places_of
from eval.fitting.encoder.pairs import Lesson, Pair, drawn_pairs
from eval.fitting.encoder.records import EXAMPLES, RECORDS, Text, corpus, keep, lines, ours
from eval.fitting.encoder.texts import parts_of
from eval.fitting.encoder.train import Plan, loss_of, train
from tests.made import saved, tiny_model
from vectorstore.encoder import SentenceEncoder
from vectorstore.library.context import in_context

TEXT = (
    "# Boats\n\n## Hulls\n\nA hull keeps water out. Oak is heavy.\n\n## Sails\n\nThese take wind.\n"
)
CITED = Text(id="shared/boats", title="Boats", text=TEXT)
OWN = Text(id="own/tea", title="Tea", text="Tea is steeped for four minutes. Milk goes in last.")


def record(id: str, doc: str, evidence: list[str], **more: Any) -> dict[str, Any]:
    asked = {
        "question": "What for?",
        "standalone": "What keeps water out of a boat?",
        "history": [],
    }
    return {"id": id, "doc": doc, "answerable": True, "evidence": evidence} | asked | more


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Two records as people write them, kept in the form that is committed."""
    folder, target = tmp_path / "written", tmp_path / "kept"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text(
        "".join(
            json.dumps({"id": t.id, "title": t.title, "text": t.text}) + "\n" for t in (CITED, OWN)
        )
    )
    rows = [
        record("1", CITED.id, ["A hull keeps water out."]),
        record("2", OWN.id, ["Tea is steeped for four minutes."]),
    ]
    (folder / "records.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    keep([folder], {CITED.id: CITED}, target)
    return target


def shared(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "shared" / "bench" / "uk_docs"
    folder.mkdir(parents=True)
    row = {"id": CITED.id, "title": CITED.title, "text": text}
    (folder / "corpus.jsonl").write_text(json.dumps(row) + "\n")
    return tmp_path / "shared"


def test_kept_records_come_back_with_their_evidence(kept: Path, tmp_path: Path) -> None:
    at = shared(tmp_path, TEXT)
    found = [ours(at, aside=aside, folder=kept) for aside in (False, True)]
    pieces = {
        r.id: texts[r.doc].text[start:end]
        for records, texts in found
        for r in records
        for start, end in r.evidence
    }
    assert pieces == {"1": "A hull keeps water out.", "2": "Tea is steeped for four minutes."}


def test_words_of_a_cited_document_are_not_kept(kept: Path) -> None:
    assert "hull keeps" not in "".join(file.read_text() for file in kept.iterdir())


def test_a_cited_document_that_changed_is_refused(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="shared/boats"):
        ours(shared(tmp_path, TEXT + "More."), aside=False, folder=kept)


def test_without_the_shared_documents_our_own_are_left(kept: Path, tmp_path: Path) -> None:
    docs = {d for aside in (False, True) for d in ours(tmp_path, aside=aside, folder=kept)[1]}
    assert docs == {OWN.id}


def test_what_we_wrote_fits_its_documents() -> None:
    texts = corpus(EXAMPLES / "documents.jsonl")
    for row in lines(EXAMPLES / RECORDS):
        assert row["answerable"] == bool(row["evidence"]), row["id"]
        if row["doc"] in texts:
            body = texts[row["doc"]].text
            assert all(body[start:end].strip() for start, end in row["evidence"]), row["id"]


def test_a_context_says_the_title_once() -> None:
    assert in_context("Boats", "Boats › Hulls", "Oak.") == "Boats › Hulls\nOak."
    assert in_context("Boats", "Hulls", "Oak.") == "Boats › Hulls\nOak."
    assert in_context("", "", "Oak.") == "Oak."


@pytest.fixture
def pairs(kept: Path, tmp_path: Path) -> list[Pair]:
    at = shared(tmp_path, TEXT)
    records = [r for aside in (False, True) for r in ours(at, aside=aside, folder=kept)[0]]
    places = places_of(parts_of([CITED, OWN]))
    lessons = [
        Lesson(record=r, right=right, near=near, far=far)
        for r, right, (near, far) in zip(
            records,
            evidence_places(records, places),
            mine_by_words(records, places),
            strict=True,
        )
    ]
    return [pair for seed in range(8) for pair in drawn_pairs(lessons, places, seed)]


def test_a_wrong_text_never_holds_the_evidence(pairs: list[Pair]) -> None:
    assert pairs
    assert all(pair.is_answered_by(pair.right) for pair in pairs)
    assert not any(pair.wrong and pair.is_answered_by(pair.wrong) for pair in pairs)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return saved(tiny_model("BertModel", 1), tmp_path / "tiny")


def loaded(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer

    return AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def test_training_brings_questions_nearer_to_what_answers(
    pairs: list[Pair], tiny: Path, tmp_path: Path
) -> None:
    model, tokens = loaded(tiny)
    words = model.embeddings.word_embeddings.weight.clone()
    before = loss_of(model, tokens, pairs[:8], 0.05, 32)
    checkpoint = tmp_path / "checkpoint"
    train(model, tokens, pairs * 4, Plan(rate=1e-2, batch=8, tokens=32), checkpoint)
    assert loss_of(model, tokens, pairs[:8], 0.05, 32) < before
    assert torch.equal(model.embeddings.word_embeddings.weight, words)
    assert not checkpoint.exists()


def test_what_is_packed_is_half_the_size_and_computed_in_single(tmp_path: Path, tiny: Path) -> None:
    mean_of([tiny], tmp_path / "packed", half=True)
    assert (tmp_path / "packed" / "model.safetensors").stat().st_size < (
        0.6 * (tiny / "model.safetensors").stat().st_size
    )
    model, _ = loaded(tmp_path / "packed")
    assert model.dtype == torch.float32


def test_the_mean_of_a_model_and_itself_is_itself(tmp_path: Path, tiny: Path) -> None:
    mean_of([tiny, tiny], tmp_path / "mean", [0.25, 0.75])
    one, two = loaded(tiny)[0].state_dict(), loaded(tmp_path / "mean")[0].state_dict()
    assert all(torch.allclose(value, two[name]) for name, value in one.items())


def test_measures_count_passages_that_hold_the_evidence(kept: Path, tmp_path: Path) -> None:
    at = shared(tmp_path, TEXT)
    records = [r for aside in (False, True) for r in ours(at, aside=aside, folder=kept)[0]]
    figures = over_documents(
        SentenceEncoder("all-minilm-l6-v2").encode, records, {CITED.id: CITED, OWN.id: OWN}
    )
    assert figures["passages R@8"] == 1.0
    assert figures["n"] == 2
    assert "passages R@8 with history" not in figures
