"""What a trainer does at the Discuss tab: make a pack, change it prompt by prompt, take it away.

Everything comes back as markup to show; nothing here knows of the page's framework.
"""

import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from assistant.answering.engine import Engine
from assistant.errors import BadPackRequest, PackGone, Stopped, TopicNotHeld
from assistant.packs import view
from assistant.packs.coverage import coverage_of
from assistant.packs.desk import Desk, Laid
from assistant.packs.making.maker import PackMaker
from assistant.packs.models import AUDIENCE, Pack, PackRequest, Step, Wording
from assistant.packs.revise import one_line, reworded
from vectorstore import SoundingsError, Source
from web.look.markup import Html

_NO_TOPIC = "Type a topic first, or choose one of the themes."
_STOPPED = "Stopped."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is to be shown now; `id` names the pack where a new one lies on the desk."""

    markup: Html
    id: str | None = None


class Workshop:
    """Makes and changes packs for many people, each of whom sees only their own."""

    def __init__(self, engine: Engine) -> None:
        self._maker = PackMaker(engine)
        self.desk = Desk()

    @property
    def has_model(self) -> bool:
        """Whether a language model can word the prompts."""
        return self._maker.writer is not None

    def sources(self) -> dict[str, Source]:
        return {source.id: source for source in self._maker.library.sources()}

    def welcome(self) -> Html:
        return view.welcome()

    def themes(self) -> Html:
        return view.themes(self._maker.themes())

    def failure(self, message: str) -> Shown:
        return Shown(markup=view.failed(message))

    def request_of(
        self,
        topic: str | None,
        audience: str | None,
        minutes: float | None,
        prompts: float | None,
    ) -> PackRequest:
        """What the form asks for; with no prompts, or none said, there are as many as fit."""
        return PackRequest(
            topic=one_line(topic or ""),
            audience=one_line(audience or "") or AUDIENCE,
            minutes=int(minutes or 0),
            prompts=int(prompts) if prompts else None,
        )

    def make(
        self,
        owner: str,
        request: PackRequest,
        id: str,
        *,
        by_model: bool,
        stop: threading.Event | None = None,
    ) -> Iterator[Shown]:
        """A pack, step by step, or what lay there before where `stop` is set. What was made before
        with the same form is not made again: the next seed gives another."""
        if not any(c.isalnum() for c in request.topic):
            yield self.failure(_NO_TOPIC)
            return
        try:
            request = replace(request, seed=self._next_seed(owner, id, request))
            making = self._maker.making(request, by_model=by_model, by=owner, stop=stop)
            pack = yield from _told(making)
            new = self.desk.lay(owner, pack)
            said = f"Here is a pack of {len(pack.prompts)} prompts."
            yield replace(self.as_it_lies(owner, new, said), id=new)
        except TopicNotHeld as exc:
            told = f"The library says too little about “{request.topic}” to make a pack of it."
            yield Shown(markup=view.not_held(told, exc.nearest))
        except Stopped:
            yield self.as_it_lies(owner, id, _STOPPED)
        except SoundingsError as exc:
            yield self.failure(str(exc))

    def _next_seed(self, owner: str, id: str, request: PackRequest) -> int:
        try:
            before = self.desk.find(owner, id).pack.request
        except PackGone:
            return 0
        return before.seed + 1 if replace(before, seed=0) == request else 0

    def as_it_lies(self, owner: str, id: str, said: str, focus: str = "pack-title") -> Shown:
        """The pack as it is now, or the welcome where there is none."""
        try:
            laid = self.desk.find(owner, id)
            undo = self.desk.can_undo(owner, id)
        except PackGone:
            return Shown(markup=self.welcome())
        sources = self.sources()
        coverage = coverage_of(laid.pack, sources)
        shown = view.pack_shown(id, laid, sources, coverage, said=said, focus=focus, undo=undo)
        return Shown(markup=shown)

    def act(
        self,
        owner: str,
        id: str,
        order: Mapping[str, Any],
        stop: threading.Event | None = None,
    ) -> Iterator[Shown]:
        """Do what a button of the pack says; nothing where `stop` is set."""
        do, number = str(order.get("do")), order.get("prompt")
        try:
            laid = self.desk.find(owner, id)
            if do == "undo":
                self.desk.undo(owner, id)
                yield self.as_it_lies(owner, id, "Undone.", "act-undo-0")
            elif do == "others":
                yield from self._others(owner, id, laid, stop)
            elif isinstance(number, int) and 1 <= number <= len(laid.pack.prompts):
                yield from self._change(owner, id, laid, do, number, order, stop)
        except PackGone as exc:
            yield self.failure(str(exc))
        except Stopped:
            yield self.as_it_lies(owner, id, _STOPPED, f"act-{do}-{number or 0}")
        except SoundingsError as exc:
            yield self.as_it_lies(owner, id, str(exc), f"act-{do}-{number}")

    def _change(
        self,
        owner: str,
        id: str,
        laid: Laid,
        do: str,
        number: int,
        order: Mapping[str, Any],
        stop: threading.Event | None,
    ) -> Iterator[Shown]:
        """One change to one prompt."""
        pack, focus = laid.pack, f"prompt-{number}"
        if do == "accept":
            laid = laid.accept(number)
            kept = "accepted" if laid.is_accepted(number) else "no longer accepted"
            said, focus = f"Prompt {number} is {kept}.", f"act-accept-{number}"
        elif do == "drop":
            laid = replace(laid, pack=self._maker.without(pack, number))
            said = f"Prompt {number} was dropped; its minutes went to the others."
            focus = f"prompt-{min(number, len(laid.pack.prompts))}"
        elif do == "another":
            laid = replace(laid, pack=self._maker.redraw(pack, number, stop=stop))
            said = f"Prompt {number} was drawn anew."
        elif do == "save":
            laid = replace(laid, pack=reworded(pack, number, _wording(order)))
            said, focus = f"The wording of prompt {number} is yours now.", f"act-edit-{number}"
        else:
            raise BadPackRequest("there is no such change")
        self.desk.put(owner, id, laid)
        yield self.as_it_lies(owner, id, said, focus)

    def _others(
        self, owner: str, id: str, laid: Laid, stop: threading.Event | None
    ) -> Iterator[Shown]:
        """Another prompt for each that is not accepted, one after the other."""
        before, short = laid, 0
        for number in before.open_:
            try:
                laid = replace(laid, pack=self._maker.redraw(laid.pack, number, stop=stop))
            except TopicNotHeld:
                short += 1
        drawn = len(before.open_) - short
        said = f"{drawn} of {len(before.pack.prompts)} prompts were drawn anew."
        if short:
            said += f" For {short} the library holds no other."
        if drawn:
            self.desk.put(owner, id, laid)
        yield self.as_it_lies(owner, id, said)


def _wording(order: Mapping[str, Any]) -> Wording:
    """The wording that the script sends; whatever is no text is left out."""
    texts = {name: order.get(name) for name in ("question", "why", "probes")}
    question, why, probes = (t if isinstance(t, str) else "" for t in texts.values())
    return Wording(question=question, why=why, probes=tuple(probes.splitlines()))


def _told(steps: Generator[Step, None, Pack]) -> Generator[Shown, None, Pack]:
    """The steps as they are shown; comes to the pack."""
    with closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                pack: Pack = end.value
                return pack
            yield Shown(markup=view.under_way(step))
