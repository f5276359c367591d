"""Text files of records: `field: text` lines, with a blank line between records."""

import re
from dataclasses import dataclass
from pathlib import Path

from prompts.errors import PromptError

HERE = Path(__file__).resolve().parent
_FIELD = re.compile(r"([a-z_]+): *(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The fields of one record in order; a field may come more than once. `line` is its first."""

    fields: tuple[tuple[str, str], ...]
    where: str

    def one(self, name: str) -> str:
        """The field's text. Raises PromptError where it is missing or there twice."""
        found = self.all(name)
        if len(found) != 1 or not found[0]:
            raise PromptError(f"{self.where}: '{name}' must be there once, with a text")
        return found[0]

    def all(self, name: str) -> tuple[str, ...]:
        """The texts of the field, in order."""
        return tuple(text for field, text in self.fields if field == name)

    def check(self, known: frozenset[str]) -> None:
        """Raises PromptError for a field that is not among `known`."""
        for field, _ in self.fields:
            if field not in known:
                names = ", ".join(sorted(known))
                raise PromptError(f"{self.where}: '{field}' is no field here; there are {names}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file of records: its head and what follows."""

    head: Record
    records: tuple[Record, ...]


def load_sheet(name: str) -> Sheet:
    """The sheet `NAME.txt` of this folder. Raises PromptError where it cannot be read."""
    file = HERE / f"{name}.txt"
    try:
        return parse_sheet(file.read_text(encoding="utf-8"), f"{name}.txt")
    except OSError as exc:
        raise PromptError(f"cannot read the prompts in {file}: {exc}") from exc


def parse_sheet(text: str, where: str) -> Sheet:
    """Read a sheet from its text. Raises PromptError for a line that is none of its forms."""
    records: list[Record] = []
    fields: list[tuple[str, str]] = []
    first = 0
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                records.append(Record(fields=tuple(fields), where=f"{where}, line {first}"))
            fields = []
            continue
        match = _FIELD.fullmatch(line)
        if line.startswith("  ") and fields:
            field, before = fields[-1]
            fields[-1] = (field, f"{before} {line.strip()}".strip())
        elif match:
            first = first if fields else number
            fields.append((match.group(1), match.group(2).strip()))
        else:
            raise PromptError(f"{where}, line {number}: '{line}' is not 'field: text'")
    if len(records) < 2:
        raise PromptError(f"{where}: a head and at least one record are needed")
    return Sheet(head=records[0], records=tuple(records[1:]))
