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
from assistant.packs.making.judging import Judge
from assistant.packs.making.timing import prompts_for
from assistant.packs.making.topics import Topics
from assistant.packs.material.extracts import Gatherer
from assistant.packs.material.material import Material
from assistant.packs.material.phrases import topic_phrase
from assistant.packs.material.themes import Theme, find_themes, nearest
from assistant.packs.models import (
    AUDIENCE_CHARACTERS,
    TOPIC_CHARACTERS,
    Drawn,
    Pack,
    PackRequest,
    Step,
)
from vectorstore import Library

if TYPE_CHECKING:
    from assistant.packs.making.writer import PackWriter

MOST_PROMPTS = 12
_REMEMBERED = 50  # topics
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
        self._begin()
        self._resolved: dict[str, tuple[tuple[Material, ...], tuple[str, ...]]] = {}
        self._of = ""
        self._themes: list[Theme] = []

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
        request = check_request(request)
        self._keep_up()
        yield Step(doing="Searching the library", number=0, of=request.prompts or 0)
        materials, notes = self._materials(request.topic)
        wanted = replace(request, prompts=prompts_for(request.minutes, request.prompts))
        drawn = yield from self._drawer.draw(wanted, materials)
        if not drawn:
            raise self._not_held(request.topic, "too little")
        writer = self.writer.begin(stop) if self.writer and by_model else None
        if writer is not None:
            drawn = yield from _worded(writer, request, drawn)
        pack = assemble(self.library, request, materials, drawn, notes)
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
        materials, _ = self._materials(pack.request.topic)
        old = pack.drawn[number - 1]
        kept = [d for d in pack.drawn if d is not old]
        aside = (*pack.left_aside, old)
        new = yield from self._drawer.draw_again(pack, materials, old, kept, aside)
        if self.writer is not None and pack.model is not None:
            yield Step(doing=_WORDING, number=number, of=len(pack.drawn))
            new = self.writer.begin(stop).word(pack.request, new, [d.question for d in kept])
        drawn = [new if d is old else d for d in pack.drawn]
        return self._again(pack, pack.request, drawn, aside)

    def without(self, pack: Pack, number: int) -> Pack:
        """The pack without prompt `number` (from 1); its minutes go to the others."""
        if not 1 <= number <= len(pack.drawn) or len(pack.drawn) == 1:
            raise BadPackRequest(f"prompt {number} cannot be dropped from {len(pack.drawn)}")
        drawn = [d for n, d in enumerate(pack.drawn, start=1) if n != number]
        request = replace(pack.request, prompts=len(drawn))
        return self._again(pack, request, drawn, pack.left_aside)

    def _again(
        self,
        pack: Pack,
        request: PackRequest,
        drawn: Sequence[Drawn],
        aside: tuple[Drawn, ...],
    ) -> Pack:
        """A pack put together anew, with what it remembers of its making."""
        materials, notes = self._materials(request.topic)
        made = assemble(self.library, request, materials, drawn, notes)
        return replace(made, left_aside=aside, model=pack.model)

    # Material

    def _begin(self) -> None:
        judge = Judge(self._engine)
        self._topics = Topics(self._engine, judge, Gatherer(self._engine.store))
        self._drawer = Drawer(self._engine, judge)

    def _keep_up(self) -> None:
        """Forget what was worked out over a library that has changed since."""
        fingerprint = self._engine.store.library.fingerprint
        with self._lock:
            if fingerprint != self._of:
                self._begin()
                self._resolved = {}
                self._of, self._themes = fingerprint, []

    def _materials(self, typed: str) -> tuple[tuple[Material, ...], tuple[str, ...]]:
        """What the library has on what was typed, and how it was found. Raises TopicNotHeld where
        that is nothing."""
        if not any(character.isalnum() for character in typed):
            raise BadPackRequest("the topic is empty. Name one: soundings pack 'trust in a team'")
        with self._lock:
            known = self._resolved.get(typed)
        if known is None:
            found = self._topics.resolve(typed)
            known = found.materials, found.notes
            with self._lock:
                if len(self._resolved) >= _REMEMBERED:
                    self._resolved.clear()
                self._resolved[typed] = known
        if not known[0]:
            raise self._not_held(typed, "nothing")
        return known

    def _not_held(self, typed: str, what: str) -> TopicNotHeld:
        near = tuple(t.name for t in nearest(self.themes(), self._topics.vector(typed)))
        named = "; ".join(f"“{name}”" for name in near)
        return TopicNotHeld(
            f"the library says {what} about “{topic_phrase(typed)}” that a pack could be made of. "
            + (f"The nearest of its themes: {named}. " if near else "")
            + "All of them: soundings pack",
            near,
        )


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


def check_request(request: PackRequest) -> PackRequest:
    """The request, if the library may hold what it asks for. Raises BadPackRequest for what no
    pack can be, whatever the library holds."""
    if request.prompts is not None and not 1 <= request.prompts <= MOST_PROMPTS:
        raise BadPackRequest(f"a pack has 1 to {MOST_PROMPTS} prompts, not {request.prompts}")
    if len(request.topic) > TOPIC_CHARACTERS:
        raise BadPackRequest("the topic is too long: name it in a few words")
    if not 1 <= len(request.audience) <= AUDIENCE_CHARACTERS:
        raise BadPackRequest(f"say for whom the pack is in 1 to {AUDIENCE_CHARACTERS} characters")
    prompts_for(request.minutes, request.prompts)
    return request
