"""What can be quoted on a topic: slices of the library that stand alone, with what each one does.

topic → hits → sentences → extracts (one to three whole sentences of one paragraph)
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator

from assistant.finding.excerpts import overlap
from assistant.packs.material.acts import Act, acts_of
from assistant.packs.material.alone import SAYING, stands_alone
from assistant.turn.speakers import People, is_speech, named_in, people_of, speaker_of
from vectorstore import Found, Library, Passage, Store
from vectorstore.library.lexicon import STOPWORDS, among, stem, terms, words

Vector = NDArray[np.float32]
_NONE: Vector = np.zeros(0, dtype=np.float32)

MOST_WORDS = 60
LEAST_WORDS = 9
MOST_SENTENCES = 3
PASSAGES_READ = 40
EXTRACTS = 72  # of one topic
_REMEMBERED = 20_000  # vectors of extracts, by their words
ON_TOPIC = 0.42
"""The relevance from which an extract is about the topic. Chosen by reading those around it."""
RELATED = 0.35
"""The relevance from which one may be quoted where the library holds little on the topic. Below it
words alone are in common."""
_SAYS_IT = 0.8  # of the topic in a heading: what stands under it is about the topic,
_UNDER_IT = 0.18  # unless it is as far from it as this, as where headings are missing
_PARAGRAPH = 0.6  # how much of a paragraph's nearness to the topic each of its sentences has
_LONG_LINE = 60  # characters: no heading is that long
_META = re.compile(
    r"\b(?:brief|note|article|report|interview|references?|contents|appendix|comments?|"
    r"interviewees|"
    r"acknowledg\w+|when to use|further reading|contact|who speaks|who is speaking|what is new|"
    r"aim and method|about this|related|get in touch|feedback)\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"^[/ ]*(?:\d+ )?(?:comments?|leave a comment|add your comment|no comments yet.*|"
    r"related (?:articles|"
    r"content|links)|references|further reading|bibliography|interviewees.*|"
    r"want news like this.*)\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_SAID = "|".join(sorted(SAYING))
_LED_IN = re.compile(
    r"(?:[“\"]?(?:So|And|But) (?=[a-z])"
    rf"|(?:He|She|They) (?:also |then |further )?(?:{_SAID}) that (?=\w))"
)
_TURN = re.compile(
    r"(?:However|Nevertheless|Nonetheless|Even so|By contrast|In contrast|On the other hand), "
    r"(?=\w)|(?:But|Yet) (?=[a-z])"
)
_GERUND = re.compile(r"\w+ing\b")
_FIRST_PERSON = re.compile(r"\b(?:I|[Mm]y|I[’']m|I[’']ve|me)\b")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extract:
    """A slice of a source that stands alone: its text is the source's `[start:end]`.

    `vector` is of its words alone: in their context, all that stands under one heading is alike.
    It is not kept with a pack, but made again where one is drawn from.
    `relevance` is how much of the topic is in it (0 to about 1), `act` what it does. `speaker` is
    whose words or views it gives; only where `own_words` is true are they that person's to the
    letter, and not a report of them.
    """

    passage: Passage
    start: int
    end: int
    text: str
    vector: Annotated[Vector, PlainValidator(lambda _: _NONE), PlainSerializer(lambda _: None)]
    relevance: float
    act: Act
    speaker: str | None
    own_words: bool = False

    @property
    def source(self) -> str:
        return self.passage.source

    @property
    def words(self) -> int:
        return len(self.text.split())

    def overlaps(self, other: "Extract") -> bool:
        return overlap(self, other)

    def similarity(self, other: "Extract") -> float:
        return float(self.vector @ other.vector)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Topic:
    """A phrase to make material about: as typed, its vector and its words by rarity."""

    phrase: str
    vector: Vector
    rarity: Mapping[str, float]

    def covered(self, stems: frozenset[str]) -> float:
        """The share of the phrase's words that are in `stems`, weighted by rarity."""
        weight = sum(self.rarity.values())
        if weight <= 0:
            return 0.0
        return sum(w for s, w in self.rarity.items() if among(s, stems)) / weight


