"""Prompts in a language model's words: held to their quotes by the gate, to the quality rules by
`quality`, and left in the words of the rules wherever they fail either."""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.answering.engine import Engine
from assistant.finding.excerpts import cited
from assistant.models import Citation
from assistant.packs.making.assemble import run_of
from assistant.packs.making.quality import claims_in, fault_of, run_fault_of
from assistant.packs.material.extracts import Extract
from assistant.packs.models import MODEL, Drawn, Noted, PackRequest, Run, Wording
from assistant.packs.revise import one_line
from assistant.proof import Slice, Standing, judge
from assistant.writing.errors import ModelError, PromptTooLong, ReplyCut
from assistant.writing.models import Message
from assistant.writing.parse import Written, in_whole_characters, read_object
from assistant.writing.prompt import as_line, load_prompt, neutral
from assistant.writing.writer import ModelWriter
from prompts import load_kind

MOST_NOTES = 3
_NEAR = 0.2  # a question less like its stimulus and the rules' question than this strays
_ALIKE = 0.77  # two questions more alike than this are one
_TEXT = {"type": "string"}
_NOTE = {
    "type": "object",
    "properties": {"text": _TEXT, "quotes": {"type": "array", "items": {"type": "integer"}}},
    "required": ["text", "quotes"],
    "additionalProperties": False,
}
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "question": _TEXT,
        "why": _TEXT,
        "probes": {"type": "array", "items": _TEXT, "maxItems": 4},
        "notes": {"type": "array", "items": _NOTE, "maxItems": MOST_NOTES},
        "steps": {"type": "array", "items": _TEXT},
        "quiet": _TEXT,
        "loud": _TEXT,
    },
    "required": ["question", "why", "probes", "notes", "steps", "quiet", "loud"],
    "additionalProperties": False,
}
"""The form that is asked for, where a service can promise one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """A reply read: the wording, how it is to be run (None where that is left as it is), and the
    notes as they were written. `text` is the reply itself."""

    text: str
    wording: Wording
    run: Run | None
    notes: tuple[Written, ...]


class PackWriter:
    """Words the prompts of one pack with the model that writes an engine's answers. Where it fails
    for one prompt in a way that will last, it is not asked for those that follow."""

    def __init__(
        self, engine: Engine, writer: ModelWriter, stop: threading.Event | None = None
    ) -> None:
        self._stop = stop
        self._engine = engine
        self._writer = writer
        self._store = engine.store
        self._checker = engine.checker
        self._failure = ""

    @property
    def name(self) -> str:
        """The model, and the version of what it is asked with."""
        return f"{self._writer.name}, {load_prompt('pack').version}"

    def begin(self, stop: threading.Event | None = None) -> "PackWriter":
        """The same for one more pack: a model that was down may be up again. Its `word` raises
        Stopped soon after `stop` is set."""
        return PackWriter(self._engine, self._writer, stop)

    def word(self, request: PackRequest, one: Drawn, others: Sequence[str]) -> Drawn:
        """The prompt in the model's words, or as it was, with why. `others` are the questions of
        the pack's other prompts."""
        if self._failure:  # it would fail for the next prompt too, and take as long
            return replace(one, fallback=self._failure)
        citations = [
            cited(extract, self._store.library, marker=n)
            for n, extract in enumerate(one.extracts, start=1)
        ]
        messages = self._messages(request, one, citations)
        try:
            said = self._ask(messages)
        except ModelError as exc:
            told = self._writer.hush(str(exc))
            if not isinstance(exc, PromptTooLong | ReplyCut):
                self._failure = told
            return replace(one, fallback=told)
        if said is None:
            return replace(one, fallback="the reply is not of the form that was asked for")
        notes = self._proved(said.notes, one.extracts, citations)
        fault, run_fault = self._faults(said, request, one, citations, others)
        if fault or run_fault:
            mended = self._mended(messages, said, (fault, run_fault))
            said = replace(
                said,
                wording=mended.wording if fault else said.wording,
                run=mended.run if run_fault else said.run,
            )
            fault, run_fault = self._faults(said, request, one, citations, others)
        one = replace(one, notes=notes, run=None if run_fault else said.run)
        if fault is not None:
            return replace(one, fallback=fault)
        worded = said.wording
        return replace(
            one,
            question=worded.question,
            why=worded.why,
            probes=worded.probes,
            worded_by=MODEL,
            fallback=run_fault,
        )

    def _ask(self, messages: Sequence[Message]) -> _Reply | None:
        text = self._writer.reply(messages, FORM, self._stop).text
        found = read_object(text, "question")
        return None if found is None else _read(text, found)

    def _mended(
        self, messages: Sequence[Message], said: _Reply, faults: Sequence[str | None]
    ) -> _Reply:
        """What the model makes of it when it is told, once, what cannot stand; what it said before
        where that fails."""
        listed = "\n".join(as_line({"fault": fault}) for fault in faults if fault)
        asked = [
            *messages,
            Message(role="assistant", content=in_whole_characters(said.text)),
            *load_prompt("pack_repair").fill(faults=listed),
        ]
        try:
            return self._ask(asked) or said
        except ModelError:
            return said

    def _messages(
        self, request: PackRequest, one: Drawn, citations: Sequence[Citation]
    ) -> list[Message]:
        """What asks the model to word a prompt."""
        lines = [as_line({"quote": c.marker, "of": c.title, "text": c.quote}) for c in citations]
        kind = load_kind(one.kind)
        ruled = {
            "question": one.question,
            "why": one.why,
            "probes": list(one.probes),
            **asdict(run_of(kind)),
        }
        return load_prompt("pack").fill(
            quotes="\n".join(lines),
            audience=neutral(request.audience),
            topic=neutral(request.topic),
            kind=f"{kind.name} ({kind.way})",
            ruled=neutral(json.dumps(ruled, ensure_ascii=False)),
        )

    def _proved(
        self, notes: Sequence[Written], extracts: Sequence[Extract], citations: Sequence[Citation]
    ) -> tuple[Noted, ...]:
        """The notes that the gate lets stand on the quotes that they name."""
        kept: list[Noted] = []
        for written in notes[:MOST_NOTES]:
            named = [c for c in citations if c.marker in written.cites]
            proved = self._writer.prove(written.text, named)
            if proved.standing is not Standing.PROVED or any(proved.text == n.text for n in kept):
                continue
            behind = tuple(extracts[citation.marker - 1] for citation in proved.behind)
            kept.append(Noted(text=proved.text, behind=behind, support=proved.support))
        return tuple(kept)

    def _faults(
        self,
        said: _Reply,
        request: PackRequest,
        one: Drawn,
        citations: Sequence[Citation],
        others: Sequence[str],
    ) -> tuple[str | None, str | None]:
        """Why the wording of a reply cannot stand, and why what it has for the run sheet cannot;
        None for either that can."""
        speakers = [extract.speaker or "" for extract in one.extracts]
        known = [c.quote for c in citations] + [request.topic, request.audience, *speakers]
        worded, run = said.wording, said.run
        fault = (
            fault_of(worded, known)
            or self._unproved((worded.question, *worded.probes), citations)
            or self._strays(worded.question, one, others)
        )
        if run is None:
            return fault, None
        ours = run_of(load_kind(one.kind))
        our_texts = (*ours.steps, ours.quiet, ours.loud)
        texts = [text for text in (*run.steps, run.quiet, run.loud) if text not in our_texts]
        known += our_texts
        run_fault = run_fault_of(run, known, len(ours.steps)) or self._unproved(texts, citations)
        return fault, run_fault and f"its steps stay as they were: {run_fault}"

    def _unproved(self, texts: Sequence[str], citations: Sequence[Citation]) -> str | None:
        """What texts of ours claim that the gate does not let stand on these quotes."""
        slices = [Slice.cited(citation) for citation in citations]
        for claim in (claim for text in texts for claim in claims_in(text)):
            if not judge(claim, slices, self._store.library, self._checker).stands:
                return f"it claims what its quotes do not say: “{claim}”"
        return None

    def _strays(self, question: str, one: Drawn, others: Sequence[str]) -> str | None:
        """Whether a question is about something else, or is one that the pack has already."""
        texts = [question, one.stimulus.text, one.question, one.asked, *others]
        mine, *rest = self._store.encoder.encode(texts)
        if max(float(mine @ vector) for vector in rest[:3]) < _NEAR:
            return "the question is not about its quote"
        if any(float(mine @ vector) > _ALIKE for vector in rest[3:]):
            return "the pack has this question already"
        return None


def writer_of(engine: Engine) -> PackWriter | None:
    """The writer over an engine that has a language model; None for one that has none."""
    writer = engine.writer
    return PackWriter(engine, writer) if isinstance(writer, ModelWriter) else None


def _read(text: str, found: dict[str, Any]) -> _Reply:
    """A reply's object, whatever is in it; what is no text is left out."""
    probes, steps = (
        tuple(filter(None, (one_line(t) for t in _listed(found.get(name)) if isinstance(t, str))))
        for name in ("probes", "steps")
    )
    quiet, loud = (one_line(str(found.get(name) or "")) for name in ("quiet", "loud"))
    return _Reply(
        text=text,
        run=Run(steps=steps, quiet=quiet, loud=loud) if steps else None,
        wording=Wording(
            question=one_line(str(found["question"])),
            why=one_line(str(found.get("why") or "")),
            probes=probes,
        ),
        notes=tuple(
            Written(
                text=one_line(str(note["text"])),
                cites=tuple(n for n in _listed(note.get("quotes")) if isinstance(n, int)),
            )
            for note in _listed(found.get("notes"))
            if isinstance(note, dict) and isinstance(note.get("text"), str)
        ),
    )


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
