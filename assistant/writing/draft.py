"""An answer as it grows: what was proved, what was not, and what is shown instead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from assistant.models import (
    Answer,
    Citation,
    Dropped,
    Fallback,
    Statement,
    Use,
    answer_text,
)
from assistant.proof.said import read
from assistant.writing.models import Tokens
from assistant.writing.parse import Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A statement that the gate let stand, the quotes behind it, and its last clause, where only
    what comes before that stands."""

    text: str
    support: float
    behind: tuple[Citation, ...]
    cut: Dropped | None = None


class Draft:
    """The statements of one reply, over the extractive answer that they are to take the place of.

    `failure` says why the reply did not come to its end; `tokens` what it cost.
    """

    def __init__(self, extractive: Answer):
        self._extractive = extractive
        self._shown: list[Proved] = []
        self._dropped: list[Dropped] = []
        self._spoke = False  # whether a statement of the model's is among those shown
        self._replaced = 0
        self._told = 0
        self.failure: str | None = None
        self.tokens: Tokens | None = None
        self.cached = False

    def take(self, result: Proved | Dropped, written: Written) -> None:
        """Show what was proved, once; for what was not, the best quote where that is not shown
        yet, else the one that it named."""
        if isinstance(result, Proved):
            if result.cut is not None:
                self._dropped.append(result.cut)
            if all(result.text != shown.text for shown in self._shown):
                self._shown.append(result)
            self._spoke = True
            return
        self._dropped.append(result)
        for statement, quote in self._quotes():
            wanted = quote.marker == 1 or quote.marker in written.numbers
            if wanted and not self._cites(quote):
                self._quote(statement, quote)
                self._replaced += 1
                return

    def finish(self) -> None:
        """Show the best quote as well, where nothing that is shown stands on it: what was found to
        answer is not lost since a model passed over it. Nor is what it left out of a list."""
        for statement, quote in self._quotes():
            missed = quote.marker == 1 and not self._cites(quote)
            if missed or (quote.marker in self._extractive.listed and not self._says(statement)):
                self._quote(statement, quote)

    def _quotes(self) -> Iterator[tuple[Statement, Citation]]:
        """The statements of the extractive answer, each with its quote."""
        return zip(self._extractive.statements, self._extractive.citations, strict=True)

    def _cites(self, quote: Citation) -> bool:
        """Whether a statement that is shown stands on a quote."""
        return any(quote.place == other.place for shown in self._shown for other in shown.behind)

    def _says(self, item: Statement) -> bool:
        """Whether a statement that is shown has the words of an item."""
        wanted = read(item.text).stems
        return any(wanted <= read(shown.text).stems for shown in self._shown)

    def _quote(self, statement: Statement, quote: Citation) -> None:
        """Show a statement of the extractive answer, which is its quote."""
        shown = Proved(text=statement.text, support=statement.support, behind=(quote,))
        self._shown.append(shown)

    def grew(self) -> bool:
        """Whether there is more to show than when this was last asked."""
        told, self._told = self._told, len(self._shown) if self._spoke else 0
        return self._told > told

    def answer(self, use: Use, timings: Mapping[str, float]) -> Answer:
        """The answer so far: the extractive one where nothing of the model's stands."""
        common = replace(
            self._extractive,
            dropped=(*self._extractive.dropped, *self._dropped),
            written=use,
            timings_ms=dict(timings),
        )
        if not self._spoke:
            return common
        markers: dict[tuple[str, int, int], Citation] = {}
        statements = []
        for shown in self._shown:
            for quote in shown.behind:
                markers.setdefault(quote.place, replace(quote, marker=len(markers) + 1))
            cited = sorted(markers[quote.place].marker for quote in shown.behind)
            statements.append(
                Statement(
                    text=shown.text,
                    citations=tuple(cited),
                    support=shown.support,
                    status="quoted" if shown.text == shown.behind[0].quote else "proved",
                )
            )
        return replace(
            common,
            engine="llm",
            answer=answer_text(statements, list(markers.values())),
            statements=tuple(statements),
            citations=tuple(markers.values()),
            listed=(),
        )

    def fallback(self) -> Fallback | None:
        """What did not stand, and why; None where all of the reply is shown."""
        left_out = len(self._dropped) - self._replaced
        if self._spoke and not self._dropped and self.failure is None:
            return None
        why = self.failure
        if why is None and self._dropped:
            why = f"{len(self._dropped)} of the model's statements did not pass the gate"
        return Fallback(
            whole=not self._spoke,
            why=why or "the model gave no statement",
            replaced=self._replaced if self._spoke else 0,
            left_out=left_out if self._spoke else len(self._dropped),
        )
