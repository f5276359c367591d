"""Discussion packs over the real starter library: what a trainer gets, and what is never traded."""

import io
import itertools
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from docx import Document

from assistant import Engine, open_engine
from assistant.errors import BadPackRequest, TopicNotHeld
from assistant.packs import Pack, PackMaker, PackRequest
from assistant.packs.files.document import to_docx
from assistant.packs.files.markdown import Part, to_markdown
from assistant.packs.making.draw import questions_about
from assistant.packs.making.timing import share_out
from assistant.packs.material.acts import Act, acts_of, speaks_for
from assistant.packs.material.alone import stands_alone
from assistant.packs.material.choose import key
from assistant.packs.material.counter import Pull, common_in, pull
from assistant.packs.material.extracts import Extract, Gatherer
from assistant.packs.material.phrases import Terms, heading_phrase, topic_phrase
from assistant.turn.speakers import people_of, speaker_of
from eval.homes import settings_of
from prompts import KINDS
from vectorstore import Library, Passage, Source
from vectorstore.library import FILE_NAME
from vectorstore.library.lexicon import terms

TOPICS = ("conflicts of interest", "clinicians as leaders", "system leadership")
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def maker(starter_engine: Engine) -> PackMaker:
    return PackMaker(starter_engine)


@pytest.fixture(scope="session")
def packs(maker: PackMaker) -> dict[str, Pack]:
    return {topic: maker.make(PackRequest(topic=topic)) for topic in TOPICS}


@pytest.fixture(scope="session")
def sources(maker: PackMaker) -> dict[str, Source]:
    return {source.id: source for source in maker.library.sources()}


# A pack


@pytest.mark.parametrize("topic", TOPICS)
def test_every_quote_is_in_its_source_to_the_letter(
    packs: dict[str, Pack], maker: PackMaker, topic: str
) -> None:
    made = packs[topic].to_json()
    places = {c["marker"]: c for c in made["citations"]}
    assert sorted(places) == list(range(1, len(places) + 1))
    quoted = 0
    for prompt in made["prompts"]:
        for part in (prompt["stimulus"], *prompt["points"], prompt["tension"]):
            if part is None:
                continue
            (marker,) = part["citations"]
            place = places[marker]
            text = maker.library.text(place["source"])
            assert text[place["start"] : place["end"]] == place["quote"] == part["text"]
            quoted += 1
    assert quoted >= 12


@pytest.mark.parametrize("topic", TOPICS)
def test_a_pack_is_whole_varied_and_runs_from_concrete_to_open(
    packs: dict[str, Pack], topic: str
) -> None:
    pack = packs[topic]
    kinds = [prompt.kind for prompt in pack.prompts]
    assert len(kinds) == 6
    assert len(set(kinds)) >= 4
    assert [KINDS.index(kind) for kind in kinds] == sorted(KINDS.index(kind) for kind in kinds)
    assert sum(minutes for _, minutes in pack.timings) == 40
    assert len({prompt.question for prompt in pack.prompts}) == 6
    for prompt in pack.prompts:
        assert len(prompt.stimulus.text.split()) <= 60
        assert stands_alone(prompt.stimulus.text)
        assert prompt.points
        assert prompt.why
        assert len(prompt.probes) >= 2


def test_no_two_stimuli_overlap(packs: dict[str, Pack]) -> None:
    for pack in packs.values():
        for one, other in itertools.combinations(pack.drawn, 2):
            assert not one.stimulus.overlaps(other.stimulus)


def test_a_counter_view_comes_from_elsewhere_than_the_stimulus(packs: dict[str, Pack]) -> None:
    for pack in packs.values():
        for drawn in pack.drawn:
            if drawn.tension is not None:
                assert not drawn.tension.overlaps(drawn.stimulus)
                assert pull(drawn.stimulus, drawn.tension, ()) >= Pull.LIMITS


def test_no_two_prompts_are_each_others_counter_view(packs: dict[str, Pack]) -> None:
    for pack in packs.values():
        views = [(d.stimulus, d.tension) for d in pack.drawn if d.tension is not None]
        for (one, against), (other, its) in itertools.combinations(views, 2):
            assert not (against.overlaps(other) and its.overlaps(one))
            assert not against.overlaps(its)


