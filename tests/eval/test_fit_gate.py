"""The gate's fit and its bench, on a few made claims."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.proof.features import FEATURES, FLAGS
from assistant.reading.calibration import Logistic
from eval.bench.claims import compared
from eval.bench.claims import main as bench
from eval.errors import EvalError
from eval.fitting.claim_edits import Claim
from eval.fitting.fit_gate import (
    Rows,
    Truth,
    by_source,
    fit_model,
    held_out,
    proven,
    read_claims,
    vetoed,
)

PASSAGE = "The ferry was built in Bergen in 1998. It carries 240 passengers to the island."


def rows(flag: str, raised: int, n: int = 200) -> Rows:
    """Rows of features of chance; the flag is raised in the first `raised` of them."""
    made = np.random.default_rng(4).random((n, len(FEATURES))).astype(np.float32)
    made[:, [name in FLAGS for name in FEATURES]] = 0.0
    made[:raised, FEATURES.index(flag)] = 1.0
    return made


def test_a_flag_decides_alone_only_where_made_claims_bear_it_out() -> None:
    truth = np.arange(200) >= 60
    assert proven(rows("opposed", 60), truth) == ["opposed"]
    assert proven(rows("opposed", 90), truth) == []
    assert proven(rows("opposed", 5), truth) == []  # too few to say
    assert vetoed(rows("opposed", 60), ["opposed"]).sum() == 60


def test_a_flag_never_speaks_for_a_claim() -> None:
    made = rows("denied", 60)
    for truth in (np.arange(200) >= 60, np.arange(200) < 60):
        model = fit_model(made, truth, made, truth)
        weights = dict(zip(FEATURES, model.weights, strict=True))
        assert all(weights[name] <= 0 for name in FLAGS)
        assert (weights["denied"] < 0) == (not truth[0])


def test_a_set_that_is_held_out_is_not_learnt_from() -> None:
    claims = [
        Claim(passage="", claim="", supported=bool(i % 2), made="ab"[i % 2]) for i in range(200)
    ]
    made = rows("denied", 60)
    asked: list[int] = []

    def learn(chosen: Truth) -> Logistic:
        asked.append(int(chosen.sum()))
        return fit_model(made, np.arange(200) >= 60, made, np.arange(200) >= 60)

    assert held_out(made, by_source(claims), learn).shape == (200,)
    assert asked == [100, 100]


def test_the_comparison_with_word_overlap_is_paired() -> None:
    truth = np.arange(100) % 2 == 0
    blind = np.ones(100, dtype=bool)
    assert "+0.500" in compared(blind, truth, truth)
    assert "p = 1.000" in compared(truth, truth, truth)
    assert "too few" in compared(blind[:1], truth[:1], truth[:1])


def test_the_bench_prints_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = [
        ("The ferry was built in Bergen.", True),
        ("The ferry carries 340 passengers.", False),
        ("It carries 240 passengers.", True),
        ("The ferry was built in Oslo in 1971.", False),
    ] * 3
    file = tmp_path / "claims.jsonl"
    file.write_text(
        "\n".join(
            json.dumps(
                {"passage": PASSAGE, "claim": claim, "supported": right, "source": "ab"[i // 6]}
            )
            for i, (claim, right) in enumerate(claims)
        )
    )
    assert bench(["--claims", str(file)]) == 0
    out = capsys.readouterr().out
    assert "12 claims, 6 supported" in out
    assert "shipped model            1.000" in out
    assert "word overlap, by row" in out
    assert "one pair over encoding its sentences" in out


def test_a_broken_file_of_claims_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("{broken")
    with pytest.raises(EvalError, match=r"x\.jsonl"):
        read_claims(tmp_path / "x.jsonl")
