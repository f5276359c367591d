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
from pptx import Presentation

from assistant import Engine
from assistant.errors import BadPackRequest, TopicNotHeld
from assistant.keeping.quotation import quotation
from assistant.packs import Pack, PackMaker, PackRequest
from assistant.packs.files.document import to_docx
from assistant.packs.files.markdown import Part, to_markdown, who
from assistant.packs.files.slides import to_pptx
from assistant.packs.making.draw import ALIKE_PROMPTS
from assistant.packs.making.judging import Judge
from assistant.packs.making.timing import prompts_for, share_out
from assistant.packs.making.topics import Topics
from assistant.packs.material.acts import Act, acts_of
from assistant.packs.material.alone import stands_alone
from assistant.packs.material.choose import NEAR
from assistant.packs.material.extracts import Extract, Gatherer, Topic
from assistant.packs.material.material import Material, key
from assistant.packs.material.phrases import Terms, heading_phrase, topic_phrase
from assistant.turn.speakers import is_speech, people_of, speaker_of
from eval.fitting.fit_acts import examples
from prompts import KINDS, Everyday, load_everyday
from vectorstore import Library, Passage, Source
from vectorstore.library import FILE_NAME

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
        for part in (prompt["stimulus"], *prompt["points"]):
            (marker,) = part["citations"]
            place = places[marker]
            text = maker.library.text(place["source"])
            assert text[place["start"] : place["end"]] == place["quote"] == part["text"]
            quoted += 1
    assert quoted >= len(made["prompts"])


@pytest.mark.parametrize("topic", TOPICS)
def test_a_pack_is_whole_varied_and_runs_from_concrete_to_open(
    packs: dict[str, Pack], topic: str
) -> None:
    pack = packs[topic]
    kinds = [prompt.kind for prompt in pack.prompts]
    least = 1 if topic == "conflicts of interest" else 2  # on which one brief has two sentences
    assert len(kinds) == len(set(kinds)) >= least
    assert [KINDS.index(kind) for kind in kinds] == sorted(KINDS.index(kind) for kind in kinds)
    assert sum(minutes for _, minutes in pack.timings) == 40
    assert len({prompt.question for prompt in pack.prompts}) == len(kinds)
    assert len({prompt.way for prompt in pack.prompts}) == len(kinds)
    for prompt in pack.prompts:
        assert len(prompt.stimulus.text.split()) <= 60
        assert stands_alone(prompt.stimulus.text)
        assert prompt.why
        assert len(prompt.probes) >= 2


@pytest.mark.parametrize("topic", TOPICS)
def test_the_run_sheet_says_what_is_done_at_every_minute(
    packs: dict[str, Pack], topic: str
) -> None:
    pack = packs[topic]
    at = 0
    for begins, minutes, part, do in pack.run_sheet:
        assert begins == at, part
        assert minutes >= 1, do
        at += minutes
    assert at == pack.request.minutes
    for prompt in pack.prompts:
        assert sum(step.minutes for step in prompt.steps) == prompt.minutes
        assert prompt.quiet
        assert prompt.loud


def test_no_two_stimuli_overlap(packs: dict[str, Pack]) -> None:
    for pack in packs.values():
        for one, other in itertools.combinations(pack.drawn, 2):
            assert not one.stimulus.overlaps(other.stimulus)


@pytest.mark.parametrize("topic", ["setting a shared vision", "improving quality and value"])
def test_where_there_is_little_a_quote_comes_at_most_twice(
    starter_read: Engine, topic: str
) -> None:
    pack = PackMaker(starter_read).make(PackRequest(topic=topic))
    uses = Counter(key(extract) for drawn in pack.drawn for extract in drawn.extracts)
    assert max(uses.values()) <= 2
    assert len(uses) >= 0.8 * uses.total()


def test_only_what_the_reader_finds_a_topic_in_is_about_it(starter_read: Engine) -> None:
    judge, gatherer = Judge(starter_read), Gatherer(starter_read.store)
    found = {}
    for name in ("money", "tight finances and budgets"):
        topic, _, extracts = gatherer.gather(name)
        found[name] = judge.about(topic, extracts[:24])
    assert found["money"] == []
    assert "tight finances" in found["tight finances and budgets"][0].text


def test_no_two_prompts_of_a_pack_are_alike(
    packs: dict[str, Pack], maker: PackMaker, starter_engine: Engine
) -> None:
    for pack in packs.values():
        again = maker.redraw(pack, 1)
        put = [f"{p.stimulus.text} {p.question}" for p in (*again.prompts, pack.prompts[0])]
        vectors = starter_engine.store.encoder.encode(put)
        near = vectors @ vectors.T - np.eye(len(put))
        assert near.max() <= ALIKE_PROMPTS + 1e-6


