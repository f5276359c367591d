"""What a trainer does with a pack: keep, reword, exchange, drop, take back, take away."""

import io
import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from html import unescape
from typing import Any

import pytest
from docx import Document

from assistant import Engine
from assistant.errors import BadPackRequest, PackGone
from assistant.packs import Pack, PackMaker, PackRequest
from assistant.packs.coverage import coverage_of
from assistant.packs.desk import MOST_PACKS, Desk
from assistant.packs.files.formats import pack_file
from assistant.packs.files.markdown import Part
from assistant.packs.models import PERSON, Step, Wording
from assistant.packs.revise import cleaned, reworded
from assistant.packs.workshop import Shown, Workshop
from vectorstore import Source

ME = "trainer"
TOPIC = "clinicians as leaders"
OWN = Wording(question="What would <b>you</b> do\nfirst?", why="", probes=("And then?", " "))


@pytest.fixture(scope="module")
def workshop(starter_engine: Engine) -> Workshop:
    return Workshop(starter_engine)


@pytest.fixture(scope="module")
def pack(starter_engine: Engine) -> Pack:
    return PackMaker(starter_engine).make(PackRequest(topic=TOPIC, prompts=4))


@pytest.fixture
def laid(workshop: Workshop, pack: Pack) -> str:
    """The id of a fresh pack of four prompts."""
    return workshop.desk.lay(ME, pack)


def made(workshop: Workshop, **form: Any) -> list[Shown]:
    asked = workshop.request_of(
        form.get("topic", TOPIC), form.get("audience"), form.get("minutes", 40), 4
    )
    return list(workshop.make(ME, asked, form.get("id", ""), by_model=False))


def act(workshop: Workshop, id: str, do: str, prompt: int = 0, **more: str) -> str:
    """Press a button of the pack; what is shown at last."""
    order: Mapping[str, Any] = {"do": do, "prompt": prompt, **more}
    return list(workshop.act(ME, id, order))[-1].markup


def now(workshop: Workshop, id: str) -> Pack:
    return workshop.desk.find(ME, id).pack


def buttons(markup: str) -> Iterator[dict[str, str]]:
    """The attributes of every button that opens a quote."""
    for tag in re.findall(r"<button[^>]*data-source=[^>]*>", markup):
        yield {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}


# Making


def test_a_pack_comes_step_by_step_and_every_quote_of_it_opens(
    workshop: Workshop, starter_engine: Engine
) -> None:
    *steps, last = made(workshop)
    assert steps
    assert all("<progress" in step.markup and step.id is None for step in steps)
    assert last.id is not None
    pack = now(workshop, last.id)
    opened = list(buttons(last.markup))
    assert len(opened) == sum(len(prompt.quotes) for prompt in pack.prompts)
    assert len({button["id"] for button in opened}) == len(opened)
    for button in opened:
        text = starter_engine.store.library.text(button["data-source"])
        quote = text[int(button["data-start"]) : int(button["data-end"])]
        assert quote in [citation.quote for citation in pack.citations]


def test_the_same_form_again_gives_another_pack(workshop: Workshop) -> None:
    first = made(workshop)[-1].id or ""
    second = made(workshop, id=first)[-1].id or ""
    assert now(workshop, second).request.seed == 1
    assert now(workshop, first).to_json() != now(workshop, second).to_json()
    third = made(workshop, id=second, minutes=50)[-1].id or ""
    assert now(workshop, third).request.seed == 0


def test_a_topic_not_held_names_themes_to_choose(workshop: Workshop) -> None:
    (*_, last) = made(workshop, topic="the <tides>")
    assert last.id is None
    assert "“the &lt;tides&gt;”" in last.markup
    themes = workshop.themes()
    named = re.findall(r'data-topic="([^"]+)"', last.markup)
    assert named
    assert all(f'data-topic="{name}"' in themes for name in named)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"topic": " ; "}, "Type a topic"),
        ({"minutes": None}, "does not fit into 0 minutes"),
        ({"audience": "all " * 30}, "in 1 to 80 characters"),
    ],
)
def test_a_form_that_cannot_be_made_says_what_to_change(
    workshop: Workshop, form: dict[str, Any], told: str
) -> None:
    assert told in made(workshop, **form)[-1].markup