@pytest.mark.parametrize("topic", ["setting a shared vision", "improving quality and value"])
def test_where_there_is_little_a_quote_comes_at_most_twice(
    starter_read: Engine, topic: str
) -> None:
    pack = PackMaker(starter_read).make(PackRequest(topic=topic))
    uses = Counter(key(extract) for drawn in pack.drawn for extract in drawn.extracts)
    assert max(uses.values()) <= 2
    assert len(uses) >= 0.8 * uses.total()


def test_of_two_words_either_is_asked_about() -> None:
    asked = questions_about("communication and listening")
    assert asked[0] == "What do the sources say about communication and listening?"
    assert "What is said about listening?" in asked
    assert not any("said about managers?" in q for q in questions_about("GPs and their managers"))


def test_two_quotes_side_by_side_are_of_two_voices(packs: dict[str, Pack]) -> None:
    for prompt in (p for pack in packs.values() for p in pack.prompts if p.paired):
        assert prompt.tension is not None
        assert prompt.tension.said_by is None or prompt.tension.said_by != prompt.stimulus.said_by


def test_what_a_prompt_asks_of_the_library_is_answered_by_the_engine(
    packs: dict[str, Pack], starter_engine: Engine
) -> None:
    for prompt in packs["system leadership"].prompts:
        assert starter_engine.ask(prompt.asked).outcome != "withheld", prompt.asked


def test_the_same_seed_gives_the_same_pack_and_another_another(
    maker: PackMaker, starter_engine: Engine, packs: dict[str, Pack]
) -> None:
    again = PackMaker(starter_engine).make(PackRequest(topic=TOPICS[1]))
    assert again.to_json() == packs[TOPICS[1]].to_json()
    other = maker.make(PackRequest(topic=TOPICS[1], seed=7))
    assert other.to_json()["prompts"] != again.to_json()["prompts"]


def test_one_prompt_is_drawn_anew_and_the_rest_stays(
    maker: PackMaker, packs: dict[str, Pack]
) -> None:
    pack = packs[TOPICS[1]]
    once = maker.redraw(pack, 3)
    twice = maker.redraw(once, 3)
    for drawn in (once, twice):
        assert [p.question for n, p in enumerate(drawn.prompts) if n != 2] == [
            p.question for n, p in enumerate(pack.prompts) if n != 2
        ]
        assert sum(minutes for _, minutes in drawn.timings) == 40
    assert len({d.prompts[2].stimulus.text for d in (pack, once, twice)}) == 3


def test_a_dropped_prompt_leaves_its_minutes_to_the_others(
    maker: PackMaker, packs: dict[str, Pack]
) -> None:
    less = maker.without(packs[TOPICS[1]], 2)
    assert len(less.prompts) == 5
    assert sum(minutes for _, minutes in less.timings) == 40
    assert [c.marker for c in less.citations] == list(range(1, len(less.citations) + 1))


def test_several_topics_share_a_pack(maker: PackMaker) -> None:
    pack = maker.make(PackRequest(topic="conflicts of interest; system leadership", prompts=4))
    assert "conflicts of interest and system leadership" in pack.title
    assert {"conflicts of interest", "system leadership"} & {d.matter for d in pack.drawn}
    assert len(pack.prompts) == 4


@pytest.mark.parametrize("topic", ["the tides", "flu vaccination", "artificial intelligence"])
def test_a_topic_that_the_library_does_not_hold_is_declined_with_themes(
    maker: PackMaker, topic: str
) -> None:
    with pytest.raises(TopicNotHeld) as declined:
        maker.make(PackRequest(topic=topic))
    assert declined.value.nearest
    assert declined.value.nearest[0] in str(declined.value)


def test_every_theme_can_be_made_a_pack_of(maker: PackMaker) -> None:
    themes = maker.themes()
    assert len(themes) >= 4
    assert len({theme.name for theme in themes}) == len(themes)
    for theme in themes[:3]:
        assert maker.make(PackRequest(topic=theme.name, prompts=3)).prompts


@pytest.mark.parametrize(
    "request_", [PackRequest(topic=" ; "), PackRequest(topic="trust", prompts=13)]
)
def test_what_cannot_be_made_is_refused(maker: PackMaker, request_: PackRequest) -> None:
    with pytest.raises(BadPackRequest):
        maker.make(request_)


