"""`soundings check`, and how the check does on claims of our own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml

from assistant.errors import AssistantError
from assistant.proof import Beside, Checker, Support
from assistant.proof.exact import lacks
from assistant.proof.verifier import SHIPPED, SHIPPED_SHA256, Verifier

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PASSAGE = "The ferry was built in Bergen in 1998. It carries 240 passengers."
TRUE, FALSE = "The ferry was built in Bergen.", "The ferry carries 340 passengers."

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


# What is exact


@pytest.mark.parametrize(
    ("claim", "passage", "lacking"),
    [
        ("Keep the sample at 20 °C.", "Keep the sample at −20 °C.", "20 °C"),
        ("Keep the sample at −20 °C.", "Keep the sample at −20 °C.", None),
        ("The profit was 3 million crowns.", "The profit was -3 million crowns.", "3 million"),
        ("The loss was 3 million crowns.", "The profit was -3 million crowns.", None),
        ("It is given below 5 mg/l.", "It is given if the level is ≥ 5 mg/l.", "5 mg"),
        ("It is given from 5 mg/l.", "It is given if the level is ≥ 5 mg/l.", None),
        ("It holds 106 litres.", "It holds 10⁶ litres.", "106 litres"),
        ("It holds one million litres.", "It holds 10⁶ litres.", None),
        ("It holds 2 million litres.", "It holds 2 × 10⁶ litres.", None),
        ("The share rose by 5 per cent.", "The share rose by 5 percentage points.", "5 per cent"),
        ("The share rose by 5%.", "The share rose by 5 per cent.", None),
        ("The price is 1,250.50 euros.", "Der Preis beträgt 1.250,50 Euro.", None),
        ("It paid $30,000 for them.", "It paid 30,000 euros for them.", "$30,000"),
        ("18 of them are women.", "There are 35 leaders (17 male and 18 female).", None),
        ("Although small, it is quick.", "It is small, and quick.", None),
        ("There are three of them.", "Red, green and blue.", None),
        ("It takes half a year.", "It takes 6 months.", None),
        ("The page is 960 pixels wide.", "The page is 960px wide.", None),
        ("Zoë Müller leads it.", "Zoe\u0308 Mu\u0308ller leads it.", None),
        ("Anna Meyer leads it.", "Zoë Müller leads it.", "Anna"),
        ("The CDF leads it.", "CCGs date from long ago.", "CDF"),
        ("It met on 4 March 2021.", "It met on 5 March 2021.", "4 March 2021"),
    ],
)
def test_numbers_dates_and_names_are_looked_for_and_nothing_is_held_against_wording(
    claim: str, passage: str, lacking: str | None
) -> None:
    found = [lack.why for lack in lacks(claim, passage)]
    assert bool(found) is (lacking is not None), found
    assert lacking is None or any(lacking in why for why in found)


def test_what_stands_beside_the_quotes_counts() -> None:
    claim, quote = "Ada Berg sailed 14 times in 1987.", "She sailed often."
    assert {lack.what for lack in lacks(claim, quote)} == {"number", "date", "name"}
    beside = Beside(around="The log of 1987. She sailed 14 times.", asked="When did Ada Berg sail?")
    assert lacks(claim, quote, beside) == []
    read = Beside(read=frozenset(["ada", "berg", "1987"]))
    assert {lack.what: lack.read for lack in lacks(claim, quote, read)} == {
        "number": False,
        "date": False,
        "name": True,
    }
    assert lacks("Die Katze schläft.", quote, Beside(names=False)) == []


# Claims of our own: changed in one place, or said in other words


# What the verifier is no better than chance at (docs/answering.md): left out of the rates.
NOT_TOLD = ("roles swapped", "order swapped", "opposite", "surer")


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
# Nothing was learnt or chosen from any of the three sets.
@pytest.mark.parametrize(
    ("of", "least_caught", "least_passed"),
    [("first", 0.70, 0.75), ("second", 0.65, 0.75), ("third", 0.35, 0.85)],
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


@pytest.mark.slow
def test_the_number_of_threads_does_not_matter() -> None:
    code = (
        "from assistant.proof import Checker\n"
        f"s = Checker().check({TRUE!r}, {PASSAGE!r})\n"
        "print(s.supported, s.score, s.why)"
    )
    outs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": threads},
        ).stdout
        for threads in ("1", "2")
    }
    assert len(outs) == 1
    assert "True" in outs.pop()


# The verifier


def test_what_stands_far_down_a_long_passage_is_read(checker: Checker) -> None:
    long = " ".join(f"The boat number {n} lay in the harbour all winter." for n in range(200))
    there, absent = checker.check(TRUE, f"{long} {PASSAGE} {long}"), checker.check(TRUE, long)
    assert there.score > 2 * absent.score


def test_a_verifier_that_is_damaged_or_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="cannot be read"):
        Verifier(tmp_path / "none.onnx")
    (tmp_path / SHIPPED.name).write_bytes(SHIPPED.read_bytes()[:-1])
    (tmp_path / "tokenizer.json").write_bytes(SHIPPED.with_name("tokenizer.json").read_bytes())
    with pytest.raises(AssistantError, match="is damaged"):
        Verifier(tmp_path / SHIPPED.name, SHIPPED_SHA256)


def test_a_further_scorer_moves_the_score() -> None:
    class Doubter:
        def entails(self, claim: str, passage: str) -> float:
            return 0.0

    plain = Checker().check(TRUE, PASSAGE)
    doubted = Checker(entailment=Doubter()).check(TRUE, PASSAGE)
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