def topic_of(phrase: str, vector: Vector, library: Library) -> Topic:
    """The topic of a phrase; rarity as in BM25's inverse document frequency (see `features`)."""
    frequency = library.document_frequency(sorted(set(terms(phrase))))
    passages = library.passage_count()
    rarity = {
        s: math.log(1 + (passages - count + 0.5) / (count + 0.5)) for s, count in frequency.items()
    }
    return Topic(phrase=phrase, vector=vector, rarity=rarity)


class Gatherer:
    """Gathers extracts over one state of a library; who speaks in a source is worked out once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._texts: dict[str, tuple[str, People, int]] = {}
        self._vectors: dict[str, Vector] = {}

    def gather(self, phrase: str) -> tuple[Topic, Found, list[Extract]]:
        """The extracts of the passages nearest to `phrase`, the most relevant first."""
        found = self._store.searcher.search(phrase, PASSAGES_READ)
        topic = topic_of(phrase, found.query_vector, self._store.library)
        said = [e for hit in found.hits for e in self._of_passage(hit.passage, topic, found)]
        said.sort(key=lambda e: (-round(e.relevance, 6), e.source, e.start, e.end))
        said = said[:EXTRACTS]
        self._encode([e.text for e in said])
        vectors = np.array([self._vectors[e.text] for e in said])
        acts = acts_of([e.text for e in said], vectors)
        listed = [
            replace(e, vector=vector, act=act)
            for e, vector, act in zip(said, vectors, acts, strict=True)
            if act is not Act.ASIDE
        ]
        return topic, found, listed

    def _encode(self, texts: Sequence[str]) -> None:
        """Encode what has not been encoded before."""
        if len(self._vectors) > _REMEMBERED:
            self._vectors.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        self._vectors |= dict(zip(new, self._store.encoder.encode(new), strict=True)) if new else {}

    def _of_passage(self, passage: Passage, topic: Topic, found: Found) -> Iterator[Extract]:
        """The extracts of one passage, which have no vector yet."""
        heading = passage.heading.split(" › ")[-1]
        text, people, ends = self._text(passage.source)
        if is_meta(heading) or passage.end > ends:
            return
        near = np.maximum(found.vectors[passage.id] @ topic.vector, 0.0)
        blocks = _blocks(passage)
        for first, last, start, end in _runs(passage):
            slice_ = passage.slice(start, end)
            began = passage.sentences[first].start
            speaker = speaker_of(text, began, end, people)
            turns_from = _turns_from(passage, first)
            led_in = start > began and turns_from is None
            if speaker is None and (led_in or _FIRST_PERSON.search(slice_)):
                continue  # words that are somebody's, and nobody knows whose
            if (last > first and named_in(slice_, people) > 1) or _is_cut(text, began):
                continue
            members = blocks[passage.sentences[first].block]
            own = float(near[first : last + 1].max())
            about = max(own, _PARAGRAPH * float(near[members].max()))
            stems = frozenset(terms(slice_))
            above = stems | _stems(heading) | _stems(_run_in(passage, members[0]))
            covered = topic.covered(stems) + topic.covered(above)
            relevance = 0.6 * about + 0.2 * covered
            if topic.covered(_stems(heading)) >= _SAYS_IT and about >= _UNDER_IT:
                relevance = max(relevance, ON_TOPIC)
            yield Extract(
                passage=passage,
                start=start,
                end=end,
                text=slice_,
                vector=_NONE,
                relevance=relevance,
                act=Act.CLAIM,
                speaker=speaker,
                own_words=speaker is not None and is_speech(text, start, end),
            )

    def _text(self, source_id: str) -> tuple[str, People, int]:
        """A source's text, the people in it, and where its back matter begins."""
        known = self._texts.get(source_id)
        if known is None:
            library = self._store.library
            text = library.text(source_id)
            people = people_of(text, library.source(source_id).author)
            known = (text, people, body_end(text))
            self._texts[source_id] = known
        return known


