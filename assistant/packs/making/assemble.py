"""Puts a pack together from what was drawn: citations numbered, minutes shared out, the frame."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.finding.excerpts import cited
from assistant.models import Citation
from assistant.packs.making.timing import parts, prompts_for, share_out
from assistant.packs.material.extracts import ON_TOPIC, Extract, sources_of
from assistant.packs.material.material import Material, Place, chance, key
from assistant.packs.models import (
    MODEL,
    RULES,
    Drawn,
    Note,
    Noted,
    Pack,
    PackRequest,
    Prompt,
    Quoted,
    Run,
    Timed,
    numbered,
)
from prompts import Kind, load_frame, load_kind
from vectorstore import Library
from vectorstore.wording import path_of


def assemble(
    library: Library,
    request: PackRequest,
    materials: Sequence[Material],
    drawn: Sequence[Drawn],
    notes: Sequence[str] = (),
) -> Pack:
    """The pack of these prompts: citations numbered, minutes shared out, frame filled in. `notes`
    are what the person should know of how its topics were found."""
    opening, minutes, closing = share_out(request.minutes, len(drawn))
    extracts = {key(e): e for d in drawn for e in d.extracts}
    citations = numbered([cited(e, library, marker=0) for e in extracts.values()])
    by_place = {c.place: c for c in citations}
    prompts = []
    for one, its_minutes in zip(drawn, minutes, strict=True):
        quoted = [_quoted(e, by_place[key(e)]) for e in one.extracts]
        kind = load_kind(one.kind)
        run = one.run or run_of(kind)
        prompts.append(
            Prompt(
                kind=one.kind,
                name=kind.name,
                way=kind.way,
                method=kind.source,
                minutes=its_minutes,
                steps=_steps(kind, run, its_minutes),
                quiet=run.quiet,
                loud=run.loud,
                stimulus=quoted[0],
                question=one.question,
                why=one.why,
                probes=one.probes,
                asked=one.asked,
                points=tuple(quoted[1:]),
                worded_by=one.worded_by,
                run_by=MODEL if one.run else RULES,
                fallback=one.fallback,
                notes=tuple(_note_of(note, by_place) for note in one.notes),
            )
        )
    rng = chance(request, materials[0])
    sources = tuple(sources_of([e for d in drawn for e in d.extracts]))
    phrase = in_a_row([m.phrase for m in materials])
    values = {
        "topic": phrase,
        "audience": request.audience,
        "minutes": str(request.minutes),
        "documents": "one document" if len(sources) == 1 else f"{len(sources)} documents",
    }
    frame = load_frame()
    return Pack(
        request=request,
        title=frame.one("title").fill_from(values),
        purpose=frame.one("purpose").fill_from(values),
        warm_up=Timed(text=rng.choice(frame.texts["warm_up"]).fill_from(values), minutes=opening),
        prompts=tuple(prompts),
        closing=Timed(text=rng.choice(frame.texts["closing"]).fill_from(values), minutes=closing),
        citations=citations,
        sources=sources,
        on_topic=tuple(
            sources_of([e for m in materials for e in m.extracts if e.relevance >= ON_TOPIC])
        ),
        library=materials[0].fingerprint,
        note=_note(request, drawn, phrase, notes),
        drawn=tuple(drawn),
    )


def _note_of(noted: Noted, by_place: Mapping[Place, Citation]) -> Note:
    markers = sorted(by_place[key(extract)].marker for extract in noted.behind)
    return Note(text=noted.text, citations=tuple(markers), support=noted.support)


def _quoted(extract: Extract, citation: Citation) -> Quoted:
    return Quoted(
        text=extract.text,
        citation=citation,
        said_by=extract.speaker if extract.own_words else None,
        reports=None if extract.own_words else extract.speaker,
        place=path_of(citation.title, citation.heading, citation.page),
    )


def in_a_row(words: Sequence[str]) -> str:
    """Words in a row, as a sentence lists them."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def run_of(kind: Kind) -> Run:
    """The way that a kind of prompt is run, where no model words it."""
    return Run(steps=tuple(text for _, text in kind.steps), quiet=kind.quiet, loud=kind.loud)


def _steps(kind: Kind, run: Run, minutes: int) -> tuple[Timed, ...]:
    """What the facilitator does, in whole minutes; what gets none is done with the step before."""
    shares = parts(minutes, [share for share, _ in kind.steps])
    steps: list[Timed] = []
    for share, text in zip(shares, run.steps, strict=True):
        if share or not steps:
            steps.append(Timed(text=text, minutes=share))
        else:
            steps[-1] = replace(steps[-1], text=f"{steps[-1].text} {text}")
    return tuple(steps)


def _note(
    request: PackRequest, drawn: Sequence[Drawn], phrase: str, notes: Sequence[str]
) -> str | None:
    """What the person should know about how much the library had, and how much time there is."""
    said = list(notes)
    wanted = prompts_for(request.minutes, request.prompts)
    if request.prompts and wanted < request.prompts:
        said.append(
            f"{request.prompts} prompts do not fit into {request.minutes} minutes: each takes "
            f"about ten. Here {'is' if wanted == 1 else 'are'} {wanted}."
        )
    if len(drawn) < wanted:
        said.append(f"The library says enough about {phrase} for {len(drawn)} of {wanted} prompts.")
    related = [n for n, d in enumerate(drawn, start=1) if d.stimulus.relevance < ON_TOPIC]
    if related:
        numbers = in_a_row([str(n) for n in related])
        which = (
            f"quote of prompt {numbers} is"
            if len(related) == 1
            else f"quotes of prompts {numbers} are"
        )
        said.append(f"The library says little about {phrase}: the {which} only related to it.")
    return " ".join(said) or None
