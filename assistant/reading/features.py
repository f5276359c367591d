"""What is known of each sentence that might answer a question, as numbers.

Plain features that carry over from one library to another: similarity, coverage of the
question's words weighted by rarity, and whether the kind of thing that is asked for is there.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.finding.candidates import Candidate, lead_of
from assistant.turn.agents import AGENT_FEATURES, NO_AGENT, Stand
from assistant.turn.answer_type import DATE, NAME
from assistant.turn.asked import Asked
from assistant.turn.question import Wording, wording
from vectorstore import Found, Library

SENTENCE_FEATURES = (
    "similarity",
    "similarity_below_best",
    "similarity_before",
    "similarity_after",
    "passage_score",
    "passage_below_best",
    "passage_rank",
    "passage_lexical",
    "coverage",
    "coverage_with_before",
    "coverage_topic",
    "coverage_passage",
    "coverage_heading",
    "coverage_title",
    "pairs",
    "rarest_open",
    "rarest_open_passage",
    "names",
    "names_passage",
    "wants_amount_has",
    "wants_amount_lacks",
    "wants_date_has",
    "wants_date_lacks",
    "wants_name_has",
    "wants_name_lacks",
    "asks_why_has",
    "asks_list_has",
    "asks_definition_has",
    "met_similarity",
    "met_coverage",
    "unmet_similarity",
    "unmet_coverage",
    "similarity_coverage",
    "similarity_relative",
    "coverage_relative",
    "new_words",
    "length",
    "short",
    "position",
    "leans_back",
    "is_question",
    "is_item",
    "is_row",
    "terms",
    *AGENT_FEATURES,
)
HAVING = ("wants_amount_has", "wants_date_has", "wants_name_has")
LACKING = ("wants_amount_lacks", "wants_date_lacks", "wants_name_lacks")
_LACKING = tuple(SENTENCE_FEATURES.index(name) for name in LACKING)
_HOLDING = tuple(SENTENCE_FEATURES.index(name) for name in HAVING)
_WHY = re.compile(
    r"\b(because|since|due to|so that|in order to|as a result|therefore|reason|to ensure|"
    r"means that|leads? to|caused?|helps?|allows?|enables?)\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"(,[^,.;]+){2,}\b(and|or)\b|:\s|;[^;]+;|\binclud(e|es|ing)\b", re.IGNORECASE)
_DEFINITION = re.compile(
    r"\b(is|are|was|were) (an?|the|one of)\b|\bmeans?\b|\brefers? to\b|\bknown as\b|\bcalled\b"
    r"|\bdefined\b|\bis about\b|\bto (improve|provide|ensure|support)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A sentence with what it is read with: those it leans on, or else the one before."""

    stems: frozenset[str]
    names: frozenset[str]
    leans: bool


def candidates(asked: Asked, found: Found, library: Library) -> list[Candidate]:
    """Every sentence of the hits with its features, in the order of the hits."""
    listed: list[Candidate] = []
    if not found.hits:
        return listed
    best_score = found.hits[0].score
    best_lexical = max(hit.lexical for hit in found.hits) or 1.0
    similarities = {
        hit.passage.id: found.vectors[hit.passage.id] @ found.query_vector for hit in found.hits
    }
    best_similarity = max(float(s.max()) for s in similarities.values())
    best_covered = max(
        asked.cover(wording(text).stems).share
        for hit in found.hits
        for text in hit.passage.sentence_texts()
    )
    for hit in found.hits:
        passage = hit.passage
        near = similarities[passage.id]
        texts = passage.sentence_texts()
        parts = [wording(text) for text in texts]
        whole = frozenset().union(*(part.stems for part in parts))
        names = frozenset().union(*(part.names for part in parts))
        heading, title = wording(passage.heading).stems, wording(passage.title).stems
        shared = (
            hit.score,
            hit.score - best_score,
            1.0 / hit.rank,
            hit.lexical / best_lexical,
        )
        around = (
            asked.cover(whole | heading).share,
            asked.cover(heading).share,
            asked.cover(title).share,
            asked.cover(whole | heading | title).rarest_open,
            share_of(asked.wording.names, names | whole | title | heading),
        )
        stand = asked.agent and Stand.of(
            asked.agent, passage, library.source(passage.source).author
        )
        for i, (text, part) in enumerate(zip(texts, parts, strict=True)):
            lead = parts[lead_of(passage, i) : i]
            read_with = lead or parts[max(i - 1, 0) : i]
            reach = Reach(
                stems=part.stems.union(*(p.stems for p in read_with)),
                names=part.names.union(*(p.names for p in lead)),
                leans=bool(lead),
            )
            row = _features(
                asked,
                text,
                part,
                reach,
                i,
                near,
                best_similarity,
                best_covered,
                shared,
                around,
                passage.sentences[i].kind,
                stand.features(i, [w for p in (*lead, part) for w in p.words])
                if stand
                else NO_AGENT,
            )
            listed.append(
                Candidate(
                    hit=hit,
                    index=i,
                    text=text,
                    features=row,
                    lacks=any(row[index] == 1 for index in _LACKING),
                    holds=any(row[index] == 1 for index in _HOLDING),
                )
            )
    return listed


