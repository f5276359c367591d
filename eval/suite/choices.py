"""What a run can be made of, over one library: the sets of gold that apply, and the gates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.errors import GoldError
from eval.gold.questions import (
    GOLD,
    gold_digest,
    known,
    load_gold,
    shipped_sets,
    sources_of,
)
from eval.suite.gates import load_gates
from vectorstore import Library

GATES = Path(__file__).parents[1] / "gates"
OWN = "own"  # the set that people write in this home
OWN_GOLD = Path("gold") / "own.yaml"  # where in the home it is kept
OWN_GATES = "gates.toml"
ALWAYS = Path(__file__).parents[1] / "always_gates.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldSet:
    """A set of gold questions; `lacking` are the sources it stands on that the library has not."""

    id: str
    title: str
    path: Path
    n: int
    lacking: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def applies(self) -> bool:
        return not self.lacking and self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSet:
    """A file of gates; `over` is the only set of gold that it is meant for, None: any."""

    id: str
    title: str
    path: Path
    over: str | None = None


def own_gold(home: Path) -> Path:
    """The file of gold questions that people write in this home."""
    return home / OWN_GOLD


def gold_sets(library: Library, home: Path) -> list[GoldSet]:
    """The sets that ship and whose sources the library has, and the home's own where it has one."""
    have = {source.id for source in library.sources()}
    found = []
    for folder in shipped_sets():
        questions = known(folder)
        if sources_of(questions) <= have:
            title = f"The set “{folder.name}”, which ships with Soundings"
            found.append(GoldSet(id=folder.name, title=title, path=folder, n=len(questions)))
    own = own_gold(home)
    if own.is_file():
        found.append(_own(own, have))
    return found


def _own(file: Path, have: set[str]) -> GoldSet:
    title = "Questions written here"
    try:
        questions = known(file)
    except GoldError as exc:
        return GoldSet(id=OWN, title=title, path=file, n=0, problem=str(exc))
    lacking = tuple(sorted(sources_of(questions) - have))
    problem = None if questions else "there is no question in it yet"
    return GoldSet(
        id=OWN, title=title, path=file, n=len(questions), lacking=lacking, problem=problem
    )


def gate_sets(home: Path) -> list[GateSet]:
    """The gates that a run can be held against, those meant for one set of gold first."""
    found = []
    own = home / OWN_GATES
    if own.is_file():
        found.append(GateSet(id=OWN, title=f"The gates in {OWN_GATES} of this home", path=own))
    for file in sorted(GATES.glob("*.toml")):
        if (GOLD / file.stem).is_dir():
            title = f"The gates of the set “{file.stem}”"
            found.append(GateSet(id=file.stem, title=title, path=file, over=file.stem))
    return [*found, GateSet(id="always", title=load_gates(ALWAYS).about, path=ALWAYS)]


def gates_for(chosen: Sequence[str], home: Path, named: str | None = None) -> GateSet:
    """The gates named, or the first that fit these sets of gold."""
    sets = gate_sets(home)
    fit = [one for one in sets if one.over is None or [one.over] == list(chosen)]
    return next((one for one in fit if one.id == named), fit[0])


def digest_of(sets: Sequence[GoldSet]) -> str:
    """The digest of these sets together, as a run over them has it."""
    return gold_digest(load_gold([one.path for one in sets]))
