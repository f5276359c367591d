"""Measuring discussion packs: real packs are good, and each kind of damage is seen."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import Engine
from assistant.packs import Pack, PackMaker, PackRequest
from eval.errors import GateError, GoldError
from eval.suite.gates import load_gates
from eval.suite.packs.measures import PACK_METRICS, is_open, measure_pack, reading_ease
from eval.suite.packs.measuring import Topics, judge_packs, load_topics, run_packs
from prompts import KINDS, load_kind
from tests.made import least

GATES = Path(__file__).resolve().parents[2] / "eval" / "packs_gates.toml"
MOST_TIMES = 3.0  # a pack beside one reading of its passages: 1.8 to 2.9 was measured
Damage = Callable[[Pack], Pack]


@pytest.fixture(scope="module")
def pack(starter_read: Engine) -> Pack:
    return PackMaker(starter_read).make(PackRequest(topic="clinicians as leaders"))


def first(pack: Pack, **changes: object) -> Pack:
    """The pack with its first prompt changed."""
    return replace(pack, prompts=(replace(pack.prompts[0], **changes), *pack.prompts[1:]))  # type: ignore[arg-type]


def _other_words(pack: Pack) -> Pack:
    stimulus = pack.prompts[0].stimulus
    return first(pack, stimulus=replace(stimulus, text=stimulus.text + " Indeed."))


def _moved(pack: Pack) -> Pack:
    stimulus = pack.prompts[0].stimulus
    wrong = replace(stimulus.citation, start=stimulus.citation.start + 1)
    return first(pack, stimulus=replace(stimulus, citation=wrong))


def _beside_the_point(pack: Pack) -> Pack:
    point = pack.prompts[0].points[0]
    return first(pack, points=(replace(point, text="The tide comes in at noon."),))


DAMAGES: dict[str, tuple[Damage, str]] = {
    "a quote in other words": (_other_words, "lines_traced"),
    "a quote at another place": (_moved, "quotes_exact"),
    "a point that no quote has": (_beside_the_point, "points_supported"),
    "a point that answers something else": (_beside_the_point, "points_bear"),
    "a question for yes or no": (
        lambda p: first(p, question="Is this how clinicians lead?"),
        "open_questions",
    ),
    "a loaded question": (
        lambda p: first(p, question="Why is this obviously right?"),
        "neutral",
    ),
    "an invented figure": (
        lambda p: first(p, why="It helps 93 per cent of leaders."),
        "lines_traced",
    ),
    "an invented name": (
        lambda p: first(p, why="It is what Napoleon Bonaparte asked."),
        "lines_traced",
    ),
    "the same prompt twice": (
        lambda p: replace(p, prompts=(*p.prompts[:-1], p.prompts[0])),
        "no_repeats",
    ),
    "minutes that do not add up": (lambda p: first(p, minutes=1), "timed"),
    "one kind only": (
        lambda p: replace(p, prompts=tuple(replace(q, kind="tension") for q in p.prompts)),
        "kinds_enough",
    ),
    "one source only": (lambda p: replace(p, sources=p.sources[:1]), "sources_enough"),
    "a prompt too few": (lambda p: replace(p, prompts=p.prompts[1:]), "packs_whole"),
}


def share(pack: Pack, engine: Engine, metric: str) -> float:
    tally = measure_pack(pack, engine)[metric]
    return tally.total / tally.n


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_seen_by_its_measure(pack: Pack, starter_read: Engine, damage: str) -> None:
    harm, metric = DAMAGES[damage]
    assert share(pack, starter_read, metric) == 1.0
    assert share(harm(pack), starter_read, metric) < 1.0


def test_every_stem_that_ships_asks_openly() -> None:
    stems = [stem for kind in KINDS for stem in load_kind(kind).stems]
    asked = [text.text for stem in stems for text in (stem.ask, *stem.probes)]
    assert [text for text in asked if not is_open(text)] == []


def test_long_words_in_long_sentences_read_less_easily() -> None:
    easy = reading_ease(["What did you see? Who was there?"])
    hard = reading_ease(
        ["Notwithstanding organisational considerations, operationalise interdependencies."]
    )
    assert easy > 80 > 30 > hard


@pytest.mark.slow
def test_a_run_over_some_topics_passes_the_gates_that_ship(starter_read: Engine) -> None:
    topics = Topics(held=("clinicians as leaders", "system leadership"), not_held=("the tides",))
    run = run_packs(starter_read, topics)
    assert set(run.metrics) == set(PACK_METRICS)
    verdict = judge_packs(run, load_gates(GATES, PACK_METRICS), GATES)
    assert verdict.passes, verdict.to_json()
    json.dumps(run.to_json())


def test_a_gate_that_is_missed_names_the_topics(starter_engine: Engine) -> None:
    topics = Topics(held=("the tides", "system leadership"))
    run = run_packs(starter_engine, topics, prompts=3)
    verdict = judge_packs(run, load_gates(GATES, PACK_METRICS), GATES)
    assert [held.questions for held in verdict.held if held.gate == "packs_whole"] == [
        ("the tides",)
    ]


def test_the_topics_that_ship_are_enough() -> None:
    topics = load_topics()
    assert len(set(topics.held)) == 20
    assert len(topics.not_held) >= 10


def test_a_file_that_is_no_list_of_topics_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "topics.yaml"
    file.write_text("holds: [a]")
    with pytest.raises(GoldError, match="cannot read the topics"):
        load_topics(file)


def test_a_gate_on_a_metric_of_another_suite_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "gates.toml"
    file.write_text('[[floor]]\nmetric = "recall@5"\nvalue = 0.5\n')
    with pytest.raises(GateError, match="not a metric"):
        load_gates(file, PACK_METRICS)


@pytest.mark.slow
def test_a_pack_takes_no_longer_than_a_few_readings_of_its_passages(starter_read: Engine) -> None:
    from eval.bench.packs import ratio, times

    topics = load_topics().held[:5]
    assert least(lambda: ratio(*times(starter_read, topics)), MOST_TIMES) <= MOST_TIMES
