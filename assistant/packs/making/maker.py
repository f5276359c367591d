"""Makes discussion packs: topic → extracts → stimuli and stems → engine → quotes → pack.

Everything said about the library is a quote. What is in our own words is a question, or says why
it is asked: `prompts/packs` holds it, and only the audience, the matter and a speaker's name are
put in. The same request over the same library gives the same pack.
"""

import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from assistant.answering.engine import Engine
from assistant.errors import BadPackRequest, Stopped, TopicNotHeld
from assistant.keeping.journal import noting
from assistant.packs.making.assemble import assemble
from assistant.packs.making.draw import Drawer
from assistant.packs.making.timing import share_out
from assistant.packs.material.choose import kinds_for
from assistant.packs.material.counter import common_in
from assistant.packs.material.extracts import Gatherer, Topic
from assistant.packs.material.material import Material
from assistant.packs.material.phrases import Terms, topic_phrase
from assistant.packs.material.themes import Theme, find_themes, nearest
from assistant.packs.models import (
    AUDIENCE_CHARACTERS,
    TOPIC_CHARACTERS,
    Drawn,
    Pack,
    PackRequest,
    Step,
)
from vectorstore import Found, Library

if TYPE_CHECKING:
    from assistant.packs.making.writer import PackWriter

MOST_PROMPTS = 12
LEAST_PROMPTS = 3
LEAST_EXTRACTS = 1
_HELD = 0.57  # the nearness from which other words must mean the same
_UNKNOWN = 0.4
_WORDING = "Putting it into words"
T = TypeVar("T")


class PackMaker:
    """Makes packs over an engine's library, and knows the library's themes. Safe to use from
    several threads."""

    def __init__(self, engine: Engine) -> None:
        """Prompts are worded by the engine's language model, if it has one."""
        self.writer = _writer_of(engine)
        engine = engine.unwritten()  # what a prompt asks is tested; nobody reads the answer
        self._engine = engine
        self._lock = threading.Lock()
        self._gatherer = Gatherer(engine.store)
        self._of = ""
        self._themes: list[Theme] = []
        self._drawer = Drawer(engine)

    @property
    def library(self) -> Library:
        """The library that packs are made from."""
        return self._engine.store.library

    def themes(self) -> list[Theme]:
        """The library's own themes, the largest first."""
        self._keep_up()
        with self._lock:
            if not self._themes:
                self._themes = find_themes(self._engine.store)
            return self._themes

    def make(self, request: PackRequest, *, by: str | None = None) -> Pack:
        """Make a pack. Raises TopicNotHeld where the library has too little on the topic,
        BadPackRequest for numbers that cannot be had, BadQuestion for a topic without words."""
        return finished(self.making(request, by=by))

    def making(
        self,
        request: PackRequest,
        *,
        by_model: bool = True,
        by: str | None = None,
        stop: threading.Event | None = None,
    ) -> Generator[Step, None, Pack]:
        """As `make`, telling how far it has come; whoever stops listening stops it, and so does
        `stop`, at once, with Stopped raised. With `by_model` off the wording is by rules,
        whatever the engine has. `by` is the name of whoever asks, for the journal."""
        with noting(self._engine.journal, by, "pack", request.topic) as note:
            pack = yield from _until(stop, self._making(request, by_model, stop))
            note.outcome, note.sources = "made", pack.sources
            return pack

    def _making(
        self, request: PackRequest, by_model: bool, stop: threading.Event | None
    ) -> Generator[Step, None, Pack]:
        check_request(request)
        self._keep_up()
        yield Step(doing="Searching the library", number=0, of=request.prompts)
        materials = [self._material(typed) for typed in _topics(request.topic)]
        for material in materials:
            if material.enough < LEAST_EXTRACTS:
                raise self._not_held(material, "too little")
        drawn = yield from self._drawer.draw(request, materials)
        if len(drawn) < min(LEAST_PROMPTS, request.prompts):
            raise self._not_held(materials[0], "too little")
        writer = self.writer.begin(stop) if self.writer and by_model else None
        if writer is not None:
            drawn = yield from _worded(writer, request, drawn)
        pack = assemble(self.library, request, materials, drawn)
        return replace(pack, model=writer.name) if writer else pack

    def redraw(self, pack: Pack, number: int, *, stop: threading.Event | None = None) -> Pack:
        """The pack with another prompt in place of prompt `number` (from 1); the rest stays.
        Raises Stopped soon after `stop` is set."""
        return finished(_until(stop, self.redrawing(pack, number, stop)))

    def redrawing(
        self, pack: Pack, number: int, stop: threading.Event | None = None
    ) -> Generator[Step, None, Pack]:
        """As `redraw`, telling how far it has come."""
        if not 1 <= number <= len(pack.drawn):
            raise BadPackRequest(f"there is no prompt {number}; the pack has {len(pack.drawn)}")
        self._keep_up()
        materials = [self._material(typed) for typed in _topics(pack.request.topic)]
        old = pack.drawn[number - 1]
        kept = [d for d in pack.drawn if d is not old]
        aside = (*pack.left_aside, old)
        new = yield from self._drawer.draw_again(pack, materials, old, kept, aside)
        if self.writer is not None and pack.model is not None:
            yield Step(doing=_WORDING, number=number, of=len(pack.drawn))
            new = self.writer.begin(stop).word(pack.request, new, [d.question for d in kept])
        drawn = [new if d is old else d for d in pack.drawn]
        return self._again(pack, pack.request, materials, drawn, aside)

    def without(self, pack: Pack, number: int) -> Pack:
        """The pack without prompt `number` (from 1); its minutes go to the others."""
        if not 1 <= number <= len(pack.drawn) or len(pack.drawn) == 1:
            raise BadPackRequest(f"prompt {number} cannot be dropped from {len(pack.drawn)}")
        drawn = [d for n, d in enumerate(pack.drawn, start=1) if n != number]
        request = replace(pack.request, prompts=len(drawn))
        materials = [self._material(typed) for typed in _topics(request.topic)]
        return self._again(pack, request, materials, drawn, pack.left_aside)

    def _again(
        self,
        pack: Pack,
        request: PackRequest,
        materials: Sequence[Material],
        drawn: Sequence[Drawn],
        aside: tuple[Drawn, ...],
    ) -> Pack:
        """A pack put together anew, with what it remembers of its making."""
        made = assemble(self.library, request, materials, drawn)
        return replace(made, left_aside=aside, model=pack.model)

    # Material

    def _keep_up(self) -> None:
        """Forget what was worked out over a library that has changed since."""
        fingerprint = self._engine.store.library.fingerprint
        with self._lock:
            if fingerprint != self._of:
                self._gatherer = Gatherer(self._engine.store)
                self._drawer = Drawer(self._engine)
                self._of, self._themes = fingerprint, []

    def _material(self, typed: str) -> Material:
        topic, found, extracts = self._gatherer.gather(typed)
        material = Material(
            topic=topic,
            phrase=topic_phrase(typed),
            extracts=extracts,
            terms=Terms(hit.passage.text for hit in found.hits),
            common=common_in([extract.text for extract in extracts]),
            fingerprint=found.fingerprint,
        )
        if not is_held(topic, found, self._unknown(topic)):
            raise self._not_held(material, "nothing")
        return material

    def _unknown(self, topic: Topic) -> float:
        """The share of the topic's words, by rarity, that are nowhere in the library."""
        frequency = self._engine.store.library.document_frequency(sorted(topic.rarity))
        weight = sum(topic.rarity.values()) or 1.0
        return sum(w for s, w in topic.rarity.items() if frequency[s] == 0) / weight

    def _not_held(self, material: Material, what: str) -> TopicNotHeld:
        near = tuple(theme.name for theme in nearest(self.themes(), material.topic.vector))
        named = "; ".join(f"“{name}”" for name in near)
        return TopicNotHeld(
            f"the library says {what} about “{material.phrase}” that a pack could be made of. "
            + (f"The nearest of its themes: {named}. " if near else "")
            + "All of them: soundings pack",
            near,
        )


