"""What tells a turn's kind is learnt, and runs in the form that ships."""

import json
from pathlib import Path

import pytest

from assistant.turn.kinds import KIND
from assistant.turn.telling import SHIPPED, SHIPPED_SHA256, Teller
from eval.fitting import fit_turn
from eval.fitting.fit_turn import KINDS, main, read
from tests.made import tiny_model
from vectorstore.encoder import find_model

SAID = {
    "reply": ("hello there", "good morning", "hello you"),
    "list": ("list all the boats", "list every boat", "list the boats"),
    "point": ("who rows the boat", "who built the boat", "who owns the boat"),
}


@pytest.fixture
def turns(tmp_path: Path) -> Path:
    """Turns that their first word tells apart, over and over; the last of each kept aside."""
    rows = [
        {"turn": turn, "history": [], "kind": kind, "aside": number == 2}
        | ({"reply": "greeting"} if kind == "reply" else {})
        for kind, said in SAID.items()
        for number, turn in enumerate(said)
    ]
    taught = [row for row in rows if not row["aside"]] * 16
    file = tmp_path / "turns.jsonl"
    shown = [row for row in rows if row["aside"]] + taught
    file.write_text("".join(json.dumps(row) + "\n" for row in shown), encoding="utf-8")
    assert len(read(file)) == len(shown)
    return file


def test_what_is_learnt_runs_as_it_ships(
    turns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fit_turn, "RECORDS_TAKEN", 0)
    monkeypatch.setattr(fit_turn, "RATE", 3e-3)
    base = tmp_path / "base"
    shape = {"hidden_size": 128, "num_attention_heads": 4, "intermediate_size": 128}
    tiny_model("BertModel", 2, **shape).save_pretrained(base)
    (base / "tokenizer.json").write_bytes(
        (find_model("all-minilm-l6-v2") / "tokenizer.json").read_bytes()
    )
    out = tmp_path / "out"
    order = ["--examples", str(turns), "--base", str(base), "--out", str(out), "--epochs", "8"]
    assert main([*order, "--shared", str(tmp_path)]) == 0
    assert "Kinds of turn: right of what was kept aside: 1.000" in capsys.readouterr().out
    teller = Teller(out / SHIPPED.name)
    for kind, said in SAID.items():
        chances = teller.chances(KIND, KINDS, said[2], [])
        assert max(chances, key=lambda name: chances[name]) == kind
        assert sum(chances.values()) == pytest.approx(1)


def test_what_ships_is_what_was_trained() -> None:
    Teller(SHIPPED, SHIPPED_SHA256)
    assert SHIPPED_SHA256
