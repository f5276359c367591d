"""What a reader left out of a file, said in the report by kind and count."""

from collections import Counter
from collections.abc import Iterable

_PLURALS = {
    "list of links": "lists of links",
    "number in a drawing": "numbers in drawings",
    "word outside the main part": "words outside the main part",
}


class Omitted:
    """Counts what was left out, by kind: a word or two in the singular."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, kind: str, number: int = 1) -> None:
        if number > 0:
            self._counts[kind] += number

    def notes(self) -> Iterable[str]:
        """One line for the report, or none: "left out: 2 comments, 1 page header"."""
        told = [
            "macros" if kind == "macros" else f"{number:,} {_named(kind, number)}"
            for kind, number in self._counts.items()
        ]
        return [f"left out: {', '.join(told)}"] if told else []


def _named(kind: str, number: int) -> str:
    return kind if number == 1 else _PLURALS.get(kind, kind + "s")
