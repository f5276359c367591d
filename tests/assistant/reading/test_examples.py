"""What the reader learns from: answers stand where they are said to, and the twins are silent."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from eval.fitting.reader.asking import emptied, emptied_of, gaps, question, twins
from eval.fitting.reader.examples import Example, main, read_records, sentences_of

PASSAGE = (
    "The harbour board was founded in 1902 by Anna Lindqvist. It kept 14 boats at Torvik because "
    "the winters were too rough for the open quay. Each boat cost £300 and the town paid 40 per "
    "cent of the sum."
)


def asked_of(passage: str) -> dict[str, tuple[str, str, str]]:
    """Question word → (question, the words that answer, the emptied passage)."""
    drawn = random.Random(1)
    found = {}
    for part in sentences_of(passage):
        for gap in gaps(passage, part, drawn):
            text = question(passage, part, gap, drawn)
            words = passage[gap.answer[0] : gap.answer[1]]
            found.setdefault(text.split()[0] + " " + text.split()[1], (text, words, gap))
    return {key: (text, words, emptied(passage, gap)) for key, (text, words, gap) in found.items()}


def test_what_a_sentence_says_can_be_asked_for() -> None:
    found = asked_of(PASSAGE)
    answers = {words for _, words, _ in found.values()}
    assert {"1902", "Anna Lindqvist", "14", "Torvik", "£300"} <= answers
    assert any(words.startswith("because the winters") for words in answers)
    for text, words, rest in found.values():
        assert text.endswith("?") and words not in text
        assert words not in rest


def test_a_question_and_its_twin_differ_in_the_words_that_answer_alone() -> None:
    made = list(twins(PASSAGE, sentences_of(PASSAGE), random.Random(3)))
    (asked, passage, spans), (again, rest, none) = made
    assert asked == again and passage == PASSAGE and none == ()
    ((start, end),) = spans
    assert PASSAGE[start:end] not in rest
    assert set(rest.split()) - set(PASSAGE.split()) <= {
        "many",
        "several",
        "some",
        "the",
        "a",
        "share",
    } | {word for word in rest.split() if word.rstrip(".,") in PASSAGE}


def test_nothing_is_asked_whose_answer_is_said_twice() -> None:
    twice = "The quay was built in 1902 by the men of the town. In 1902 the quay was opened to all."
    assert list(twins(twice, sentences_of(twice), random.Random(1))) == []


@pytest.mark.parametrize(
    ("answer", "rest"),
    [("1902", "The harbour board was founded by Anna Lindqvist."), ("The harbour board", None)],
)
def test_an_answer_is_cut_out_with_its_preposition_or_not_at_all(
    answer: str, rest: str | None
) -> None:
    passage = "The harbour board was founded in 1902 by Anna Lindqvist."
    start = passage.index(answer)
    assert emptied_of(passage, (start, start + len(answer))) == rest


@pytest.fixture(scope="module")
def train_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty records of two sets, each passage with a name and a year of its own."""
    file = tmp_path_factory.mktemp("examples") / "qa.jsonl"
    lines = []
    for i in range(60):
        year, name = 1700 + i, f"Captain {chr(65 + i % 26)}{chr(97 + i % 7)}rson"
        passage = (
            f"The light at Cape {i} was built in {year} by {name}. It burned oil for many years. "
            f"The keeper of light {i} wrote a diary. Ships passed it on the way north."
        )
        start = passage.index(str(year))
        lines.append(
            {
                "id": str(i),
                "set": "squad2" if i % 2 else "covidqa",
                "question": f"When was the light at Cape {i} built?",
                "passage": passage,
                "spans": [{"start": start, "end": start + 4}] if i % 5 else [],
                "answerable": bool(i % 5),
            }
        )
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def test_the_examples_of_a_file(train_file: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    assert main(["--train", str(train_file), "--out", str(out)]) == 0
    assert main(["--train", str(train_file), "--out", str(again)]) == 0
    assert out.read_bytes() == again.read_bytes()
    made = [Example.from_json(json.loads(line)) for line in out.read_text("utf-8").splitlines()]
    kinds = Counter(example.kind for example in made)
    assert {"window", "cut", "elsewhere", "emptied", "made"} <= set(kinds)
    for example in made:
        for start, end in example.spans:
            assert example.passage[start:end].strip()
        if example.kind in ("cut", "elsewhere", "emptied"):
            assert example.spans == ()
        if example.kind == "window" and example.spans:
            ((start, end),) = example.spans
            assert example.passage[start:end].isdecimal()
        if example.kind in ("cut", "emptied"):
            cape = example.question.split()[6]
            right = next(r for r in read_records(train_file) if f"Cape {cape} " in r.passage)
            assert right.passage[right.spans[0][0] : right.spans[0][1]] not in example.passage


def test_what_is_kept_to_validate_on_is_never_learnt_from(train_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "examples.jsonl"
    main(["--train", str(train_file), "--out", str(out)])
    kept = [r.passage for r in read_records(train_file) if r.validation]
    seen = 0
    for line in out.read_text("utf-8").splitlines():
        example = Example.from_json(json.loads(line))
        opening = example.passage.split(" was built")[0] + " was built"
        if any(passage.startswith(opening) for passage in kept):
            assert example.validation and example.kind == "window"
            seen += 1
    assert kept and seen >= len(kept)
