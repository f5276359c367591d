"""Answers that were saved, checked against the library as it is today, quote by quote."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.errors import BadAnswers
from vectorstore import Library

ALIKE = 0.5  # share of words (Jaccard) at which a sentence is shown as what stands there now
_NEEDED = {"source": str, "quote": str, "start": int, "end": int}


class Standing(StrEnum):
    """What became of a quote.

    `verified`: it stands in its source, at its place. `moved`: it stands elsewhere in the current
    version, or in that document under another id. `changed`: the document is here and no longer
    says this. `gone`: the document is not in the library.
    """

    VERIFIED = "verified"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"

    @property
    def holds(self) -> bool:
        """Whether the library still says what was quoted, to the letter."""
        return self in (Standing.VERIFIED, Standing.MOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuote:
    """A citation of a saved answer: `quote` was the text `[start:end]` of `source` then.

    `answer` is the answer's id, or its number in the file, counted from 1. `source_sha256` is the
    digest of the text that it was cut from; None where the answer does not tell.
    """

    answer: str
    marker: int | None
    source: str
    source_sha256: str | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a quote stands now."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A quote and what became of it. `now` is its place today, `reason` is for people."""

    quote: SavedQuote
    standing: Standing
    now: Place | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self.quote),
            "status": str(self.standing),
            "now": None if self.now is None else asdict(self.now),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All quotes of a file, in its order. `answers` counts what was read, `library` names it."""

    answers: int
    library: str
    quotes: tuple[Verified, ...]

    @property
    def holds(self) -> bool:
        return all(each.standing.holds for each in self.quotes)

    @property
    def counts(self) -> dict[str, int]:
        return {str(kind): sum(each.standing is kind for each in self.quotes) for kind in Standing}

    def to_json(self) -> dict[str, Any]:
        return {
            "answers": self.answers,
            "library": self.library,
            "counts": self.counts,
            "quotes": [each.to_json() for each in self.quotes],
        }


def verify(answers: Sequence[Mapping[str, Any]], library: Library) -> Verification:
    """Check every citation of `answers`, all against one state of the library.

    `answers` are JSON objects with `citations`, as `read_answers` gives them. Raises BadAnswers
    where a citation lacks what is needed to check it.
    """
    quotes = [quote for i, each in enumerate(answers, start=1) for quote in _quotes(each, i)]
    with library.reading():
        verifier = _Verifier(library)
        return Verification(
            answers=len(answers),
            library=library.fingerprint,
            quotes=tuple(verifier.verified(quote) for quote in quotes),
        )


class _Verifier:
    """Looks quotes up, keeping each text for as long as its quotes are asked about."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._held = {source.id: source for source in library.sources()}
        self._text: tuple[str, str] = ("", "")
        self._heirs: dict[tuple[str, str | None], list[str]] = {}

    def verified(self, saved: SavedQuote) -> Verified:
        heirs = self._heirs_of(saved)
        for source in heirs:
            start = _nearest(self._text_of(source), saved.quote, saved.start)
            if start is None:
                continue
            place = Place(source=source, start=start, end=start + len(saved.quote))
            if place == Place(source=saved.source, start=saved.start, end=saved.end):
                return Verified(quote=saved, standing=Standing.VERIFIED, now=place)
            return Verified(
                quote=saved, standing=Standing.MOVED, now=place, reason=_moved(saved, place)
            )
        if not heirs:
            reason = f"'{saved.source}' is not in the library"
            return Verified(quote=saved, standing=Standing.GONE, reason=reason)
        return Verified(
            quote=saved, standing=Standing.CHANGED, reason=self._changed(saved, heirs[0])
        )

    def _heirs_of(self, saved: SavedQuote) -> list[str]:
        """The current sources that are the document which was quoted, likeliest first.

        The one with its very text comes before the one with its name, which may have gone to
        another document since.
        """
        key = (saved.source, saved.source_sha256)
        if key not in self._heirs:
            known = self._held.keys() & {saved.source, *self._library.heirs(*key)}
            self._heirs[key] = sorted(
                known,
                key=lambda name: (
                    self._held[name].sha256 != saved.source_sha256,
                    name != saved.source,
                    name,
                ),
            )
        return self._heirs[key]

    def _text_of(self, source: str) -> str:
        if self._text[0] != source:
            self._text = (source, self._library.text(source))
        return self._text[1]

    def _changed(self, saved: SavedQuote, source: str) -> str:
        if self._held[source].sha256 == saved.source_sha256:
            return f"'{source}' has not changed since, and never said this"
        said = _words(saved.quote)
        alike = {
            text: len(said & words) / len(said | words)
            for passage in self._library.passages_of(source)
            for text in passage.sentence_texts()
            if (words := _words(text))
        }
        near = max(alike, key=lambda text: alike[text], default="")
        if not near or alike[near] < ALIKE:
            return f"'{source}' no longer says this"
        return f"'{source}' now says: {' '.join(near.split())}"


