"""What a person changes in a pack: the wording of its prompts. Quotes, kinds and minutes stay."""

import re
from dataclasses import replace

from assistant.errors import BadPackRequest
from assistant.packs.models import PERSON, Pack, Wording
from vectorstore import visible

MOST_CHARACTERS = 1_000
MOST_PROBES = 8
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def reworded(pack: Pack, number: int, wording: Wording) -> Pack:
    """The pack with prompt `number` (from 1) in a person's words. Raises BadPackRequest where there
    is no such prompt, no question in the wording, or more text than a prompt can be."""
    if not 1 <= number <= len(pack.drawn):
        raise BadPackRequest(f"there is no prompt {number}; the pack has {len(pack.drawn)}")
    kept = cleaned(wording)
    new = {
        "question": kept.question,
        "why": kept.why,
        "probes": kept.probes,
        "worded_by": PERSON,
        "fallback": None,
    }
    drawn, prompts = list(pack.drawn), list(pack.prompts)
    drawn[number - 1] = replace(drawn[number - 1], **new)  # type: ignore[arg-type]
    prompts[number - 1] = replace(prompts[number - 1], **new)  # type: ignore[arg-type]
    return replace(pack, drawn=tuple(drawn), prompts=tuple(prompts))


def cleaned(wording: Wording) -> Wording:
    """The wording as plain lines of text. Raises BadPackRequest for what a prompt cannot be."""
    question, why = one_line(wording.question), one_line(wording.why)
    probes = tuple(probe for typed in wording.probes if (probe := one_line(typed)))
    if not any(character.isalnum() for character in question):
        raise BadPackRequest("a prompt needs a question. Write one, or drop the prompt.")
    if len(probes) > MOST_PROBES:
        raise BadPackRequest(f"a prompt has at most {MOST_PROBES} lines to go further")
    if any(len(text) > MOST_CHARACTERS for text in (question, why, *probes)):
        raise BadPackRequest(f"at most {MOST_CHARACTERS:,} characters go into one text of a prompt")
    return Wording(question=question, why=why, probes=probes)


def one_line(text: str) -> str:
    """Text on one line, without what nobody sees and what no Word file can hold."""
    return " ".join(_NOT_TEXT.sub(" ", visible(text)).split())
