"""Sentences that might answer a question, and what each is read with."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vectorstore import Hit, Passage, Sentence

# A sentence that cannot be read alone: it opens with a pronoun, perhaps behind a joining word, or
# it is speech whose speaker is only "she".
LEANING = re.compile(
    r"[\"“‘'(]*((however|but|and|so|yet|also|then|indeed|instead|moreover|therefore|nevertheless|"
    r"at the same time|as a result|in addition),? )?"
    r"(this|that|these|those|he|she|they|it|his|her|their|its|such|both|another)\b"
    r"|.*[,.!?][\"”’'] (he|she|they) (say|said|add|argue|explain|believe|note|think|warn)",
    re.IGNORECASE | re.DOTALL,
)
LEAD_SENTENCES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that might answer: `hit.passage.sentences[index]`, with what is known of it.

    Where an amount, a date or a name is asked for, it either `holds` one or `lacks` it; both are
    False where none is.
    """

    hit: Hit
    index: int
    text: str
    features: NDArray[np.float32]
    lacks: bool
    holds: bool

    @property
    def scrap(self) -> bool:
        """Whether this is a scrap of a page ("interviews", "18/"), which says nothing."""
        said = self.text.rstrip().endswith((*".!?:;", *"\"”’')"))
        return self.sentence.kind == "prose" and not said and len(self.text.split()) < 4

    @property
    def sentence(self) -> Sentence:
        return self.hit.passage.sentences[self.index]


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
