"""The packs that people made at the page, kept for whoever made them: listed, opened, changed,
shared with those of the same role, taken back a step, deleted."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache

from pydantic import TypeAdapter

from assistant.errors import PackGone
from assistant.keeping.kept import Kept, now
from assistant.packs.material.material import Place, key
from assistant.packs.models import Pack, PackRequest, Timed
from vectorstore.database import Connection
from web.identity.people import Person

MOST_STEPS_BACK = 20
_NOW = "(SELECT max(number) FROM pack_state WHERE pack = ?)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """A pack as it lies on a desk. `accepted` are the places of the stimuli of those prompts that
    the owner keeps; they stay when the others are drawn anew. `timed` is what the owner has
    written into its run sheet, by part (see `revise`), which stays as well."""

    pack: Pack
    accepted: frozenset[Place] = frozenset()
    timed: Mapping[str, tuple[Timed, ...]] = field(default_factory=dict)

    def is_accepted(self, number: int) -> bool:
        return key(self.pack.drawn[number - 1].stimulus) in self.accepted

    def accept(self, number: int) -> "Laid":
        """With prompt `number` kept, or not kept any more where it was."""
        return replace(self, accepted=self.accepted ^ {key(self.pack.drawn[number - 1].stimulus)})

    @property
    def open_(self) -> list[int]:
        """The numbers of the prompts that are not accepted."""
        return [n for n in range(1, len(self.pack.drawn) + 1) if not self.is_accepted(n)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A pack in a list: `owner` is the key of who made it, `shared` the role whose people may see
    it, None where that is nobody else; `changed` is in ISO 8601."""

    id: str
    request: PackRequest
    changed: str
    owner: str
    shared: str | None


class Desk:
    """Everybody's packs. Each is its maker's to change; where it is shared, those of the same role
    may see it. Safe to use from several threads. All methods raise KeptUnavailable where the file
    fails, and PackGone for a pack that is not there for this person."""

    def __init__(self, kept: Kept, *, days: int = 0) -> None:
        """Those not touched for so many `days` are forgotten; 0: none ever is."""
        self._kept = kept
        self._days = days

    def lay(self, owner: Person, laid: Laid) -> str:
        """Put a new pack down; its id, which nobody can guess."""
        self._kept.forget("pack", self._days)
        id = secrets.token_hex(16)
        with self._kept.writing() as connection:
            connection.execute(
                "INSERT INTO pack (id, person, changed, request) VALUES (?, ?, ?, ?)",
                (id, owner.key, now(), _request(laid)),
            )
            connection.execute("INSERT INTO pack_state VALUES (?, 0, ?)", (id, _written(laid)))
        return id

    def listed(self, person: Person) -> list[Listed]:
        """A person's packs and those shared with them, the latest first."""
        return self._listed("person = ? OR shared = ?", person.key, str(person.role))

    def all(self) -> list[Listed]:
        """Everybody's, the latest first."""
        return self._listed("true")

    def about(self, person: Person, id: str) -> Listed:
        """What a list says of a pack that this person may see."""
        where = "id = ? AND (person = ? OR shared = ?)"
        for one in self._listed(where, id, person.key, str(person.role)):
            return one
        raise PackGone(
            "This pack is no longer here: it was deleted, its time was over, or it is somebody "
            "else's."
        )

    def find(self, person: Person, id: str) -> Laid:
        """A pack that this person may see, as it lies."""
        self.about(person, id)
        return self.read(id)

    def read(self, id: str) -> Laid:
        """A pack as it lies, whoever's it is."""
        rows = self._kept.all(
            f"SELECT state FROM pack_state WHERE pack = ? AND number = {_NOW}", id, id
        )
        if not rows:
            raise PackGone(f"there is no pack {id}. All that are kept: soundings packs")
        return _laid().validate_json(rows[0][0])

    def put(self, owner: Person, id: str, laid: Laid) -> None:
        """What has become of a pack."""
        self._own(owner, id)
        with self._kept.writing() as connection:
            connection.execute(
                f"INSERT INTO pack_state SELECT ?, {_NOW} + 1, ?", (id, id, _written(laid))
            )
            connection.execute(
                f"DELETE FROM pack_state WHERE pack = ? AND number < {_NOW} - {MOST_STEPS_BACK}",
                (id, id),
            )
            self._touch(connection, id, laid)

    def undo(self, owner: Person, id: str) -> None:
        """Make a pack what it was before the last change, where it was changed."""
        if not self.can_undo(owner, id):
            return
        with self._kept.writing() as connection:
            connection.execute(
                f"DELETE FROM pack_state WHERE pack = ? AND number = {_NOW}", (id, id)
            )
            state = connection.execute(
                f"SELECT state FROM pack_state WHERE pack = ? AND number = {_NOW}", (id, id)
            ).fetchone()
            self._touch(connection, id, _laid().validate_json(state[0]))

    def can_undo(self, owner: Person, id: str) -> bool:
        self._own(owner, id)
        return bool(self._kept.all("SELECT count(*) FROM pack_state WHERE pack = ?", id)[0][0] > 1)

    def share(self, owner: Person, id: str, *, shared: bool) -> None:
        """Let those of the owner's role see it, or nobody else."""
        self._own(owner, id)
        with self._kept.writing() as connection:
            role = str(owner.role) if shared else None
            connection.execute("UPDATE pack SET shared = ? WHERE id = ?", (role, id))

    def delete(self, owner: Person, id: str) -> None:
        """Delete one of the owner's for good."""
        self._own(owner, id)
        self.remove(id)

    def remove(self, id: str) -> None:
        """Delete a pack, whoever's it is."""
        with self._kept.writing() as connection:
            if connection.execute("DELETE FROM pack WHERE id = ?", (id,)).rowcount == 0:
                raise PackGone(f"there is no pack {id}. All that are kept: soundings packs")

    def seed_for(self, owner: Person, request: PackRequest) -> int:
        """The seed by which a request makes another pack than those that its maker has of it."""
        made = [one.request for one in self.listed(owner) if one.owner == owner.key]
        seeds = [one.seed for one in made if replace(one, seed=request.seed) == request]
        return max(seeds, default=request.seed - 1) + 1

    def _own(self, owner: Person, id: str) -> None:
        if self.about(owner, id).owner != owner.key:
            raise PackGone("This pack is somebody else's. Duplicate it, and change your copy.")

    def _listed(self, where: str, *values: str) -> list[Listed]:
        self._kept.forget("pack", self._days)
        rows = self._kept.all(
            f"SELECT id, request, changed, person, shared FROM pack WHERE {where} "
            "ORDER BY changed DESC, id",
            *values,
        )
        return [
            Listed(
                id=id,
                request=PackRequest(**json.loads(request)),
                changed=changed,
                owner=owner,
                shared=shared,
            )
            for id, request, changed, owner, shared in rows
        ]

    def _touch(self, connection: Connection, id: str, laid: Laid) -> None:
        connection.execute(
            "UPDATE pack SET changed = ?, request = ? WHERE id = ?", (now(), _request(laid), id)
        )


def _request(laid: Laid) -> str:
    return json.dumps(asdict(laid.pack.request), ensure_ascii=False)


def _written(laid: Laid) -> str:
    return _laid().dump_json(laid).decode()


@cache
def _laid() -> TypeAdapter[Laid]:
    """How a pack is written and read; made when it is first needed, since that takes a moment."""
    return TypeAdapter(Laid)