def _features(
    asked: Asked,
    text: str,
    part: Wording,
    reach: Reach,
    i: int,
    near: NDArray[np.float32],
    best_similarity: float,
    best_covered: float,
    shared: tuple[float, float, float, float],
    around: tuple[float, float, float, float, float],
    kind: str,
    agent: tuple[float, ...],
) -> NDArray[np.float32]:
    score, below, rank, lexical = shared
    passage, heading, title, open_passage, names_passage = around
    fresh = part.stems - asked.wording.stems
    wants = asked.wants
    kinds = (
        [wants.amount, wants.kind == DATE, wants.kind == NAME] if wants else [False, False, False]
    )
    met = wants.met(text, reach.names) if wants else 0.0
    unmet = 1.0 - met if wants else 0.0
    cover = asked.cover(reach.stems)
    covered = cover.share
    return np.array(
        [
            near[i],
            near[i] - best_similarity,
            near[i - 1] if i else 0.0,
            near[i + 1] if i + 1 < len(near) else 0.0,
            score,
            below,
            rank,
            lexical,
            asked.cover(part.stems).share,
            covered,
            cover.topic,
            passage,
            heading,
            title,
            _pairs(asked.wording.order, part.order),
            cover.rarest_open,
            open_passage,
            share_of(asked.wording.names, reach.names | reach.stems),
            names_passage,
            *(value for kind in kinds for value in (kind * met, kind * unmet)),
            asked.kind == "why" and _WHY.search(text) is not None,
            asked.kind == "list" and _LIST.search(text) is not None,
            asked.kind == "definition" and _DEFINITION.search(text) is not None,
            met * float(near[i]),
            met * covered,
            unmet * float(near[i]),
            unmet * covered,
            float(near[i]) * covered,
            float(near[i]) / max(best_similarity, 0.1),
            covered / max(best_covered, 0.1),
            math.log1p(len(fresh)),
            math.log1p(len(part.words)),
            len(part.words) < 5,
            1.0 / (1 + i),
            reach.leans,
            text.rstrip("\"”’'").endswith("?"),
            kind == "item",
            kind == "row",
            math.log1p(len(asked.rarity)),
            *agent,
        ],
        dtype=np.float32,
    )


def share_of(wanted: frozenset[str], there: frozenset[str]) -> float:
    """How much of what is wanted is there; all of it where nothing is wanted."""
    return len(wanted & there) / len(wanted) if wanted else 1.0


def _pairs(question: Sequence[str], sentence: Sequence[str]) -> float:
    """The share of the question's neighbouring words that are neighbours in the sentence too."""
    pairs = set(zip(question, question[1:], strict=False))
    if not pairs:
        return 0.0
    return len(pairs & set(zip(sentence, sentence[1:], strict=False))) / len(pairs)