# Its parts, by rule


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Julie Wood says that clinical leaders need headspace if they are to thrive.", True),
        ("Black argues that leaders must step back so that others can lead.", True),
        ("Balance is hard to strike, and it is rare to find when people are busy.", True),
        ("Dr Barbara King is clinical chief officer. She says: “It takes time to listen.”", True),
        ("delays in payment do occur, but they are manageable.", True),
        ("If the situation is changed too much, then the point of it will be lost.", False),
        ("Bob Crane agrees, adding that plans must be plain to everyone.", False),
        ("Bob Crane agrees that plans must be plain to everyone who reads them.", True),
        ("Black wants the leads to be as patient and never too proud to listen.", False),
        ("She warns that the purpose of involving clinicians is lost.", False),
        ("However, fellow clinicians can feel left behind by the change.", False),
        ("Wood hopes that it does not, whatever else may happen there.", False),
        ("The plan is for a development network for clinical leaders.", False),
        ("The note has two parts, of which the second holds statements.", False),
        ("The boundary is blurred, and he does not want leads to be precious.", False),
        ("Leaders should read more at http://example.org before they begin.", False),
        ("“Clinicians bring insight to decisions, and are heard by others.", False),
        ("The common steps that every commissioner has to take are:", False),
    ],
)
def test_a_slice_that_leans_on_what_is_around_it_is_refused(text: str, alone: bool) -> None:
    assert stands_alone(text) is alone


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("NHS Kernow CCG set up a programme to help GPs with managing change.", Act.CASE),
        ("Women are 42 per cent of senior GPs.", Act.FIGURE),
        ("GPs know a micro version, whereas managers know the macro version.", Act.CONTRAST),
        ("Many organisations struggle to turn plans into delivery.", Act.DIFFICULTY),
        ("The challenge for the leader is to add a clinical view.", Act.CLAIM),
        ("The medical lead should step in where there are gaps.", Act.ADVICE),
        ("Primary care is where most people meet the health service.", Act.CLAIM),
    ],
)
def test_what_a_passage_does_is_told_by_its_cues(text: str, act: Act) -> None:
    assert acts_of(text)[0] is act


@pytest.mark.parametrize(
    ("text", "for_"),
    [
        ("Patients have gained a great deal from clinical leadership.", True),
        ("Agreement was hard to reach and leaders were under pressure.", False),
        ("Conflicts of interest are real but can be managed.", True),
        ("The Better Care Fund began that year.", False),
    ],
)
def test_whether_a_passage_speaks_for_a_thing_is_told_by_its_cues(text: str, for_: bool) -> None:
    assert speaks_for(text) is for_


def extract(text: str, *direction: float) -> Extract:
    """An extract of these words, whose vector points so; nothing else of it matters."""
    vector = np.array(direction, dtype=np.float32)
    passage = Passage(
        id="p", source=text[:9], title="", heading="", start=0, end=1, text=text, page=None,
        sentences=(),
    )  # fmt: skip
    return Extract(
        passage=passage, start=0, end=len(text), text=text, vector=vector, relevance=0.5,
        acts=(Act.CLAIM,), speaker=None,
    )  # fmt: skip


PLAIN = "Peer coaching helps new chairs to lead."


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("Some are keen, but peer coaching is hard to arrange.", Pull.OPPOSES),
        ("What peer coaching gives to chairs depends on who is the coach.", Pull.OPPOSES),
        ("Tight money can hinder peer coaching, so it must be planned.", Pull.LIMITS),
        ("Peer coaching is hard to arrange, but chairs have taken it up.", Pull.NONE),
        ("Although peer coaching is hard to arrange, chairs have taken it up.", Pull.NONE),
        ("Peer coaching for chairs not only helps but also saves money.", Pull.NONE),
        ("Chairs cannot lead alone, without peer coaching.", Pull.NONE),
        ("A guide helps chairs to avoid what can hinder peer coaching.", Pull.NONE),
        ("New chairs lead well. It is hard to find a car park.", Pull.NONE),
        ("The road is blurred by fog, say those in peer coaching.", Pull.NONE),
    ],
)
def test_a_counter_view_limits_the_very_thing_that_is_praised(other: str, expected: Pull) -> None:
    common = frozenset(terms("new chairs lead"))
    assert pull(extract(PLAIN, 1.0, 0.0), extract(other, 0.6, 0.8), common) is expected
    assert pull(extract(PLAIN, 1.0, 0.0), extract(other, 0.2, 0.98), common) is Pull.NONE


def test_that_two_quotes_are_of_one_person_makes_them_no_opposites() -> None:
    one = extract("We hear that Ann Peer must coach.", 1.0, 0.0)
    other = extract("We hear that Ann Peer is hard to reach.", 0.6, 0.8)
    assert pull(one, other, ()) is Pull.NONE