def test_points_bear_on_their_question_and_are_about_the_same_thing_as_their_quote(
    starter_read: Engine,
) -> None:
    pack = PackMaker(starter_read).make(PackRequest(topic=TOPICS[1]))
    for drawn in pack.drawn:
        assert all(point.similarity(drawn.stimulus) >= NEAR for point in drawn.points)
    told = [
        sure
        for prompt in pack.prompts
        for sure in starter_read.bearing(prompt.asked, [point.text for point in prompt.points])
    ]
    assert len(told) >= 3
    assert min(told) >= 0.5


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
    assert len(less.prompts) == 2
    assert sum(minutes for _, minutes in less.timings) == 40
    assert [c.marker for c in less.citations] == list(range(1, len(less.citations) + 1))


@pytest.mark.parametrize(
    "typed",
    ["conflicts of interest; system leadership", "conflicts of interest, system leadership"],
)
def test_several_topics_share_a_pack(maker: PackMaker, typed: str) -> None:
    pack = maker.make(PackRequest(topic=typed, prompts=4))
    assert "conflicts of interest and system leadership" in pack.title
    assert {d.matter for d in pack.drawn} == {"conflicts of interest", "system leadership"}
    assert len(pack.prompts) == 4


def test_a_misspelled_topic_is_taken_as_it_was_meant(maker: PackMaker) -> None:
    pack = maker.make(PackRequest(topic="conflicts of intrest"))
    assert pack.title == "Talking about conflicts of interest"
    assert "Taken as “conflicts of interest”." in str(pack.note)


def test_what_is_held_in_part_is_served_in_part_and_says_so(maker: PackMaker) -> None:
    pack = maker.make(PackRequest(topic="system leadership; the tides"))
    assert pack.title == "Talking about system leadership"
    assert "The library holds nothing on “the tides”" in str(pack.note)


@pytest.mark.parametrize("entry", load_everyday(), ids=lambda entry: entry.say)
def test_an_everyday_topic_is_found_under_the_names_that_documents_give_it(
    topics: Topics, entry: Everyday
) -> None:
    (material,) = topics.resolve(entry.typed[0]).materials
    assert material.enough
    assert material.note is None or entry.say in material.note


@pytest.fixture(scope="module")
def topics(starter_engine: Engine) -> Topics:
    return Topics(starter_engine, Judge(starter_engine), Gatherer(starter_engine.store))


@pytest.mark.parametrize(
    "topic",
    [
        "the tides",
        "flu vaccination",
        "artificial intelligence",
        "football coaching",
        "tennis coaching",
    ],
)
def test_a_topic_that_the_library_does_not_hold_is_declined_with_themes(
    maker: PackMaker, topic: str
) -> None:
    with pytest.raises(TopicNotHeld) as declined:
        maker.make(PackRequest(topic=topic))
    assert declined.value.nearest
    assert declined.value.nearest[0] in str(declined.value)


def test_an_everyday_topic_in_words_that_the_library_lacks_is_served_and_says_so(
    topics: Topics,
) -> None:
    (material,) = topics.resolve("bad decisions").materials
    assert material.phrase == "bad decisions"
    assert "difficult decisions" in material.named
    assert "does not speak of bad decisions by that name" in str(material.note)


def test_a_prompt_without_points_is_drawn_from_another_quote_as_much_on_the_topic(
    starter_read: Engine,
) -> None:
    maker = PackMaker(starter_read)
    pack = maker.make(PackRequest(topic="clinicians and managers working together"))
    assert all(prompt.points for prompt in pack.prompts)


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
        ("Barbara King is the chief officer. King says that listening takes time.", False),
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
        ("Failing to do so would undermine what people think of the service.", False),
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
        ("GPs know a micro version, whereas managers know the macro version.", Act.WEIGHING),
        ("Many organisations struggle to turn plans into delivery.", Act.DIFFICULTY),
        ("New chairs should ask for a mentor from another town.", Act.ADVICE),
        ("Triage is the process of deciding who is seen first.", Act.DEFINITION),
        ("The survey was carried out by the county and is published every May.", Act.ASIDE),
    ],
)
def test_what_a_quote_does_is_told(starter_engine: Engine, text: str, act: Act) -> None:
    assert acts_of([text], starter_engine.store.encoder.encode([text])) == [act]


def test_what_quotes_do_is_learnt_well_enough(starter_engine: Engine) -> None:
    _, aside = examples()
    told = acts_of(
        [text for _, text in aside],
        starter_engine.store.encoder.encode([text for _, text in aside]),
    )
    assert len(aside) >= 100
    right = [act is said for (act, _), said in zip(aside, told, strict=True)]
    named = [ok for ok, said in zip(right, told, strict=True) if said is not Act.CLAIM]
    assert sum(right) / len(right) >= 0.6
    assert sum(named) / len(named) >= 0.8
    assert len(named) >= len(aside) / 2


def extract(text: str, act: Act, *direction: float, speaker: str | None = None) -> Extract:
    """An extract of these words, whose vector points so; nothing else of it matters."""
    vector = np.array(direction, dtype=np.float32)
    passage = Passage(
        id="p", source=text[:9], title="", heading="", start=0, end=1, text=text, page=None,
        sentences=(),
    )  # fmt: skip
    return Extract(
        passage=passage, start=0, end=len(text), text=text, vector=vector, relevance=0.5,
        act=act, speaker=speaker,
    )  # fmt: skip


