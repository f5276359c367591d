"""What the Evaluate tab's script fetches and sends about gold questions that are being written."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from assistant.answering.engine import Engine
from assistant.packs.sessions import list_sessions
from eval.authoring.drafting import Drafts, Place, digest, evidence_of, places_of, taken
from eval.errors import EvalError
from eval.gold.questions import question_of
from eval.page import drafting
from eval.page.serving import FRESH, Fields, listed, number, text, told
from web.look.markup import Html

FINISHED = "Added to the gold questions. The next run can ask it."
KEPT = "The draft is kept."


def add_draft_routes(router: APIRouter, engine: Engine) -> None:
    """The views of drafts, and what is done to them."""
    tab = Writing(engine)

    @router.get("/drafts")
    def every() -> Response:
        return told(tab.every)

    @router.get("/draft")
    def one(draft: str) -> Response:
        return told(lambda: tab.one(draft))

    @router.get("/text")
    def source_text(source: str) -> Response:
        return told(lambda: tab.text(source))

    @router.post("/blank")
    def blank(fields: Fields) -> Response:
        return told(lambda: tab.one(tab.drafts.blank()))

    @router.post("/passages")
    def passages(fields: Fields) -> Response:
        return told(lambda: tab.one(tab.drafts.from_passages()))

    @router.post("/feedback")
    def feedback(fields: Fields) -> Response:
        return told(lambda: tab.one(tab.drafts.from_feedback(number(fields, "feedback"))))

    @router.post("/discard")
    def discard(fields: Fields) -> Response:
        return told(lambda: tab.discard(text(fields, "draft")))

    @router.post("/take")
    def take(fields: Fields) -> Response:
        return told(lambda: tab.take(fields))

    @router.post("/save")
    def save(fields: Fields) -> Response:
        return told(lambda: tab.save(fields))


class Writing:
    """What is done to drafts, for everybody alike."""

    def __init__(self, engine: Engine) -> None:
        self._library = engine.store.library
        self._people = engine.store.place
        self.drafts = Drafts(engine.store.home, self._library)

    def every(self, notice: str = "") -> Html:
        drafts = self.drafts
        sessions = list_sessions(self._people)
        return drafting.drafts(
            drafts.feedback(), sessions, drafts.listed(), drafts.own(), drafts.gold_file, notice
        )

    def one(self, id: str, notice: str = "") -> Html:
        draft = self.drafts.find(id)
        places, lost = places_of(draft.record, self._library)
        findings = self.drafts.findings(draft.record) if notice else []
        open_at = next(iter(places), None) or self.drafts.cited(id)
        sources = self._library.sources()
        return drafting.draft(draft, places, open_at, lost, findings, sources, notice)

    def text(self, source: str) -> Response:
        """A source's text exactly as offsets count it."""
        return PlainTextResponse(self._library.text(source), headers=FRESH)

    def discard(self, id: str) -> Html:
        self.drafts.remove(id)
        return self.every("The draft was thrown away.")

    def take(self, fields: dict[str, Any]) -> Html:
        """The marked words as evidence. Raises GoldError where they do not stand there."""
        source = text(fields, "source")
        place = self._place(fields, source)
        return drafting.evidence(place, self._library.source(source).title)

    def save(self, fields: dict[str, Any]) -> Html:
        """Keep the draft as the form has it and, where that is asked, add it to the gold."""
        id = text(fields, "draft")
        before = self.drafts.find(id)
        record = self._record(before.record, fields)
        self.drafts.put(replace(before, record=record))
        if fields.get("finish") != "yes":
            return self.one(id, KEPT)
        if not record["question"]:
            raise EvalError("the draft is kept. It has no question yet: write it first")
        self.drafts.finish(id)
        return self.every(FINISHED)

    def _record(self, before: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        """The draft's record with what the form says. Raises GoldError where that is no draft."""
        facts = [line.split("|") for line in text(fields, "facts").split("\n")]
        forms = [[form.strip() for form in fact if form.strip()] for fact in facts]
        places = [self._place(one, text(one, "source")) for one in listed(fields, "evidence")]
        record = {
            **before,
            "question": " ".join(text(fields, "question").split()),
            "outcome": text(fields, "outcome"),
            "facts": [fact for fact in forms if fact],
            "evidence": [evidence_of(place, self._library) for place in places],
            "tags": {
                **(before.get("tags") or {}),
                "kind": text(fields, "kind"),
                "audience": text(fields, "audience"),
                "difficulty": text(fields, "difficulty"),
                "near_miss": fields.get("near_miss") == "yes",
            },
            "split": text(fields, "split"),
        }
        record.pop("missing", None)
        if missing := text(fields, "missing"):
            record["missing"] = missing
        question_of({**record, "question": record["question"] or "?"}, "the form")
        return record

    def _place(self, fields: Any, source: str) -> Place:
        if not isinstance(fields, dict):
            raise EvalError("each evidence must be a place in a source")
        start, end = number(fields, "start"), number(fields, "end")
        place = taken(self._library, source, start, end, _digest(fields))
        return replace(place, alternative=fields.get("alternative") is True)


def _digest(fields: dict[str, Any]) -> str:
    """The digest that the marked words must have: as the form has it, or of the words just sent
    (browsers reckon digests over https alone)."""
    words = fields.get("words")
    return digest(words) if isinstance(words, str) else text(fields, "sha256")