def test_stopping_early_leaves_nothing_behind(workshop: Workshop, starter_engine: Engine) -> None:
    making = PackMaker(starter_engine).making(PackRequest(topic=TOPIC, prompts=4))
    first = next(making)
    making.close()
    assert isinstance(first, Step)
    assert workshop.as_it_lies(ME, "", "Stopped.").markup == workshop.welcome()


# Changing


def test_a_prompt_in_a_persons_words_keeps_its_quotes(pack: Pack) -> None:
    changed = reworded(pack, 2, OWN)
    mine, was = changed.prompts[1], pack.prompts[1]
    assert mine.question == "What would <b>you</b> do first?"
    assert (mine.probes, mine.why) == (("And then?",), "")
    assert mine.worded_by == PERSON
    assert mine.quotes == was.quotes
    assert [p for n, p in enumerate(changed.prompts) if n != 1] == [
        p for n, p in enumerate(pack.prompts) if n != 1
    ]


@pytest.mark.parametrize(
    "wording",
    [
        Wording(question=" \u200b ", why="", probes=()),
        Wording(question="What?" * 300, why="", probes=()),
        Wording(question="What?", why="", probes=("Why?",) * 9),
    ],
)
def test_a_wording_that_is_none_is_refused(wording: Wording) -> None:
    with pytest.raises(BadPackRequest):
        cleaned(wording)


def test_what_is_typed_is_shown_and_written_as_text(
    workshop: Workshop, laid: str, starter_engine: Engine
) -> None:
    shown = act(workshop, laid, "save", 1, question=OWN.question + "\x00\x0b", why="&", probes="a?")
    assert "What would &lt;b&gt;you&lt;/b&gt; do first?" in shown
    assert "<b>" not in shown
    file = pack_file(now(workshop, laid), workshop.sources(), "docx", Part.ALL)
    lines = [paragraph.text for paragraph in Document(io.BytesIO(file.content)).paragraphs]
    assert lines.count("What would <b>you</b> do first?") == 2


def test_another_changes_one_prompt_alone_and_timing_adds_up(workshop: Workshop, laid: str) -> None:
    act(workshop, laid, "save", 1, question=OWN.question)
    before = now(workshop, laid)
    act(workshop, laid, "another", 3)
    after = now(workshop, laid)
    assert after.prompts[2].stimulus.text != before.prompts[2].stimulus.text
    for n in (0, 1, 3):
        assert after.prompts[n].question == before.prompts[n].question
        assert after.prompts[n].stimulus.text == before.prompts[n].stimulus.text
    assert after.prompts[0].worded_by == PERSON
    assert sum(minutes for _, minutes in after.timings) == 40


def test_what_is_accepted_stays_when_the_others_are_drawn_anew(
    workshop: Workshop, laid: str
) -> None:
    before = now(workshop, laid)
    shown = act(workshop, laid, "accept", 2)
    assert "1 accepted" in shown
    assert re.search(r'id="act-another-2"[^>]*aria-disabled="true"', shown)
    act(workshop, laid, "others")
    after = now(workshop, laid)
    assert after.prompts[1].stimulus.text == before.prompts[1].stimulus.text
    assert workshop.desk.find(ME, laid).is_accepted(2)
    drawn = [n for n in (0, 2, 3) if after.prompts[n].stimulus != before.prompts[n].stimulus]
    assert drawn


def test_a_dropped_prompt_can_be_taken_back(workshop: Workshop, laid: str) -> None:
    before = now(workshop, laid)
    act(workshop, laid, "drop", 4)
    less = now(workshop, laid)
    assert len(less.prompts) == 3
    assert sum(minutes for _, minutes in less.timings) == 40
    act(workshop, laid, "undo")
    assert now(workshop, laid) is before
    assert 'id="act-undo-0" data-act="undo" data-prompt="0" aria-disabled="true"' in act(
        workshop, laid, "undo"
    )


