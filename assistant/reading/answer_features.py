"""What is known of the evidence as a whole, as numbers: whether it answers the question at all."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.finding.candidates import Candidate
from assistant.reading.features import HAVING, SENTENCE_FEATURES, share_of
from assistant.turn.agents import AGENT_FEATURES, is_of_agent
from assistant.turn.asked import Asked
from assistant.turn.question import wording
from vectorstore import Found
from vectorstore.library.lexicon import among, stem, words

ANSWER_FEATURES = (
    "best",
    "second",
    "third",
    "similarity",
    "similarity_passage",
    "coverage",
    "coverage_with_before",
    "coverage_passage",
    "coverage_all",
    "rarest_open",
    "rarest_open_passage",
    "rarest_open_all",
    "names",
    "names_passage",
    "has_names",
    "wants",
    "wants_has",
    "lexical_share",
    "pairs",
    "unknown_words",
    "terms",
    "hit_margin",
    "heading_all",
    "lacks",
    "lacks_exact",
    "three_lack",
    "all_lack",
    "another_unit",
    "topic",
    "topic_passage",
    "topic_missing",
    "numbers_open",
    "agent_apart",
    "agent_covers_less",
    "agent_less_similar",
)

_SIMILARITY = SENTENCE_FEATURES.index("similarity")
_AGENT = SENTENCE_FEATURES.index(AGENT_FEATURES[0])


def answer_features(
    asked: Asked, found: Found, ranked: Sequence[tuple[Candidate, float]]
) -> NDArray[np.float32]:
    """What is known of the evidence as a whole. `ranked` are candidates and their scores, best
    first; there must be at least one."""
    best, score = ranked[0]
    value = dict(zip(SENTENCE_FEATURES, best.features.tolist(), strict=True))
    everything = frozenset().union(
        *(wording(c.text).stems for c, _ in ranked),
        *(wording(hit.passage.heading).stems for hit in found.hits),
        *(wording(hit.passage.title).stems for hit in found.hits),
    )
    similar = found.vectors[best.hit.passage.id] @ found.query_vector
    # BM25 of a passage that holds each word often tends to (k1 + 1) times the sum of rarities.
    limit = 2.2 * asked.weight
    met = sum(value[name] for name in HAVING) if asked.wants else 0.5
    passage = best.hit.passage
    around = wording(f"{passage.text} {passage.heading} {passage.title}")
    topic = asked.cover(around.stems).topic
    asked_numbers = {n for n in asked.wording.numbers if n[0].isdigit()}
    scores = [s for _, s in ranked[:3]] + [0.0, 0.0]
    margin = found.hits[0].score - (found.hits[1].score if len(found.hits) > 1 else 0.0)
    return np.array(
        [
            score,
            scores[1],
            scores[2],
            value["similarity"],
            float(similar.max()),
            value["coverage"],
            value["coverage_with_before"],
            value["coverage_passage"],
            asked.cover(everything).share,
            value["rarest_open"],
            value["rarest_open_passage"],
            asked.cover(everything).rarest_open,
            value["names"],
            value["names_passage"],
            bool(asked.wording.names),
            asked.wants is not None,
            met,
            min(max(hit.lexical for hit in found.hits) / limit, 1.0),
            value["pairs"],
            asked.unknown / (len(asked.rarity) or 1),
            math.log1p(len(asked.rarity)),
            margin,
            max(_headed(asked, hit.passage.heading) for hit in found.hits),
            best.lacks,
            best.lacks and asked.wants is not None and asked.wants.exact,
            all(candidate.lacks for candidate, _ in ranked[:3]),
            all(candidate.lacks for candidate, _ in ranked),
            met == 0.5 and asked.wants is not None,
            value["coverage_topic"],
            topic,
            topic == 0.0,
            1.0 - share_of(frozenset(asked_numbers), around.numbers),
            *_apart(asked, [candidate for candidate, _ in ranked]),
        ],
        dtype=np.float32,
    )


def _apart(asked: Asked, ranked: Sequence[Candidate]) -> tuple[float, float, float]:
    """Where a question asks of somebody: whether the best sentence is not theirs, and by how much
    their sentences say less of what is asked than those of others do, in words and in similarity.
    """
    if asked.agent is None:
        return 0.0, 0.0, 0.0
    name = {stem(word) for word in words(asked.agent.name)}
    topic = {s: weight for s, weight in asked.rarity.items() if s not in name}
    whole = sum(topic.values()) or 1.0

    def said(candidate: Candidate) -> tuple[float, float]:
        there = wording(candidate.text).stems
        covered = sum(weight for s, weight in topic.items() if among(s, there)) / whole
        return covered, float(candidate.features[_SIMILARITY])

    own = [is_of_agent(candidate.features[_AGENT:].tolist()) for candidate in ranked]
    theirs = [said(c) for c, mine in zip(ranked, own, strict=True) if mine]
    others = [said(c) for c, mine in zip(ranked, own, strict=True) if not mine]
    less = [
        max((pair[i] for pair in others), default=0.0) - max((p[i] for p in theirs), default=0.0)
        for i in range(2)
    ]
    return float(not own[0]), max(less[0], 0.0), max(less[1], 0.0)


def _headed(asked: Asked, path: str) -> float:
    """How much of the question, its numbers aside, one heading above a passage says."""
    wanted = asked.wording.stems - asked.wording.numbers
    parts = [wording(part).stems for part in path.split(" › ")]
    return max(sum(among(stem, part) for stem in wanted) / (len(wanted) or 1) for part in parts)
