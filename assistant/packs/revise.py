"""What a person changes in a pack: the wording of its prompts, and its run sheet. Quotes and kinds
stay. What is drawn from again is looked up in the library as it is now."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.errors import BadPackRequest
from assistant.packs.material.extracts import Extract
from assistant.packs.models import PERSON, Drawn, Pack, Prompt, Timed, Wording
from vectorstore import Passage, Store, visible

MOST_CHARACTERS = 1_000
MOST_PROBES = 8
MOST_MINUTES = 480  # of one step
WARM_UP, CLOSING = "warm-up", "closing"
Sheet = Mapping[str, tuple[Timed, ...]]
"""The steps of a run sheet by part: WARM_UP, a prompt's key, CLOSING."""
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


# The run sheet


def part_of(prompt: Prompt) -> str:
    """What names a prompt, whatever its number is."""
    return f"{prompt.stimulus.citation.source}-{prompt.stimulus.citation.start}"


def sheet_of(pack: Pack) -> dict[str, tuple[Timed, ...]]:
    """The steps of a pack's run sheet, part by part in their order."""
    prompts = {part_of(prompt): prompt.steps for prompt in pack.prompts}
    return {WARM_UP: (pack.warm_up,), **prompts, CLOSING: (pack.closing,)}


def timed_as(pack: Pack, own: Sheet) -> Pack:
    """The pack with those parts of its run sheet that are in `own`; it takes as many minutes as
    they add up to."""
    sheet = {part: own.get(part, steps) for part, steps in sheet_of(pack).items()}
    prompts = tuple(
        replace(p, steps=sheet[part_of(p)], minutes=sum(s.minutes for s in sheet[part_of(p)]))
        for p in pack.prompts
    )
    together = sum(step.minutes for steps in sheet.values() for step in steps)
    return replace(
        pack,
        request=replace(pack.request, minutes=together),
        warm_up=sheet[WARM_UP][0],
        prompts=prompts,
        closing=sheet[CLOSING][0],
    )


def own_sheet(pack: Pack, rows: Sequence[object]) -> dict[str, tuple[Timed, ...]]:
    """The parts of a run sheet that a person has changed, from the rows of the form: part, minutes,
    what is done. A step without words is left out. Raises BadPackRequest for what is no sheet."""
    sheet = sheet_of(pack)
    typed: dict[str, list[Timed]] = {part: [] for part in sheet}
    for row in rows:
        part, minutes, text = _cells(row)
        if part not in typed:
            raise BadPackRequest("the pack has changed meanwhile. Look at it, and try again.")
        if text:
            typed[part].append(Timed(text=text, minutes=minutes))
    for part, steps in typed.items():
        if not steps or (len(steps) > 1 and part in (WARM_UP, CLOSING)):
            raise BadPackRequest("each part of the run sheet says what to do. Write it, or cancel.")
    changed = {part: tuple(steps) for part, steps in typed.items()}
    if not any(step.minutes for steps in changed.values() for step in steps):
        raise BadPackRequest("the run sheet has no minutes. Give some to what takes time.")
    return {part: steps for part, steps in changed.items() if steps != sheet[part]}


def _cells(row: object) -> tuple[str, int, str]:
    part, minutes, text = row if isinstance(row, list) and len(row) == 3 else ("", "", "")
    words = one_line(str(text))
    number = str(minutes).strip()[:9] or "0"
    if not (number.isdecimal() and int(number) <= MOST_MINUTES):
        raise BadPackRequest(f"minutes are whole numbers from 0 to {MOST_MINUTES}, not “{number}”")
    if len(words) > MOST_CHARACTERS:
        raise BadPackRequest(f"at most {MOST_CHARACTERS:,} characters go into one step")
    return str(part), int(number), words


# What is drawn from again


def renewed(pack: Pack, store: Store) -> Pack:
    """The pack with the extracts that it was made from as the library holds them now: a kept pack
    knows no vectors, and the library may have changed. Raises BadPackRequest where one of the
    quotes is no longer in its place."""
    behind = [e for d in pack.drawn for e in (*d.extracts, *_noted(d))]
    aside = [e for d in pack.left_aside for e in (*d.extracts, *_noted(d))]
    texts = list(dict.fromkeys(e.text for e in (*behind, *aside)))
    vectors = dict(zip(texts, store.encoder.encode(texts), strict=True))
    known = store.library.passages({e.passage.id for e in (*behind, *aside)})
    found: dict[tuple[str, int, int], Extract] = {}
    for extract in (*behind, *aside):
        passage = _holding(extract, known, store)
        if passage is None and extract in behind:
            raise BadPackRequest(
                "The library has changed since this pack was made, and no longer says "
                f"“{one_line(extract.text)}” where it said it. Its words can be changed and "
                "the pack be saved; for other prompts make it again."
            )
        place = (extract.source, extract.start, extract.end)
        vector = vectors[extract.text]
        found[place] = replace(extract, passage=passage or extract.passage, vector=vector)

    def again(extract: Extract) -> Extract:
        return found[extract.source, extract.start, extract.end]

    def anew(drawn: Drawn) -> Drawn:
        return replace(
            drawn,
            stimulus=again(drawn.stimulus),
            points=tuple(map(again, drawn.points)),
            notes=tuple(replace(n, behind=tuple(map(again, n.behind))) for n in drawn.notes),
        )

    return replace(
        pack,
        drawn=tuple(map(anew, pack.drawn)),
        left_aside=tuple(map(anew, pack.left_aside)),
    )


def _noted(drawn: Drawn) -> list[Extract]:
    return [extract for note in drawn.notes for extract in note.behind]


def _holding(extract: Extract, known: Mapping[str, Passage], store: Store) -> Passage | None:
    """The passage that holds an extract today, to the letter."""
    kept = known.get(extract.passage.id)
    near = [kept] if kept else store.library.passages_of(extract.source)
    for passage in near:
        within = passage.start <= extract.start and extract.end <= passage.end
        if within and passage.slice(extract.start, extract.end) == extract.text:
            return passage
    return None
