"""`soundings check`, and how the check does on claims of our own."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml

from assistant.errors import AssistantError
from assistant.proof import Checker, Support
from assistant.proof.check import SHIPPED, load_model, shipped_model
from assistant.proof.features import FEATURES, FLAGS
from vectorstore import Encoder, SentenceEncoder

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PASSAGE = "The ferry was built in Bergen in 1998. It carries 240 passengers."
TRUE, FALSE = "The ferry was built in Bergen.", "The ferry carries 340 passengers."

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return SentenceEncoder()


@pytest.fixture(scope="module")
def checker(encoder: Encoder) -> Checker:
    return Checker(encoder)


# Claims of our own: changed in one place, or said in other words


ROWERS = (
    "Few of the morning rowers are new, while the evening rowers – who make up about a fifth of "
    "the rowing club – are 64 per cent beginners."
)


@pytest.mark.parametrize(
    ("claim", "crossed"),
    [
        ("64 per cent of the rowing club are evening rowers.", True),
        ("Of the evening rowers 64 per cent are beginners.", False),
        ("About a fifth of the rowing club are evening rowers.", False),
    ],
)
def test_a_number_that_the_passage_has_of_something_else_is_found(
    checker: Checker, claim: str, crossed: bool
) -> None:
    found = {finding.feature for finding in checker.check(claim, ROWERS).findings}
    assert ("numbers_of_other" in found) is crossed


# Who did what to whom is not looked for by rule: over 5,789 claims that people judged or wrote
# the rules for it spoke 46 times, 26 of them rightly (docs/what-pays.md).
NOT_TOLD = ("roles swapped", "order swapped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    kind: str
    set: str
    claim: str
    support: Support

    @property
    def right(self) -> bool:
        return self.support.supported == (self.kind == "other words")


@pytest.fixture(scope="module")
def pairs(checker: Checker) -> list[Pair]:
    groups = yaml.safe_load((HERE / "adversarial.yaml").read_text(encoding="utf-8"))
    return [
        Pair(
            kind=kind,
            set=group["set"],
            claim=claim,
            support=checker.check(claim, group["passage"]),
        )
        for group in groups
        for kind, claims in group["claims"].items()
        if kind not in NOT_TOLD
        for claim in claims
    ]


def rates(pairs: Sequence[Pair]) -> tuple[float, float]:
    """The share of changed claims that are caught, and of the others that pass."""
    caught = [pair.right for pair in pairs if pair.kind != "other words"]
    passed = [pair.right for pair in pairs if pair.kind == "other words"]
    return sum(caught) / len(caught), sum(passed) / len(passed)


def report(pairs: Sequence[Pair]) -> str:
    """The rates of each kind, and the claims that were told wrongly."""
    lines = [f"{len(pairs)} claims; caught {rates(pairs)[0]:.2f}, passed {rates(pairs)[1]:.2f}"]
    for kind in sorted({pair.kind for pair in pairs}):
        mine = [pair for pair in pairs if pair.kind == kind]
        lines.append(f"{kind:20} {sum(pair.right for pair in mine)} of {len(mine)}")
    lines += [f"  {p.kind}: {p.claim} ({p.support.score})" for p in pairs if not p.right]
    return "\n".join(lines)


# The least rates are some way under what was measured; the report names each claim told wrongly.
# The third set alone was never looked at before the gate was done.
@pytest.mark.parametrize(
    ("of", "least_caught", "least_passed"),
    [("first", 0.85, 0.85), ("second", 0.80, 0.75), ("third", 0.65, 0.50)],
)
def test_changed_claims_are_caught_and_other_words_pass(
    pairs: list[Pair], of: str, least_caught: float, least_passed: float
) -> None:
    mine = [pair for pair in pairs if pair.set == of]
    print(report(mine))
    caught, passed = rates(mine)
    assert caught >= least_caught, report(mine)
    assert passed >= least_passed, report(mine)


def test_every_claim_that_falls_says_why(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert (pair.support.why is None) == pair.support.supported
        assert 0.0 <= pair.support.score <= 1.0


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ("The ferry carries 340 passengers.", "340"),
        ("The ferry was built in Bergen in 1989.", "1989"),
        ("The ferry was not built in Bergen.", "built"),
        ("The ferry was built in Hamburg by Anna Meyer.", "Meyer"),
        ("A restaurant on deck serves crab.", "crab"),
    ],
)
def test_the_reason_names_what_does_not_agree(checker: Checker, claim: str, word: str) -> None:
    support = checker.check(claim, PASSAGE)
    assert not support.supported
    assert support.why is not None
    assert word in support.why


def test_the_passage_itself_is_supported(checker: Checker) -> None:
    assert checker.check(PASSAGE, PASSAGE).score > 0.8


def test_the_same_pair_has_the_same_score_alone_and_after_others(encoder: Encoder) -> None:
    alone = Checker(encoder).check(TRUE, PASSAGE)
    warm = Checker(encoder)
    for claim in (FALSE, "Something else.", TRUE):
        last = warm.check(claim, PASSAGE)
    assert last == alone


@pytest.mark.slow
def test_the_number_of_threads_does_not_matter() -> None:
    code = (
        "import sys, torch; torch.set_num_threads(int(sys.argv[1]))\n"
        "from assistant.proof import Checker\nfrom vectorstore import SentenceEncoder\n"
        f"s = Checker(SentenceEncoder()).check({TRUE!r}, {PASSAGE!r})\n"
        "print(s.supported, s.score, s.why)"
    )
    outs = {
        subprocess.run(
            [sys.executable, "-c", code, threads], capture_output=True, text=True, cwd=ROOT
        ).stdout
        for threads in ("1", "2")
    }
    assert len(outs) == 1
    assert "True" in outs.pop()


# The model that ships


def test_the_shipped_model_says_when_and_from_what_it_was_made(encoder: Encoder) -> None:
    model = shipped_model()
    assert model.weights.features == FEATURES
    assert model.encoder == encoder.fingerprint
    assert model.made.startswith("20")
    assert model.data["by_source"]["balanced_accuracy"]["n"] == model.data["judged"]["n"]


def test_nothing_that_does_not_agree_speaks_for_a_claim() -> None:
    weights = dict(zip(FEATURES, shipped_model().weights.weights, strict=True))
    assert all(weights[name] <= 0 for name in FLAGS)
    assert any(weights[name] < 0 for name in FLAGS)


def test_a_model_of_another_version_is_refused(tmp_path: Path) -> None:
    content = json.loads(SHIPPED.read_text(encoding="utf-8"))
    content["weights"]["features"] = content["weights"]["features"][1:]
    (tmp_path / "gate.json").write_text(json.dumps(content))
    with pytest.raises(AssistantError, match=r"eval.fitting.fit_gate"):
        load_model(tmp_path / "gate.json")
    with pytest.raises(AssistantError, match="cannot read"):
        load_model(tmp_path / "none.json")


def test_a_further_scorer_moves_the_score(encoder: Encoder) -> None:
    class Doubter:
        def entails(self, claim: str, passage: str) -> float:
            return 0.0

    plain = Checker(encoder).check(TRUE, PASSAGE)
    doubted = Checker(encoder, entailment=Doubter()).check(TRUE, PASSAGE)
    assert doubted.score < plain.score
    assert np.isfinite(doubted.score)


# The command


def test_a_claim_that_is_supported_is_said_to_be(soundings: Run, tmp_path: Path) -> None:
    code, out, _ = soundings("--home", tmp_path, "check", TRUE, "--passage", PASSAGE)
    assert code == 0
    assert out.startswith("● Supported")
    assert not list(tmp_path.iterdir())


def test_a_claim_that_is_not_says_why(soundings: Run, tmp_path: Path) -> None:
    code, out, _ = soundings("--home", tmp_path, "check", FALSE, "--passage", PASSAGE)
    assert code == 0
    assert out.startswith("○ Not supported")
    assert "340" in out


def test_json_is_one_value_with_the_findings(soundings: Run, tmp_path: Path) -> None:
    _, out, _ = soundings("--home", tmp_path, "check", FALSE, "--passage", PASSAGE, "--json")
    found = json.loads(out)
    assert found["supported"] is False
    assert "numbers_missing" in [finding["feature"] for finding in found["findings"]]


def test_a_batch_gives_a_line_for_each_line_in_order(soundings: Run, tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "b", "passage": PASSAGE, "claim": TRUE}),
        "{broken",
        json.dumps({"id": "a", "passage": PASSAGE, "claim": FALSE}),
        json.dumps({"id": "c", "passage": PASSAGE}),
        json.dumps({"id": "d", "passage": " ", "claim": TRUE}),
        json.dumps({"id": 7, "passage": PASSAGE, "claim": "…"}),
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = soundings(
        *("--home", tmp_path, "check"),
        *("--batch", tmp_path / "in.jsonl", "--out", tmp_path / "out.jsonl"),
    )
    assert (code, out) == (0, "")
    found = [json.loads(x) for x in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [line["id"] for line in found] == ["b", None, "a", "c", "d", 7]
    assert ["error" in line for line in found] == [False, True, False, True, True, True]
    assert [line.get("supported") for line in found] == [True, None, False, None, None, None]
    assert all(isinstance(line["score"], float) for line in found if "error" not in line)


def test_a_passage_is_read_from_standard_input(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "soundings.py"), "--home", str(tmp_path)]
    done = subprocess.run(
        [*command, "check", TRUE, "--passage", "-", "--json"],
        input=PASSAGE.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["supported"] is True


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "A claim."],
        ["check", "--passage", "A passage."],
        ["check", " ", "--passage", "A passage."],
        ["check", "A claim.", "--passage", "…"],
        ["check", "A claim.", "--passage", "x" * 200_001],
        ["check", "A claim.", "--passage", "A passage.", "--batch", "in", "--out", "out"],
        ["check", "--batch", "in"],
    ],
)
def test_what_cannot_be_checked_is_wrong_usage(
    soundings: Run, tmp_path: Path, arguments: list[str]
) -> None:
    code, out, err = soundings("--home", tmp_path, *arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
