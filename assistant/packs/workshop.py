"""What a trainer does at the Discuss tab: make a pack, change it prompt by prompt, take it away,
find it again, share it, say what became of it.

Everything comes back as markup to show; nothing here knows of the page's framework.
"""

import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from assistant.answering.engine import Engine
from assistant.errors import BadPackRequest, PackGone, Stopped, TopicNotHeld
from assistant.keeping.saved import changed_since
from assistant.packs import shelf, view
from assistant.packs.around import Around
from assistant.packs.coverage import coverage_of
from assistant.packs.desk import Desk, Laid
from assistant.packs.making.maker import PackMaker
from assistant.packs.models import AUDIENCE, Pack, PackRequest, Step, Wording
from assistant.packs.revise import one_line, own_sheet, renewed, reworded, timed_as
from assistant.packs.sessions import SessionBook
from vectorstore import SoundingsError, Source
from web.identity.people import Person
from web.identity.users import Users
from web.look.markup import Html

_NO_TOPIC = "Type a topic first, or choose one of the themes."
_STOPPED = "Stopped."


class Workshop:
    """Makes and changes packs for many people, each of whom sees only their own and those that are
    shared with them."""

    def __init__(self, engine: Engine, desk: Desk, book: SessionBook) -> None:
        self._store = engine.store
        self._maker = PackMaker(engine)
        self.desk = desk
        self.book = book

    @property
    def has_model(self) -> bool:
        """Whether a language model can word the prompts."""
        return self._maker.writer is not None

    def sources(self) -> dict[str, Source]:
        return {source.id: source for source in self._maker.library.sources()}

    def themes(self) -> Html:
        return shelf.themes(self._maker.themes())

    def shelf(self, person: Person, said: str = "", *, focus: bool = False) -> Html:
        """What there is before a pack is opened: the person's packs, and those shared with them."""
        names = Users(self._store.place)
        listed = self.desk.listed(person)
        last: dict[str, str] = {}
        for session in self.book.listed():
            last.setdefault(session.pack, session.in_words)
        return shelf.shelf(listed, person.key, names.name_of, last, said=said, focus=focus)

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
        owner: Person,
        request: PackRequest,
        *,
        by_model: bool,
        stop: threading.Event | None = None,
    ) -> Iterator[Html]:
        """A pack, step by step; the packs that there are where `stop` is set. What was made before
        with the same form is not made again: the next seed gives another."""
        if not any(c.isalnum() for c in request.topic):
            yield shelf.failed(_NO_TOPIC, focus=False)
            return
        try:
            request = replace(request, seed=self.desk.seed_for(owner, request))
            making = self._maker.making(request, by_model=by_model, by=owner.key, stop=stop)
            pack = yield from _told(making)
            new = self.desk.lay(owner, Laid(pack=pack))
            said = f"Here is a pack of {len(pack.prompts)} prompts. It is kept for you."
            yield self.as_it_lies(owner, new, said)
        except TopicNotHeld as exc:
            told = f"The library says too little about “{request.topic}” to make a pack of it."
            yield shelf.not_held(told, exc.nearest)
        except Stopped:
            yield self.shelf(owner, _STOPPED, focus=True)
        except SoundingsError as exc:
            yield shelf.failed(str(exc))

    def as_it_lies(self, person: Person, id: str, said: str, focus: str = "pack-title") -> Html:
        """A pack as it is now. Raises PackGone."""
        listed, laid = self.desk.about(person, id), self.desk.find(person, id)
        mine = listed.owner == person.key
        sources = self.sources()
        sessions = self.book.said(id)
        cited = [(0, citation) for citation in laid.pack.citations]
        since = changed_since(cited, self._store.library, sources)
        around = Around(
            id=id,
            mine=mine,
            owner="" if mine else Users(self._store.place).name_of(listed.owner),
            shared=listed.shared,
            role=str(person.role) if person.id else None,
            undo=mine and self.desk.can_undo(person, id),
            since=tuple(since.get(0, ())),
            session=next((one for one in sessions if one.who == person.key), None),
        )
        coverage = coverage_of(laid.pack, sources)
        return view.pack_shown(around, laid, sources, coverage, said=said, focus=focus)

    def act(
        self, person: Person, order: Mapping[str, Any], stop: threading.Event | None = None
    ) -> Iterator[Html]:
        """Do what a button says about the pack that it names; nothing where `stop` is set."""
        do, id, number = (order.get(name) for name in ("do", "pack", "prompt"))
        do, id = str(do), str(id or "")
        focus = f"act-{do}-{number if isinstance(number, int) else 0}"
        try:
            if do == "open":
                yield self.as_it_lies(person, id, "") if id else self.shelf(person, focus=True)
            elif do == "delete":
                self.desk.delete(person, id)
                yield self.shelf(person, "The pack was deleted.", focus=True)
            elif do == "duplicate":
                new = self.desk.lay(person, self.desk.find(person, id))
                yield self.as_it_lies(person, new, "This is a copy, and yours to change.")
            elif do == "ran":
                content = self.desk.find(person, id).pack.to_json()
                worked, reason = order.get("worked") is True, str(order.get("reason") or "")
                self.book.say(person.key, id, worked, reason, content)
                told = "Thank you. It is kept for those who look after the answers."
                yield self.as_it_lies(person, id, told, f"act-ran-{int(worked)}")
            else:
                yield from self._own(person, id, do, number, order, stop)
        except PackGone as exc:
            yield self.shelf(person, str(exc), focus=True)
        except Stopped:
            yield self.as_it_lies(person, id, _STOPPED, focus)
        except SoundingsError as exc:
            yield self.as_it_lies(person, id, str(exc), focus)

    def _own(
        self,
        owner: Person,
        id: str,
        do: str,
        number: object,
        order: Mapping[str, Any],
        stop: threading.Event | None,
    ) -> Iterator[Html]:
        """What is done to a pack that is the person's own."""
        laid = self.desk.find(owner, id)
        if do == "undo":
            self.desk.undo(owner, id)
            yield self.as_it_lies(owner, id, "Undone.", "act-undo-0")
        elif do == "share":
            shared = self.desk.about(owner, id).shared is None
            self.desk.share(owner, id, shared=shared)
            said = f"Every {owner.role} can see it now." if shared else "It is yours alone again."
            yield self.as_it_lies(owner, id, said, "act-share-0")
        elif do == "sheet":
            rows = order.get("rows")
            own = own_sheet(laid.pack, rows if isinstance(rows, list) else [])
            timed = {**laid.timed, **own}
            self.desk.put(owner, id, replace(laid, pack=timed_as(laid.pack, timed), timed=timed))
            yield self.as_it_lies(owner, id, "The run sheet is yours now.", "act-times-0")
        elif do == "others":
            yield from self._others(owner, id, laid, stop)
        elif isinstance(number, int) and 1 <= number <= len(laid.pack.prompts):
            yield from self._change(owner, id, laid, do, number, order, stop)
        else:
            raise BadPackRequest("there is no such change")

    def _change(
        self,
        owner: Person,
        id: str,
        laid: Laid,
        do: str,
        number: int,
        order: Mapping[str, Any],
        stop: threading.Event | None,
    ) -> Iterator[Html]:
        """One change to one prompt."""
        pack, focus = laid.pack, f"prompt-{number}"
        if do == "accept":
            laid = laid.accept(number)
            kept = "accepted" if laid.is_accepted(number) else "no longer accepted"
            said, focus = f"Prompt {number} is {kept}.", f"act-accept-{number}"
        elif do == "drop":
            laid = self._again(laid, self._maker.without(renewed(pack, self._store), number))
            said = f"Prompt {number} was dropped; its minutes went to the others."
            focus = f"prompt-{min(number, len(laid.pack.prompts))}"
        elif do == "another":
            drawn = self._maker.redraw(renewed(pack, self._store), number, stop=stop)
            laid = self._again(laid, drawn)
            said = f"Prompt {number} was drawn anew."
        elif do == "save":
            laid = replace(laid, pack=reworded(pack, number, _wording(order)))
            said, focus = f"The wording of prompt {number} is yours now.", f"act-edit-{number}"
        else:
            raise BadPackRequest("there is no such change")
        self.desk.put(owner, id, laid)
        yield self.as_it_lies(owner, id, said, focus)

    def _again(self, laid: Laid, pack: Pack) -> Laid:
        """With a pack that was put together anew, and what of its run sheet is the owner's."""
        return replace(laid, pack=timed_as(pack, laid.timed) if laid.timed else pack)

    def _others(
        self, owner: Person, id: str, laid: Laid, stop: threading.Event | None
    ) -> Iterator[Html]:
        """Another prompt for each that is not accepted, one after the other."""
        laid = replace(laid, pack=renewed(laid.pack, self._store))
        before, short = laid, 0
        for number in before.open_:
            try:
                drawn_anew = self._maker.redraw(laid.pack, number, stop=stop)
                laid = self._again(laid, drawn_anew)
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


def _told(steps: Generator[Step, None, Pack]) -> Generator[Html, None, Pack]:
    """The steps as they are shown; comes to the pack."""
    with closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                pack: Pack = end.value
                return pack
            yield shelf.under_way(step)
