"""Gold questions in draft, as YAML for a person to accept, change or throw away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import yaml

from eval.authoring.interchange import Imported
from eval.errors import GoldError
from vectorstore import Library

WORKING = "draft"  # the tag that says: not looked through yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A record of the gold format, and notes to the person who looks it through."""

    record: dict[str, Any]
    notes: tuple[str, ...] = field(default=())


def write_drafts(drafts: Sequence[Draft], about: Sequence[str]) -> str:
    """A YAML file of gold questions; notes and `about` become comments."""
    lines = [*_comments(about), ""]
    for draft in drafts:
        lines += _comments(draft.notes)
        text = yaml.safe_dump([draft.record], allow_unicode=True, sort_keys=False, width=100)
        lines += [text]
    return "\n".join(lines).rstrip() + "\n" if drafts else "\n".join([*lines[:-1], "[]"]) + "\n"


def _comments(lines: Sequence[str]) -> list[str]:
    # White space made plain: a line end inside a note would end the comment.
    return [("# " + " ".join(line.split())).rstrip() for line in lines]


def draft_of_import(number: int, imported: Imported, library: Library) -> Draft:
    """A question from elsewhere, its contexts found again in the library where they stand."""
    ours = imported.gold
    record: dict[str, Any] = {
        "id": ours["id"] if ours else f"imported-{number}",
        "question": imported.question,
    }
    if imported.history:
        record["history"] = [{"role": role, "content": text} for role, text in imported.history]
    evidence: list[dict[str, Any]] = []
    lost: list[str] = []
    spans = [tuple(span) for way in ours["ways"] for span in way] if ours else []
    for context, span in zip_longest(imported.contexts, spans[: len(imported.contexts)]):
        source = _holding(context, library, span[0] if span else None)
        if source is None:
            lost.append(f"not found in the library: {context[:120]}")
        else:
            evidence.append({"source": source, "quote": context})
    if ours:
        alone = {tuple(way[0]) for way in ours["ways"][1:] if len(way) == 1}
        for place, span in zip(evidence, spans, strict=False):
            if span in alone:
                place["alternative"] = True
        record["outcome"] = ours["outcome"]
        record["facts"] = ours["facts"]
        record["evidence"] = evidence
        if ours.get("missing"):
            record["missing"] = ours["missing"]
        record["tags"] = ours["tags"]
        record["split"] = ours["split"]
        return Draft(record=record, notes=tuple(lost))
    record["outcome"] = "answered" if imported.contexts else "withheld"
    record["facts"] = []
    record["evidence"] = evidence
    record["tags"] = {"kind": WORKING}
    record["split"] = "held"
    wanted = [f"wanted: {imported.reference}"] if imported.reference else []
    return Draft(record=record, notes=(*wanted, "add the facts that must appear", *lost))


def _holding(text: str, library: Library, named: str | None) -> str | None:
    """The source that holds the text to the letter: the one that is `named`, or else the first;
    None where none does."""
    if not text.strip():
        return None
    known = sorted((source.id for source in library.sources()), key=lambda held: held != named)
    return next((id for id in known if text in library.text(id)), None)


def draft_of_answer(number: int, answer: Mapping[str, Any]) -> Draft:
    """A saved answer that someone marked as wrong: its question, what it said and on what, for
    a person to put down what would have been right. Raises GoldError where it is no answer."""
    question = answer.get("question")
    if not isinstance(question, str) or not question.strip():
        raise GoldError(f"answer {number} has no question")
    record: dict[str, Any] = {"id": f"marked-{answer.get('id') or number}", "question": question}
    if answer.get("history"):
        record["history"] = answer["history"]
    record |= {
        "outcome": "answered",
        "facts": [],
        "evidence": [],
        "tags": {"kind": WORKING},
        "split": "held",
    }
    notes = [
        f"marked as wrong; read as: {answer.get('standalone_question', question)}",
        f"given: {answer.get('outcome')} (confidence {answer.get('confidence')}): "
        f"{answer.get('answer', '')}",
    ]
    notes += [
        f"cited: {c['source']} {c['start']}-{c['end']}" for c in answer.get("citations") or []
    ]
    notes += [f"dropped: {d['text']} ({d['why']})" for d in answer.get("dropped") or []]
    notes += [
        f"found: {h['source']} {h['start']}-{h['end']}" for h in (answer.get("hits") or [])[:5]
    ]
    return Draft(record=record, notes=tuple(notes))
