"""The packs that are being worked on at the page, each on its owner's desk.

They are kept in memory, under an id that nobody can guess, so that a file can be fetched of the
very pack that is shown. A desk forgets what was not touched for longest, and all when the program
ends; whoever wants to keep a pack saves it as a file.
"""

import secrets
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, replace

from assistant.errors import PackGone
from assistant.packs.material.material import Place, key
from assistant.packs.models import Pack

MOST_PACKS = 100
MOST_STEPS_BACK = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """A pack as it lies on a desk. `accepted` are the places of the stimuli of those prompts that
    the owner keeps; they stay when the others are drawn anew."""

    pack: Pack
    accepted: frozenset[Place] = frozenset()

    def is_accepted(self, number: int) -> bool:
        return key(self.pack.drawn[number - 1].stimulus) in self.accepted

    def accept(self, number: int) -> "Laid":
        """With prompt `number` kept, or not kept any more where it was."""
        return replace(self, accepted=self.accepted ^ {key(self.pack.drawn[number - 1].stimulus)})

    @property
    def open_(self) -> list[int]:
        """The numbers of the prompts that are not accepted."""
        return [n for n in range(1, len(self.pack.drawn) + 1) if not self.is_accepted(n)]


class Desk:
    """Keeps packs by id, each with what it was before. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._laid: OrderedDict[str, tuple[str, deque[Laid]]] = OrderedDict()

    def lay(self, owner: str, pack: Pack) -> str:
        """Put a new pack down; its id."""
        id = secrets.token_urlsafe(16)
        with self._lock:
            self._laid[id] = (owner, deque([Laid(pack=pack)], maxlen=MOST_STEPS_BACK + 1))
            while len(self._laid) > MOST_PACKS:
                self._laid.popitem(last=False)
        return id

    def find(self, owner: str, id: str) -> Laid:
        """The pack as it lies. Raises PackGone where there is none of this owner's."""
        with self._lock:
            return self._steps(owner, id)[-1]

    def put(self, owner: str, id: str, laid: Laid) -> None:
        """What has become of a pack. Raises PackGone where there is none of this owner's."""
        with self._lock:
            self._steps(owner, id).append(laid)

    def undo(self, owner: str, id: str) -> Laid:
        """The pack as it was before the last change, or as it is where nothing was changed."""
        with self._lock:
            steps = self._steps(owner, id)
            if len(steps) > 1:
                steps.pop()
            return steps[-1]

    def can_undo(self, owner: str, id: str) -> bool:
        with self._lock:
            return len(self._steps(owner, id)) > 1

    def _steps(self, owner: str, id: str) -> deque[Laid]:
        theirs, steps = self._laid.get(id, ("", None))
        if steps is None or theirs != owner:
            raise PackGone("this pack is no longer here. Make it again: the same topic gives it.")
        self._laid.move_to_end(id)
        return steps
