"""Sentences that might answer a question, and what each is read with."""

import re
from dataclasses import dataclass

from vectorstore import QUOTABLE, Found, Hit, Passage, Sentence
from vectorstore.models import ITEM, LEAD_IN, ROW

# A sentence that cannot be read alone: it opens with a pronoun, perhaps behind a joining word, or
# it is speech whose speaker is only "she".
LEANING = re.compile(
    r"[\"“‘'(]*+((however|but|and|so|yet|also|then|indeed|instead|moreover|therefore|nevertheless|"
    r"at the same time|as a result|in addition),? )?"
    r"(this|that|these|those|he|she|they|it|his|her|their|its|such|both|another)\b"
    r"|.*[,.!?][\"”’'] (he|she|they) (say|said|add|argue|explain|believe|note|think|warn)",
    re.IGNORECASE | re.DOTALL,
)
LEAD_SENTENCES = 3
PARTS = (ITEM, ROW)  # of a list or a table: they say little without the others
_ENDS = (*".!?;", *"\"”’')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that might answer: `hit.passage.sentences[index]`; `text` is how it is read."""

    hit: Hit
    index: int
    text: str

    @property
    def sentence(self) -> Sentence:
        return self.hit.passage.sentences[self.index]

    @property
    def leads(self) -> bool:
        """Whether it only leads to what follows it: a list, or a sentence after a colon."""
        return leads(self.sentence, self.text)

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands: its source, and its start there."""
        return self.hit.passage.source, self.sentence.start


def leads(sentence: Sentence, text: str) -> bool:
    """Whether a sentence only leads to what follows it."""
    return sentence.kind == LEAD_IN or (sentence.kind in QUOTABLE and text.rstrip().endswith(":"))


def candidates(found: Found) -> list[Candidate]:
    """Every sentence of the hits that may be quoted, in the order of the hits: no heading, caption,
    reference or furniture, no scrap of a page ("interviews", "18/"). What leads to a list is among
    them: it is quoted with its list, never alone."""
    return [
        Candidate(hit=hit, index=i, text=text)
        for hit in found.hits
        for i, text in enumerate(hit.passage.readings())
        if _says_something(hit.passage.sentences[i], text)
    ]


def _says_something(sentence: Sentence, text: str) -> bool:
    if sentence.kind not in QUOTABLE:
        return sentence.kind == LEAD_IN
    bare = text.rstrip()
    return sentence.kind != "prose" or bare.endswith(_ENDS) or len(bare.split()) >= 4


def lead_of(passage: Passage, index: int) -> int:
    """Where the reading of a sentence begins: at itself, or where it leans on those before it
    ("He says …"), at the first of them that stands by itself; at most LEAD_SENTENCES back."""
    first = index
    while first and index - first < LEAD_SENTENCES:
        sentence, before = passage.sentences[first], passage.sentences[first - 1]
        text = passage.slice(sentence.start, sentence.end)
        if not LEANING.match(text) or before.kind != "prose" or sentence.kind != "prose":
            break
        first -= 1
    return first
