"""Gold questions that people write in a home: drafts, what they are made from, and their file.

Drafts lie in `gold/drafts.json` of the home. One that is finished moves to `gold/own.yaml`, which
every command that takes `--gold FILE` reads.
"""

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.keeping.feedback import Feedback, Verdict, list_feedback
from eval.authoring.drafts import WORKING, Draft, draft_of_answer, write_drafts
from eval.authoring.lint import Finding, lint
from eval.authoring.propose import propose
from eval.errors import GoldError
from eval.gold.places import locate
from eval.gold.questions import GoldQuestion, load_gold, question_of, records_of
from eval.suite.choices import gold_sets, own_gold
from eval.suite.runs import write_whole
from vectorstore import Library, UnknownSource
from vectorstore.store import place_with

DRAFTS = "drafts.json"
ABOUT = ("Gold questions written on the Evaluate tab. Comments added here are not kept.",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Evidence of a draft: `quote` is the source's text `[start:end]`."""

    source: str
    start: int
    end: int
    quote: str
    alternative: bool = False

    @property
    def sha256(self) -> str:
        return digest(self.quote)


def taken(library: Library, source: str, start: int, end: int, sha256: str) -> Place:
    """The place in a source whose words have this digest. Raises GoldError where they have not."""
    try:
        text = library.text(source)
    except UnknownSource as exc:
        raise GoldError(f"the evidence has lost its source: {exc}") from exc
    if not 0 <= start < end <= len(text):
        raise GoldError("there is no such place in this source. Mark the words again")
    quote = text[start:end]
    if digest(quote) != sha256:
        raise GoldError(f"the words at this place of {source} are others now. Mark them again")
    return Place(source=source, start=start, end=end, quote=quote)


def evidence_of(place: Place, library: Library) -> dict[str, Any]:
    """A place in the gold format: by its words where they stand only once, else by its offsets."""
    more = {"alternative": True} if place.alternative else {}
    if library.text(place.source).count(place.quote) == 1:
        return {"source": place.source, "quote": place.quote, **more}
    found = {"source": place.source, "start": place.start, "end": place.end}
    return {**found, "sha256": place.sha256, **more}


def places_of(record: Mapping[str, Any], library: Library) -> tuple[list[Place], list[str]]:
    """The evidence of a draft as it stands in the library, and what is no longer there."""
    found, lost = [], []
    for evidence in _question(record).evidence:
        try:
            text = library.text(evidence.source)
            start, end = evidence.locate(text)
        except (GoldError, UnknownSource) as exc:
            lost.append(str(exc))
            continue
        found.append(
            Place(
                source=evidence.source,
                start=start,
                end=end,
                quote=text[start:end],
                alternative=evidence.alternative,
            )
        )
    return found, lost


def worst_first(feedback: Sequence[Feedback]) -> list[Feedback]:
    """Not helpful before helpful; of those the surer answers first, withheld ones last."""

    def place(one: Feedback) -> tuple[bool, float]:
        given = one.answer.get("outcome") != "withheld"
        sure = float(one.answer.get("confidence") or 0.0) if given else -1.0
        return one.verdict is Verdict.HELPFUL, -sure

    return sorted(feedback, key=place)


def draft_of_feedback(feedback: Feedback) -> Draft:
    """A draft of a question that somebody was answered, with what they said of the answer."""
    asked = feedback.answer.get("standalone_question") or feedback.question
    answer = {**feedback.answer, "id": f"feedback-{feedback.id}", "question": asked}
    draft = draft_of_answer(feedback.id, answer)
    said = f"{feedback.who} said on {feedback.when[:10]}: {feedback.verdict}"
    asked_as = f"asked as: {feedback.question}"
    reason = f"{said} ({feedback.reason})" if feedback.reason else said
    return replace(draft, notes=(reason, asked_as, *draft.notes))


class Drafts:
    """The drafts and the gold of a home. Safe to use from several threads of one process."""

    def __init__(self, home: Path, library: Library) -> None:
        self._home = home
        self._library = library
        self._gold = own_gold(home)
        self._file = self._gold.with_name(DRAFTS)
        self._lock = threading.Lock()

    @property
    def gold_file(self) -> Path:
        return self._gold

    def listed(self) -> list[Draft]:
        """All drafts, the latest first. Raises GoldError where the file cannot be read."""
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            return [Draft(record=one["record"], notes=tuple(one["notes"])) for one in content]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise GoldError(f"cannot read the drafts in {self._file}: {exc!r}") from exc

    def own(self) -> list[GoldQuestion]:
        """The gold questions that are finished. Raises GoldError."""
        return load_gold([self._gold]) if self._gold.is_file() else []

    def feedback(self) -> list[Feedback]:
        """What people said of answers, worst first."""
        return worst_first(list_feedback(place_with(self._home, self._library)))

    def find(self, id: str) -> Draft:
        """A draft, or a finished question to be changed. Raises GoldError."""
        finished = records_of(self._gold) if self._gold.is_file() else []
        drafts = [*self.listed(), *(Draft(record=record) for record in finished)]
        found = next((draft for draft in drafts if draft.record["id"] == id), None)
        if found is None:
            raise GoldError("this draft is not there any more. Choose another from the list")
        return found

    def put(self, draft: Draft) -> str:
        """Keep a draft, in the place of the one with its id; returns the id."""
        with self._lock:
            id = draft.record["id"]
            self._write([draft, *(d for d in self.listed() if d.record["id"] != id)])
        return str(id)

    def remove(self, id: str) -> None:
        with self._lock:
            self._write([draft for draft in self.listed() if draft.record["id"] != id])

    def blank(self) -> str:
        """A new draft with nothing in it; its id."""
        used = {draft.record["id"] for draft in self.listed()} | {q.id for q in self.own()}
        number = next(n for n in range(1, len(used) + 2) if f"own-{n}" not in used)
        return self.put(Draft(record=_empty(f"own-{number}")))

    def from_feedback(self, id: int) -> str:
        """A draft of what somebody said of an answer. Raises GoldError where that is gone."""
        found = next((one for one in self.feedback() if one.id == id), None)
        if found is None:
            raise GoldError("this feedback is not there any more")
        return self.put(draft_of_feedback(found))

    def cited(self, id: str) -> Place | None:
        """Where the answer that a draft was made of quotes first, or else looked first, if that
        still stands there; None for any other draft."""
        found = next((one for one in self.feedback() if id == f"marked-feedback-{one.id}"), None)
        answer = found.answer if found is not None else {}
        for where in (*answer.get("citations", ()), *answer.get("hits", ())):
            source, start, end = where["source"], where["start"], where["end"]
            try:
                text = self._library.text(source)[start:end]
            except UnknownSource:
                continue
            if text == where.get("quote", where.get("text")):
                return Place(source=source, start=start, end=end, quote=text)
        return None

    def from_passages(self) -> str:
        """A draft from a passage that no gold question asks about. Raises GoldError where there
        is none left."""
        known = {draft.record["id"] for draft in self.listed()}
        sets = [one.path for one in gold_sets(self._library, self._home) if one.applies]
        targets = locate(load_gold(sets), self._library)
        for draft in propose(targets, self._library, len(known) + 1):
            if draft.record["id"] not in known:
                return self.put(replace(draft, record={**draft.record, "question": ""}))
        raise GoldError("every passage is asked about by now, or is drafted")

    def findings(self, record: Mapping[str, Any]) -> list[Finding]:
        """What is wrong with a draft as a gold question, beside those that are finished."""
        question = _question(record)
        others = [one for one in self.own() if one.id != question.id]
        found = lint([*others, question], self._library)
        return [finding for finding in found if finding.id == question.id]

    def finish(self, id: str) -> None:
        """Move a draft to the gold. Raises GoldError where it has a fault."""
        draft = self.find(id)
        faults = [f.what for f in self.findings(draft.record) if f.level == "fault"]
        if faults:
            raise GoldError(f"this is no gold question yet: {'; '.join(faults)}")
        with self._lock:
            before = records_of(self._gold) if self._gold.is_file() else []
            kept = [record for record in before if record["id"] != id]
            finished = [Draft(record=record) for record in [*kept, draft.record]]
            _put(self._gold, write_drafts(finished, ABOUT))
            self._write([one for one in self.listed() if one.record["id"] != id])

    def _write(self, drafts: Sequence[Draft]) -> None:
        content = [{"record": draft.record, "notes": list(draft.notes)} for draft in drafts]
        _put(self._file, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _question(record: Mapping[str, Any]) -> GoldQuestion:
    """The record as a gold question, also where it has no wording yet."""
    return question_of({**record, "question": record["question"] or "(no question yet)"}, "draft")


def _empty(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "question": "",
        "outcome": "answered",
        "facts": [],
        "evidence": [],
        "tags": {"kind": WORKING, "audience": "leader", "difficulty": "medium"},
        "split": "held",
    }


def _put(file: Path, text: str) -> None:
    """Write a file whole or not at all. Raises GoldError."""
    try:
        write_whole(file, text)
    except OSError as exc:
        raise GoldError(f"cannot write {file}: {exc.strerror or exc}") from exc


def digest(text: str) -> str:
    """The digest that the gold format has of a piece of a source's text."""
    return hashlib.sha256(text.encode()).hexdigest()