def test_what_a_source_sets_against_its_own_words_is_a_counter_view() -> None:
    one = extract("A plan came first.", 1.0, 0.0)
    other = replace(one, start=19, end=40, text="nobody read it.", turns_from=one.end)
    assert pull(one, other, ()) is pull(other, one, ()) is Pull.MARKED
    assert pull(one, replace(other, turns_from=12), ()) is Pull.NONE


def test_words_behind_however_are_quoted_without_it(soundings: Command, tmp_path: Path) -> None:
    file = tmp_path / "harbour.md"
    file.write_text(HARBOUR, encoding="utf-8")
    home = tmp_path / "home"
    assert soundings("--home", home, "ingest", file)[0] == 0
    gatherer = Gatherer(open_engine(settings_of(str(home))).store)
    _, _, extracts = gatherer.gather("the harbour ferry")
    (other,) = [e for e in extracts if e.turns_from is not None]
    assert (
        " ".join(other.text.split())
        == "winter storms can stop the harbour ferry for days at a time."
    )
    before = [e for e in extracts if e.text.startswith("The harbour ferry carries")]
    assert [pull(one, other, ()) for one in before if not one.overlaps(other)] == [Pull.MARKED]


HARBOUR = """\
# The harbour

The harbour ferry carries islanders to the market on every working day of the year. However, winter
storms can stop the harbour ferry for days at a time.
"""


def test_words_that_many_texts_have_tell_nothing() -> None:
    texts = ["leaders coach", "leaders wed", "leaders wait", "a pier", "a ferry"]
    assert common_in(texts) == frozenset(terms("leaders"))


SPEECH = """\
Dr Ann Lee, chair of the Ember group, says: “Trust takes time.” She adds that patience helps.

Bob Crane is chief officer of Ember. He says plans must be plain.

One manager recalled an evening. “She never gave up,” she says.
"""


@pytest.mark.parametrize(
    ("words", "speaker"),
    [
        ("Dr Ann Lee, chair of the Ember group, says: “Trust takes time.”", "Dr Ann Lee"),
        ("She adds that patience helps.", "Dr Ann Lee"),
        ("He says plans must be plain.", "Bob Crane"),
        ("“She never gave up,” she says.", None),
        ("Bob Crane is chief officer of Ember.", None),
    ],
)
def test_only_who_is_named_is_made_to_speak(words: str, speaker: str | None) -> None:
    start = SPEECH.index(words)
    people = people_of(SPEECH)
    assert speaker_of(SPEECH, start, start + len(words), people) == speaker


@pytest.mark.parametrize(
    ("heading", "phrase"),
    [
        ("Brief › Conflicts of interest", "conflicts of interest"),
        ("What clinicians add", "what clinicians add"),
        ("3. Team leadership", "team leadership"),
        ("GPs as leaders", "GPs as leaders"),
        ("Executive summary", None),
        ("North West Leadership Academy", None),
        ("The main message: start earlier", None),
        ("Find out who is in charge", None),
    ],
)
def test_a_heading_is_a_phrase_or_nothing(heading: str, phrase: str | None) -> None:
    assert heading_phrase(heading) == phrase


def test_a_topic_reads_within_a_sentence() -> None:
    assert topic_phrase("Conflicts of interest.") == "conflicts of interest"
    assert topic_phrase("GPs as leaders") == "GPs as leaders"
    assert topic_phrase("How do we lead?") == "the question “How do we lead?”"


def test_terms_are_phrases_that_come_again() -> None:
    terms = Terms(["We need mutual trust. Talk of mutual trust, and of mutual trust again."])
    assert terms.within("Based on mutual trust.") == ["mutual trust"]
    assert terms.within("Based on hard work.") == []


@pytest.mark.parametrize(("minutes", "prompts"), [(40, 6), (16, 7), (90, 12), (5, 1), (61, 5)])
def test_minutes_add_up(minutes: int, prompts: int) -> None:
    kinds = [KINDS[i % len(KINDS)] for i in range(prompts)]
    warm_up, shares, closing = share_out(minutes, kinds)
    assert warm_up + sum(shares) + closing == minutes
    assert min(shares) >= 2


def test_too_many_prompts_for_the_minutes_are_refused() -> None:
    with pytest.raises(BadPackRequest, match="at most 4"):
        share_out(10, ["experience"] * 5)


# Written