def test_a_heading_is_no_part_of_a_name() -> None:
    people = people_of("## Bob\n\nAnn Lee says that trust takes time.\n\n## Start\n\nWe find it.")
    assert people.by_surname == {"Lee": "Ann Lee"}


def test_what_there_is_on_a_part_joins_its_topic_once_and_at_its_best() -> None:
    one = extract("Trust takes time.", Act.CLAIM, 1.0)
    other = extract("Money is short.", Act.CLAIM, 1.0)
    whole, part = (
        Material(
            topic=Topic(phrase=phrase, vector=one.vector, rarity={}),
            phrase=phrase,
            extracts=extracts,
            fingerprint="",
        )
        for phrase, extracts in (
            ("trust and money", [one]),
            ("money", [other, replace(one, relevance=0.9)]),
        )
    )
    joined = whole.joined([part])
    assert joined.phrase == "trust and money"
    assert joined.named == ("money",)
    assert [(e.text, e.relevance) for e in joined.extracts] == [(one.text, 0.9), (other.text, 0.5)]


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
    ("words", "own"),
    [
        ("Trust takes time.", True),
        ("“Trust takes time.”", True),
        ("Dr Ann Lee, chair of the Ember group, says: “Trust takes time.”", False),
        ("She adds that patience helps.", False),
        ("Bob Crane is chief officer of Ember.", False),
    ],
)
def test_only_what_stands_in_quotation_marks_is_somebodys_own_words(words: str, own: bool) -> None:
    start = SPEECH.index(words)
    assert is_speech(SPEECH, start, start + len(words)) is own


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
    assert terms.commonest(least=2) == [("mutual trust", 2)]
    assert terms.commonest(least=3) == []


@pytest.mark.parametrize(("minutes", "prompts"), [(40, 4), (16, 1), (90, 9), (7, 1), (61, 5)])
def test_minutes_add_up(minutes: int, prompts: int) -> None:
    warm_up, shares, closing = share_out(minutes, prompts)
    assert warm_up + sum(shares) + closing == minutes
    assert min(shares) >= 5


@pytest.mark.parametrize(
    ("minutes", "asked", "prompts"),
    [(40, None, 3), (40, 6, 4), (40, 2, 2), (20, None, 2), (10, None, 1), (60, None, 5)],
)
def test_there_are_as_many_prompts_as_the_minutes_hold(
    minutes: int, asked: int | None, prompts: int
) -> None:
    assert prompts_for(minutes, asked) == prompts


@pytest.mark.parametrize(("minutes", "asked"), [(10, 5), (5, 1), (0, None)])
def test_what_no_time_is_there_for_is_refused(minutes: int, asked: int | None) -> None:
    with pytest.raises(BadPackRequest, match=f"not fit into {minutes} minutes"):
        prompts_for(minutes, asked)


# Written


def test_markdown_shows_every_quote_and_its_place(
    packs: dict[str, Pack], sources: dict[str, Source]
) -> None:
    pack = packs[TOPICS[1]]
    text = to_markdown(pack, sources)
    for citation in pack.citations:
        assert f"characters {citation.start} to {citation.end} of" in text
    assert "| 0:40 | **40** | The end | |" in text
    heads = ("Run sheet", "Warm-up (4 minutes)", "Closing (4 minutes)", "Quotes and their places")
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
    sheets = [table for table in document.tables if len(table.columns) == 4]
    assert [[cell.text for cell in sheet.rows[-1].cells] for sheet in sheets] == [
        ["0:40", "40", "The end", ""]
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        notes = files.read("word/footnotes.xml").decode()
        body = files.read("word/document.xml").decode()
    marks = sum(len(prompt.quotes) for prompt in pack.prompts)
    assert body.count("<w:footnoteReference ") == marks
    assert notes.count("characters ") == marks


def test_the_slides_have_a_prompt_each_with_its_quote_and_notes(
    packs: dict[str, Pack], sources: dict[str, Source]
) -> None:
    pack = packs[TOPICS[1]]
    content = to_pptx(pack, sources)
    assert content == to_pptx(pack, sources)
    opening, *slides, closing = Presentation(io.BytesIO(content)).slides
    assert opening.shapes.title.text_frame.text == pack.title
    assert len(slides) == len(pack.prompts)
    for slide, prompt in zip(slides, pack.prompts, strict=True):
        shown = slide.placeholders[1].text_frame.text
        notes = slide.notes_slide.notes_text_frame.text
        assert quotation(prompt.stimulus.text) in shown
        assert who(prompt.stimulus, sources) in shown
        assert prompt.question in shown
        assert all(step.text in notes for step in prompt.steps)
        assert all(quotation(point.text) in notes for point in prompt.points)
    assert closing.placeholders[1].text_frame.text == pack.closing.text


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


def test_slides_are_written_by_their_name(
    soundings: Command, starter_home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "pack.pptx"
    code, out, err = soundings("--home", starter_home, "pack", "system leadership", "--out", file)
    assert (code, out) == (0, ""), err
    assert len(Presentation(str(file)).slides) == 5


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
        ["trust", "--format", "pptx"],
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