def _blocks(passage: Passage) -> dict[int, list[int]]:
    """The sentences of each paragraph or item of a passage, by the paragraph's number."""
    blocks: dict[int, list[int]] = {}
    for index, sentence in enumerate(passage.sentences):
        blocks.setdefault(sentence.block, []).append(index)
    return blocks


def _run_in(passage: Passage, first: int) -> str:
    """The run-in heading of a paragraph ("**Patience.** …"), which is its first sentence."""
    sentence = passage.sentences[first]
    text = passage.slice(sentence.start, sentence.end)
    return text if text.startswith("**") or len(text.split()) <= 3 else ""


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words(text) if w not in STOPWORDS)


def _is_cut(text: str, start: int) -> bool:
    """Whether what comes before ends in the middle of a sentence, as at the foot of a page."""
    before = text[max(0, start - 400) : start].rstrip()
    line = before.rsplit("\n", 1)[-1]
    return len(line) > _LONG_LINE and re.search(r"[\w,;–-]$", line) is not None


def _runs(passage: Passage) -> Iterator[tuple[int, int, int, int]]:
    """Runs of sentences that stand alone: first and last sentence, start and end offset."""
    sentences = passage.sentences
    for first, opening in enumerate(sentences):
        if opening.kind not in ("prose", "item"):
            continue
        text = passage.slice(opening.start, opening.end)
        if opening.kind == "item" and (text[:1].islower() or _GERUND.match(text)):
            continue  # part of a sentence that its list begins
        for last in range(first, min(first + MOST_SENTENCES, len(sentences))):
            if sentences[last].block != opening.block:
                break
            start, end = _without_stray_mark(passage, opening.start, sentences[last].end)
            if _turns_from(passage, first) is not None and (turn := _turn(passage, first)):
                start = opening.start + turn.end()
            start = _after_that(passage, start, end) if last == first else start
            slice_ = passage.slice(start, end)
            count = len(slice_.split())
            if count > MOST_WORDS:
                break
            if count >= LEAST_WORDS and stands_alone(slice_):
                yield first, last, start, end


def _turns_from(passage: Passage, first: int) -> int | None:
    """Where the sentence before ends, if the one at `first` goes on from it with "However"."""
    before = passage.sentences[first - 1] if first and _turn(passage, first) else None
    same = before is not None and before.block == passage.sentences[first].block
    return before.end if before and same else None


def _turn(passage: Passage, first: int) -> re.Match[str] | None:
    opening = passage.sentences[first]
    return _TURN.match(passage.slice(opening.start, opening.end))


def _after_that(passage: Passage, start: int, end: int) -> int:
    """Where the words begin that "She added that" leads in: they can be read without it."""
    match = _LED_IN.match(passage.slice(start, end))
    return start + match.end() if match else start


def body_end(text: str) -> int:
    """Where what is not the document any more begins: comments, related articles, references."""
    match = _BACK.search(text, len(text) // 3)
    return match.start() if match else len(text)


def _without_stray_mark(passage: Passage, start: int, end: int) -> tuple[int, int]:
    """The slice without a quotation mark at its edge whose partner lies outside it."""
    text = passage.slice(start, end)
    if text[:1] in ("“", '"') and not set(text[1:]) & set('“”"'):
        return start + 1, end
    if text[-1:] in ("”", '"') and not set(text[:-1]) & set('“”"'):
        return start, end - 1
    return start, end


def is_meta(heading: str) -> bool:
    """Whether what stands under a heading is about the document rather than its matter."""
    return _META.search(heading.split(" › ")[-1]) is not None


def apart(extracts: Iterable[Extract]) -> list[Extract]:
    """The first extract of each place: of those that overlap, the others are left out."""
    found: list[Extract] = []
    for extract in extracts:
        if not any(extract.overlaps(one) for one in found):
            found.append(extract)
    return found


def sources_of(extracts: Sequence[Extract]) -> list[str]:
    """The sources of these extracts, in order of first appearance."""
    return list(dict.fromkeys(e.source for e in extracts))