def test_markdown_shows_every_quote_and_its_place(
    packs: dict[str, Pack], sources: dict[str, Source]
) -> None:
    pack = packs[TOPICS[1]]
    text = to_markdown(pack, sources)
    for citation in pack.citations:
        assert f"characters {citation.start} to {citation.end} of" in text
    assert "| **Together** | **40** |" in text
    heads = ("Timings", "Warm-up (4 minutes)", "Closing (4 minutes)", "Quotes and their places")
    assert all(f"\n## {head}\n" in text for head in (*heads, "Sources", "Methods"))
    assert "\n\n\n" not in text


def test_the_parts_are_apart(packs: dict[str, Pack], sources: dict[str, Source]) -> None:
    handout = to_markdown(packs[TOPICS[1]], sources, Part.HANDOUT)
    assert "Points to draw out" not in handout
    assert all(p.question.split("{")[0] in handout for p in packs[TOPICS[1]].prompts)
    assert "hand-out" not in to_markdown(packs[TOPICS[1]], sources, Part.NOTES)


def test_what_is_in_a_source_is_no_markup(
    packs: dict[str, Pack], sources: dict[str, Source]
) -> None:
    named = dict(sources)
    first = packs[TOPICS[0]].citations[0].source
    named[first] = replace(named[first], title="![x](http://evil) <b>")
    text = to_markdown(packs[TOPICS[0]], named)
    assert "![x](" not in text
    assert "<b>" not in text


def test_the_word_document_has_styles_a_table_and_footnotes(
    packs: dict[str, Pack], sources: dict[str, Source]
) -> None:
    pack = packs[TOPICS[1]]
    content = to_docx(pack, sources)
    assert content == to_docx(pack, sources)
    document = Document(io.BytesIO(content))
    styles = [p.style.name for p in document.paragraphs if p.style is not None]
    assert {"Title", "Heading 1", "Heading 2", "Quote", "List Bullet"} <= set(styles)
    assert "What I take with me" in [p.text for p in document.paragraphs]
    (table,) = document.tables
    assert [cell.text for cell in table.rows[-1].cells] == ["Together", "40"]
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        notes = files.read("word/footnotes.xml").decode()
        body = files.read("word/document.xml").decode()
    marks = sum(len(prompt.quotes) for prompt in pack.prompts)
    assert body.count("<w:footnoteReference ") == marks
    assert notes.count("characters ") == marks


# The command


def test_the_command_prints_the_contracts_json(soundings: Command, starter_home: Path) -> None:
    code, out, err = soundings(
        *("--home", starter_home, "pack", "conflicts of interest", "--prompts", 3),
        *("--minutes", 20, "--audience", "practice managers", "--format", "json"),
    )
    assert code == 0, err
    pack = json.loads(out)
    assert pack["topic"] == "conflicts of interest"
    assert (pack["audience"], pack["minutes"]) == ("practice managers", 20)
    total = sum(p["minutes"] for p in pack["prompts"])
    assert total + pack["warm_up"]["minutes"] + pack["closing"]["minutes"] == 20
    assert pack["library"] == Library(starter_home / FILE_NAME).fingerprint
    assert all("practice managers" in prompt["why"] for prompt in pack["prompts"])


def test_a_word_file_is_written_by_its_name(
    soundings: Command, starter_home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "pack.docx"
    code, out, err = soundings(
        *("--home", starter_home, "pack", "system", "leadership", "--prompts", 3, "--out", file)
    )
    assert (code, out) == (0, ""), err
    assert Document(str(file)).tables


def test_without_a_topic_the_themes_are_listed(soundings: Command, starter_home: Path) -> None:
    code, out, _ = soundings("--home", starter_home, "pack", "--format", "json")
    themes = json.loads(out)
    assert code == 0
    assert all(theme["sources"][0]["passages"] >= 1 for theme in themes)
    assert themes[0]["theme"] in soundings("--home", starter_home, "pack")[1]


def test_a_topic_not_held_is_an_expected_failure(soundings: Command, starter_home: Path) -> None:
    code, out, err = soundings("--home", starter_home, "pack", "the tides")
    assert (code, out) == (1, "")
    assert "nearest of its themes" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["trust", "--format", "docx"],
        ["trust", "--prompts", "9", "--minutes", "10"],
        ["trust", "--audience", " "],
        ["trust", "--part", "notes", "--format", "json"],
        ["trust", "--out", "/nonexistent/folder/pack.md"],
    ],
)
def test_wrong_usage_is_told(soundings: Command, starter_home: Path, arguments: list[str]) -> None:
    code, out, err = soundings("--home", starter_home, "pack", *arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