@pytest.mark.parametrize(
    "order", [{}, {"do": "drop"}, {"do": "drop", "prompt": 99}, {"do": "fly", "prompt": 1}]
)
def test_an_order_that_is_none_changes_nothing(
    workshop: Workshop, laid: str, order: dict[str, Any]
) -> None:
    before = now(workshop, laid)
    list(workshop.act(ME, laid, order))
    assert now(workshop, laid) is before


# Whose


def test_a_pack_is_its_owners_alone(workshop: Workshop, laid: str) -> None:
    with pytest.raises(PackGone):
        workshop.desk.find("somebody else", laid)
    (shown,) = workshop.act("somebody else", laid, {"do": "drop", "prompt": 1})
    assert "no longer here" in shown.markup
    assert len(now(workshop, laid).prompts) == 4


def test_a_desk_forgets_what_was_not_touched_for_longest(pack: Pack) -> None:
    desk = Desk()
    first, second = desk.lay(ME, pack), desk.lay(ME, pack)
    for _ in range(MOST_PACKS - 1):
        desk.find(ME, first)
        desk.lay(ME, pack)
    assert desk.find(ME, first).pack is pack
    with pytest.raises(PackGone):
        desk.find(ME, second)


class Written(list[tuple[str, str, str, str]]):
    """A journal on a list; sources are left out."""

    def note(self, person: str, deed: str, text: str, sources: Sequence[str], outcome: str) -> None:
        assert bool(sources) is (outcome == "made")
        self.append((person, deed, text, outcome))


def test_the_journal_says_who_made_a_pack_of_what(starter_engine: Engine) -> None:
    engine = starter_engine.unwritten()
    engine.journal = written = Written()
    workshop = Workshop(engine)
    made(workshop)
    made(workshop, topic="the tides")
    asked = workshop.request_of(TOPIC, None, 40, 3)
    stopped = workshop.make(ME, asked, "", by_model=False)
    next(stopped)
    assert isinstance(stopped, Generator)
    stopped.close()
    made(workshop, minutes=5)
    assert written == [
        (ME, "pack", TOPIC, "made"),
        (ME, "pack", "the tides", "declined"),
        (ME, "pack", TOPIC, "stopped"),
        (ME, "pack", TOPIC, "refused"),
    ]


# Taken away


@pytest.mark.parametrize(
    ("format", "part", "name"),
    [
        ("docx", Part.HANDOUT, "hand-out-clinicians-as-leaders.docx"),
        ("md", Part.ALL, "pack-clinicians-as-leaders.md"),
        ("json", Part.HANDOUT, "pack-clinicians-as-leaders.json"),
    ],
)
def test_a_file_holds_the_pack_as_edited(
    workshop: Workshop, laid: str, format: str, part: Part, name: str
) -> None:
    act(workshop, laid, "save", 1, question="What would you do first?")
    file = pack_file(now(workshop, laid), workshop.sources(), format, part)
    assert file.name == name
    if format == "docx":
        text = "\n".join(p.text for p in Document(io.BytesIO(file.content)).paragraphs)
        assert "Points to draw out" not in text
    else:
        text = file.content.decode()
    assert "What would you do first?" in text
    if format == "json":
        assert json.loads(text)["prompts"][0]["worded_by"] == PERSON


def test_coverage_counts_every_quote_and_names_sections(pack: Pack, workshop: Workshop) -> None:
    sources: dict[str, Source] = workshop.sources()
    coverage = coverage_of(pack, sources)
    assert sum(drawn.quotes for drawn in coverage.drawn) == len(pack.citations)
    assert coverage.held == len(sources)
    assert [d.quotes for d in coverage.drawn] == sorted(
        (d.quotes for d in coverage.drawn), reverse=True
    )
    headings = {c.heading.rsplit(" › ", 1)[-1] for c in pack.citations}
    assert {s for drawn in coverage.drawn for s in drawn.sections} <= headings
    assert f"of the library's {len(sources)} sources" in coverage.in_words