def _nearest(text: str, quote: str, start: int) -> int | None:
    """Where `quote` stands in `text`, nearest to `start`; None where it does not."""
    if text[start : start + len(quote)] == quote:
        return start
    before = text.rfind(quote, 0, start + len(quote))
    after = text.find(quote, start)
    found = [place for place in (before, after) if place >= 0]
    return min(found, key=lambda place: abs(place - start), default=None)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _moved(saved: SavedQuote, place: Place) -> str:
    if place.source == saved.source:
        return f"now at {place.start}-{place.end}"
    return f"now in '{place.source}' at {place.start}-{place.end}"


# Reading what was saved


def read_answers(file: Path) -> list[dict[str, Any]]:
    """The answers in a file: one JSON value (an answer or a list of them), or one a line.

    Lines of a batch that failed (they have `error` in place of an answer) are passed over.
    Raises BadAnswers saying what is wrong and where.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as exc:
        raise BadAnswers(f"cannot read {file}: {getattr(exc, 'strerror', None) or exc}") from exc
    if not text.strip():
        raise BadAnswers(f"{file} is empty. {EXPECTED}")
    found = []
    for where, value in _values(file, text):
        if not isinstance(value, dict) or not isinstance(value.get("citations"), list):
            if isinstance(value, dict) and "error" in value:
                continue
            raise BadAnswers(f"{file}: {where} is not an answer: it has no list of 'citations'.")
        found.append(value)
    return found


EXPECTED = "Expected are answers as 'soundings ask --json' or '--batch' gives them."


def _values(file: Path, text: str) -> Iterator[tuple[str, Any]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(file, text)
        return
    if isinstance(whole, list):
        yield from ((f"number {i}", value) for i, value in enumerate(whole, start=1))
    else:
        yield "the file", whole


def _lines(file: Path, text: str) -> Iterator[tuple[str, Any]]:
    # By "\n" alone: a quote may hold other characters that splitlines takes for line ends.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise BadAnswers(f"{file}: line {number} is not JSON: {exc}. {EXPECTED}") from exc


def _quotes(answer: Mapping[str, Any], number: int) -> Iterator[SavedQuote]:
    name = str(number if answer.get("id") is None else answer["id"])
    for citation in answer["citations"]:
        for key, kind in _NEEDED.items():
            value = citation.get(key) if isinstance(citation, dict) else None
            if not isinstance(value, kind) or isinstance(value, bool):
                raise BadAnswers(f"answer {name} has a citation without a usable '{key}'.")
        try:
            f"{citation['source']}{citation['quote']}".encode()
        except UnicodeEncodeError as exc:
            raise BadAnswers(f"answer {name} quotes half a character.") from exc
        if not (0 <= citation["start"] < citation["end"] and citation["quote"]):
            raise BadAnswers(f"answer {name} has a citation of nothing: its quote is empty.")
        marker, digest = citation.get("marker"), citation.get("source_sha256")
        yield SavedQuote(
            answer=name,
            marker=marker if isinstance(marker, int) else None,
            source=citation["source"],
            source_sha256=digest if isinstance(digest, str) else None,
            start=citation["start"],
            end=citation["end"],
            quote=citation["quote"],
        )
