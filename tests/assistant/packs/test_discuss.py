"""What a trainer does with a pack: keep, reword, exchange, drop, take back, share, take away."""

import io
import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from assistant import Engine
from assistant.errors import BadPackRequest, PackGone
from assistant.keeping.kept import FILE_NAME, Kept
from assistant.keeping.resting import answers_resting_on
from assistant.packs import Pack, PackMaker, PackRequest
from assistant.packs.coverage import coverage_of
from assistant.packs.desk import Desk, Laid
from assistant.packs.files.formats import pack_file
from assistant.packs.files.markdown import Part
from assistant.packs.models import PERSON, Step, Wording
from assistant.packs.revise import cleaned, own_sheet, reworded, sheet_of
from assistant.packs.sessions import SessionBook, list_sessions
from assistant.packs.workshop import Workshop
from vectorstore import Source
from web.identity.people import Person, Role
from web.look.markup import Html

ME = Person(name="tara", role=Role.TRAINER, id="u-tara")
OTHER = Person(name="tom", role=Role.TRAINER, id="u-tom")
EVA = Person(name="eva", role=Role.EVALUATOR, id="u-eva")
TOPIC = "clinicians as leaders"
OWN = Wording(question="What would <b>you</b> do\nfirst?", why="", probes=("And then?", " "))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where packs are kept."""
    return tmp_path_factory.mktemp("packs")


@pytest.fixture(scope="module")
def workshop(starter_engine: Engine, home: Path) -> Iterator[Workshop]:
    kept = Kept(home / FILE_NAME)
    yield Workshop(starter_engine, Desk(kept), SessionBook(kept))
    kept.close()


@pytest.fixture(scope="module")
def pack(starter_engine: Engine) -> Pack:
    return PackMaker(starter_engine).make(PackRequest(topic=TOPIC, prompts=4))


@pytest.fixture
def laid(workshop: Workshop, pack: Pack) -> str:
    """The id of a fresh pack of four prompts."""
    return workshop.desk.lay(ME, Laid(pack=pack))


def made(workshop: Workshop, **form: Any) -> list[Html]:
    asked = workshop.request_of(
        form.get("topic", TOPIC), form.get("audience"), form.get("minutes", 40), 4
    )
    return list(workshop.make(form.get("by", ME), asked, by_model=False))


def id_of(markup: Html) -> str:
    """The id of the pack that is shown; empty where none is."""
    found = re.search(r'<article[^>]* data-pack="([^"]+)"', markup)
    return found.group(1) if found else ""


def act(workshop: Workshop, id: str, do: str, prompt: int = 0, by: Person = ME, **more: Any) -> str:
    """Press a button of the pack; what is shown at last."""
    order: Mapping[str, Any] = {"do": do, "pack": id, "prompt": prompt, **more}
    return list(workshop.act(by, order))[-1]


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
    assert all("<progress" in step and not id_of(step) for step in steps)
    pack = now(workshop, id_of(last))
    opened = list(buttons(last))
    assert len(opened) == sum(len(prompt.quotes) for prompt in pack.prompts)
    assert len({button["id"] for button in opened}) == len(opened)
    for button in opened:
        text = starter_engine.store.library.text(button["data-source"])
        quote = text[int(button["data-start"]) : int(button["data-end"])]
        assert quote in [citation.quote for citation in pack.citations]


def test_the_same_form_again_gives_another_pack(workshop: Workshop) -> None:
    ana = replace(ME, name="ana", id="u-ana")
    first, second, third = (
        workshop.desk.find(ana, id_of(made(workshop, by=ana, minutes=minutes)[-1])).pack
        for minutes in (40, 40, 50)
    )
    assert [pack.request.seed for pack in (first, second, third)] == [0, 1, 0]
    assert first.to_json() != second.to_json()


def test_a_topic_not_held_names_themes_to_choose(workshop: Workshop) -> None:
    (*_, last) = made(workshop, topic="the <tides>")
    assert not id_of(last)
    assert "“the &lt;tides&gt;”" in last
    themes = workshop.themes()
    named = re.findall(r'data-topic="([^"]+)"', last)
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
    assert told in made(workshop, **form)[-1]


def test_stopping_early_leaves_nothing_behind(workshop: Workshop, starter_engine: Engine) -> None:
    making = PackMaker(starter_engine).making(PackRequest(topic=TOPIC, prompts=4))
    first = next(making)
    making.close()
    assert isinstance(first, Step)
    assert workshop.desk.listed(replace(ME, id="u-nobody")) == []


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
    assert now(workshop, laid).to_json() == before.to_json()
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
    list(workshop.act(ME, {"pack": laid, **order}))
    assert now(workshop, laid).to_json() == before.to_json()
    assert not workshop.desk.can_undo(ME, laid)


# Whose


def test_a_pack_is_its_owners_alone(workshop: Workshop, laid: str) -> None:
    for other in (OTHER, EVA):
        with pytest.raises(PackGone):
            workshop.desk.find(other, laid)
        for do in ("open", "drop", "share", "delete", "duplicate", "ran", "undo"):
            assert "no longer here" in act(workshop, laid, do, 1, by=other)
        assert laid not in workshop.shelf(other)
    assert len(now(workshop, laid).prompts) == 4


def test_a_shared_pack_is_seen_by_those_of_the_role_and_changed_by_its_owner_alone(
    workshop: Workshop, laid: str
) -> None:
    assert "Every trainer can see it now." in act(workshop, laid, "share")
    assert "Shared with you (1)" in workshop.shelf(OTHER)
    shown = act(workshop, laid, "open", by=OTHER)
    assert id_of(Html(shown)) == laid and "by u-tara" in shown
    assert 'data-act="drop"' not in shown and 'data-act="duplicate"' in shown
    assert "somebody else" in act(workshop, laid, "drop", 1, by=OTHER)
    assert len(now(workshop, laid).prompts) == 4
    assert "no longer here" in act(workshop, laid, "open", by=EVA)
    copy = id_of(Html(act(workshop, laid, "duplicate", by=OTHER)))
    act(workshop, copy, "drop", 1, by=OTHER)
    assert len(workshop.desk.find(OTHER, copy).pack.prompts) == 3
    act(workshop, laid, "share")
    assert "no longer here" in act(workshop, laid, "open", by=OTHER)


# Kept


def test_a_pack_is_there_again_as_it_was_and_can_be_drawn_from(
    pack: Pack, starter_engine: Engine, tmp_path: Path
) -> None:
    """As after the program has ended and begun anew."""
    first = Kept(tmp_path / FILE_NAME)
    id = Desk(first).lay(ME, Laid(pack=pack).accept(2))
    first.close()
    second = Kept(tmp_path / FILE_NAME)
    workshop = Workshop(starter_engine, Desk(second), SessionBook(second))
    again = workshop.desk.find(ME, id)
    assert again.pack.to_json() == pack.to_json() and again.is_accepted(2)
    assert f'href="discuss/{id}"' in workshop.shelf(ME)
    redrawn = PackMaker(starter_engine).redraw(pack, 3)
    act(workshop, id, "another", 3)
    assert now(workshop, id).to_json() == redrawn.to_json()
    second.close()


def test_a_pack_whose_quote_is_gone_is_shown_and_not_drawn_from(
    workshop: Workshop, pack: Pack
) -> None:
    first = pack.drawn[0]
    never = replace(first.stimulus, text=first.stimulus.text + " Never said.")
    old = replace(pack, drawn=(replace(first, stimulus=never), *pack.drawn[1:]))
    id = workshop.desk.lay(ME, Laid(pack=old))
    shown = act(workshop, id, "another", 2)
    assert "The library has changed since this pack was made" in shown
    assert id_of(Html(shown)) == id and now(workshop, id).to_json() == old.to_json()


def test_what_was_not_touched_for_long_is_forgotten(pack: Pack, tmp_path: Path) -> None:
    kept = Kept(tmp_path / FILE_NAME)
    desk = Desk(kept, days=90)
    old, new = (desk.lay(ME, Laid(pack=pack)) for _ in range(2))
    then = (datetime.now(UTC) - timedelta(days=91)).isoformat(timespec="milliseconds")
    with kept.writing() as connection:
        connection.execute("UPDATE pack SET changed = ? WHERE id = ?", (then, old))
    assert [one.id for one in desk.listed(ME)] == [new]
    assert kept.all("SELECT DISTINCT pack FROM pack_state") == [(new,)]
    kept.close()


def test_a_pack_can_be_deleted_and_nothing_of_it_is_left(workshop: Workshop, laid: str) -> None:
    assert "The pack was deleted." in act(workshop, laid, "delete")
    assert "no longer here" in act(workshop, laid, "open")
    assert laid not in workshop.shelf(ME)


def test_whoever_removes_a_source_is_told_of_the_packs_that_rest_on_it(
    workshop: Workshop, laid: str, home: Path, starter_engine: Engine
) -> None:
    act(workshop, laid, "save", 1, question=OWN.question)  # its states count once
    source = now(workshop, laid).citations[0].source
    packs = {one.id for one in workshop.desk.all()}
    kinds = [each.kind for each in answers_resting_on(home, starter_engine.store.library, source)]
    assert kinds and set(kinds) == {"kept pack"} and len(kinds) <= len(packs)


def test_what_is_said_after_the_session_is_kept_with_the_pack_as_it_was(
    workshop: Workshop, laid: str, home: Path
) -> None:
    act(workshop, laid, "ran", 0, worked=False, reason=" Too long. ")
    shown = act(workshop, laid, "ran", 1, worked=True, reason="Better in pairs.")
    assert "it worked: Better in pairs." in shown
    assert "In the room it worked: Better in pairs." in workshop.shelf(ME)
    asked = now(workshop, laid).to_json()
    act(workshop, laid, "delete")
    [said] = [one for one in list_sessions(home) if one.pack == laid]
    assert (said.worked, said.reason, said.who) == (True, "Better in pairs.", "u-tara")
    assert said.content == json.loads(json.dumps(asked))


# The run sheet


def rows_of(pack: Pack) -> list[list[str]]:
    """The rows that the form sends where nothing was changed."""
    return [
        [part, str(step.minutes), step.text]
        for part, steps in sheet_of(pack).items()
        for step in steps
    ]


def test_a_run_sheet_in_a_persons_words_stays_when_prompts_change(
    workshop: Workshop, laid: str
) -> None:
    rows = rows_of(now(workshop, laid))
    second = next(
        n for n, row in enumerate(rows) if row[0] == list(sheet_of(now(workshop, laid)))[2]
    )
    rows[0][1:] = ["9", "Coffee first."]
    rows[second][1:] = ["7", "Read it <b>twice</b>."]
    rows.insert(second + 1, [rows[second][0], "1", "Breathe."])
    shown = act(workshop, laid, "sheet", rows=rows)
    assert "Read it &lt;b&gt;twice&lt;/b&gt;." in shown
    pack = now(workshop, laid)
    assert pack.warm_up.text == "Coffee first."
    assert [s.text for s in pack.prompts[1].steps][:2] == ["Read it <b>twice</b>.", "Breathe."]
    assert pack.request.minutes == sum(minutes for _, minutes in pack.timings)
    act(workshop, laid, "another", 1)
    act(workshop, laid, "drop", 4)
    later = now(workshop, laid)
    assert (later.warm_up, later.prompts[1].steps) == (pack.warm_up, pack.prompts[1].steps)
    assert later.request.minutes == sum(minutes for _, minutes in later.timings)
    file = pack_file(later, workshop.sources(), "md", Part.RUN_SHEET)
    assert "Coffee first." in file.content.decode()


def test_what_of_a_run_sheet_was_not_changed_is_not_the_persons(pack: Pack) -> None:
    rows = rows_of(pack)
    assert own_sheet(pack, rows) == {}
    rows[-1][1] = "6"
    assert list(own_sheet(pack, rows)) == ["closing"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["warm-up", "-1", "Go."], "whole numbers"),
        (["warm-up", "many", "Go."], "whole numbers"),
        (["warm-up", "481", "Go."], "whole numbers"),
        (["warm-up", "9" * 5_000, "Go."], "whole numbers"),  # more than Python makes a number of
        (["warm-up", "5", " "], "says what to do"),
        (["warm-up", "5", "Go." * 400], "1,000 characters"),
        (["a part that is gone", "5", "Go."], "changed meanwhile"),
        ("warm-up", "changed meanwhile"),
    ],
)
def test_a_run_sheet_that_is_none_is_refused(pack: Pack, row: object, told: str) -> None:
    with pytest.raises(BadPackRequest, match=told):
        own_sheet(pack, [row, *rows_of(pack)[1:]])


class Written(list[tuple[str, str, str, str]]):
    """A journal on a list; sources are left out."""

    def note(self, person: str, deed: str, text: str, sources: Sequence[str], outcome: str) -> None:
        assert bool(sources) is (outcome == "made")
        self.append((person, deed, text, outcome))


def test_the_journal_says_who_made_a_pack_of_what(starter_engine: Engine, tmp_path: Path) -> None:
    engine = starter_engine.unwritten()
    engine.journal = written = Written()
    kept = Kept(tmp_path / FILE_NAME)
    workshop = Workshop(engine, Desk(kept), SessionBook(kept))
    made(workshop)
    made(workshop, topic="the tides")
    asked = workshop.request_of(TOPIC, None, 40, 3)
    stopped = workshop.make(ME, asked, by_model=False)
    next(stopped)
    assert isinstance(stopped, Generator)
    stopped.close()
    made(workshop, minutes=5)
    assert written == [
        (ME.key, "pack", TOPIC, "made"),
        (ME.key, "pack", "the tides", "declined"),
        (ME.key, "pack", TOPIC, "stopped"),
        (ME.key, "pack", TOPIC, "refused"),
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