def is_held(topic: Topic, found: Found, unknown: float) -> bool:
    """Whether the library may speak of a topic: its words are known, or a sentence is so near that
    other words must mean the same. Whether an extract is about it is told by its relevance."""
    nearest_ = max((float((v @ topic.vector).max()) for v in found.vectors.values()), default=0.0)
    return unknown <= _UNKNOWN or nearest_ >= _HELD


def _writer_of(engine: Engine) -> "PackWriter | None":
    """What words prompts; None over an engine that has no language model."""
    if engine.writer is None:
        return None
    from assistant.packs.making.writer import (
        writer_of,  # what it loads is of no use without a model
    )

    return writer_of(engine)


def _worded(
    writer: "PackWriter", request: PackRequest, drawn: Sequence[Drawn]
) -> Generator[Step, None, list[Drawn]]:
    """The prompts in the model's words, where these stand."""
    worded: list[Drawn] = []
    for number, one in enumerate(drawn, start=1):
        yield Step(doing=_WORDING, number=number, of=len(drawn))
        others = [d.question for d in (*worded, *drawn[number:])]
        worded.append(writer.word(request, one, others))
    return worded


def _until(
    stop: threading.Event | None, steps: Generator[Step, None, T]
) -> Generator[Step, None, T]:
    """The steps and what they come to, as long as `stop` is not set. Raises Stopped."""
    with closing(steps):
        while True:
            if stop is not None and stop.is_set():
                raise Stopped("the pack was stopped")
            try:
                step = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            yield step


def finished(steps: Generator[Step, None, T]) -> T:
    """What a making comes to, whatever it tells on its way."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def _topics(typed: str) -> list[str]:
    parts = [part.strip() for part in typed.split(";") if any(c.isalnum() for c in part)]
    if not parts:
        raise BadPackRequest("the topic is empty. Name one: soundings pack 'conflicts of interest'")
    return parts


def check_request(request: PackRequest) -> None:
    """Raises BadPackRequest for what no pack can be, whatever the library holds."""
    if not 1 <= request.prompts <= MOST_PROMPTS:
        raise BadPackRequest(f"a pack has 1 to {MOST_PROMPTS} prompts, not {request.prompts}")
    if len(request.topic) > TOPIC_CHARACTERS:
        raise BadPackRequest("the topic is too long: name it in a few words")
    if not 1 <= len(request.audience) <= AUDIENCE_CHARACTERS:
        raise BadPackRequest(f"say for whom the pack is in 1 to {AUDIENCE_CHARACTERS} characters")
    share_out(request.minutes, kinds_for(request.prompts))
