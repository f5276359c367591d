"""Every metric by name: what it says, how its interval is made, and which way is better."""

from dataclasses import dataclass

WORDS = 120  # an extractive answer's length at most; CONTRACT, "An answer"
LIST_WORDS = 150
OVERVIEW_WORDS = 200
AT_MOST = f"at most {WORDS} words (a list {LIST_WORDS}, an overview {OVERVIEW_WORDS})"
BINS = 10  # of the calibration error


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric's contract. `interval` is "wilson" (a proportion) or "bootstrap" (by question);
    `better` is "higher", "lower" or "neither"; `step` the part of the engine that it watches."""

    name: str
    title: str
    definition: str
    step: str
    interval: str = "bootstrap"
    better: str = "higher"
    unit: str = ""


def _recall(k: int) -> Metric:
    where = "the first passage" if k == 1 else f"the first {k} passages"
    return Metric(
        name=f"recall@{k}",
        title=f"Search recall@{k}",
        definition=f"Of the passages that hold the evidence, the share among {where} found; "
        "the best of the ways to answer counts. Over questions with evidence.",
        step="search",
    )


_METRICS = (
    _recall(1),
    _recall(3),
    _recall(5),
    _recall(10),
    Metric(
        name="mrr",
        title="Search MRR",
        definition="One over the rank of the first passage with evidence, 0 where none of ten "
        "has any. Over questions with evidence.",
        step="search",
    ),
    Metric(
        name="ndcg@10",
        title="Search nDCG@10",
        definition="Discounted cumulative gain of the first ten passages over the best possible, "
        "gain 1 for a passage with evidence. Over questions with evidence.",
        step="search",
    ),
    Metric(
        name="right",
        title="Right answers",
        definition="The outcome is the one wanted and, unless that is to withhold, every fact is "
        f"stated, evidence is cited, and the answer has {AT_MOST}. Over all questions.",
        step="answer",
        interval="wilson",
    ),
    Metric(
        name="right_answerable",
        title="Right where answerable",
        definition="Right answers, over the questions that the library answers, wholly or partly.",
        step="answer",
        interval="wilson",
    ),
    Metric(
        name="fact_recall",
        title="Fact recall",
        definition="Of a question's facts, the share that the answer's statements state in one of "
        "the accepted forms; a withheld answer states none. Over questions with facts.",
        step="answer",
    ),
    Metric(
        name="first",
        title="First quote",
        definition="The first citation overlaps evidence; not where the answer is withheld. Over "
        "questions with evidence.",
        step="evidence",
        interval="wilson",
    ),
    Metric(
        name="citation_precision",
        title="Citation precision",
        definition="Of an answer's citations, the share that overlap evidence (at least half of "
        "the shorter of the two). Over answers with citations to answerable questions.",
        step="evidence",
    ),
    Metric(
        name="citation_recall",
        title="Citation recall",
        definition="Of the evidence of the best-covered way to answer, the share that citations "
        "overlap; none where the answer is withheld. Over questions with evidence.",
        step="evidence",
    ),
    Metric(
        name="evidence_cited",
        title="Evidence cited",
        definition="At least one citation overlaps evidence. Over questions with evidence.",
        step="evidence",
        interval="wilson",
    ),
    Metric(
        name="statements_supported",
        title="Statements supported",
        definition="Of all statements, those that the grounding gate, asked again, lets stand on "
        "the quotes they name.",
        step="gate",
        interval="wilson",
    ),
    Metric(
        name="quotes_exact",
        title="Quotes exact",
        definition="Of all citations, those whose quote is the source's text at its offsets, to "
        "the letter.",
        step="gate",
        interval="wilson",
    ),
    Metric(
        name="markers_resolved",
        title="Markers resolved",
        definition="Of all markers and citations, the markers that have their citation.",
        step="gate",
        interval="wilson",
    ),
    Metric(
        name="nothing_unstated",
        title="Nothing unstated",
        definition="The text shown is the statements with their markers and not a word besides. "
        "Over answers with statements.",
        step="gate",
        interval="wilson",
    ),
    Metric(
        name="fell_back",
        title="Fell back",
        definition="The extractive answer took the place of a language model's, of whose reply "
        "nothing stood or came. Over answers that a model was asked for.",
        step="gate",
        interval="wilson",
        better="lower",
    ),
    Metric(
        name="outcome_right",
        title="Outcome right",
        definition="Answered, partial, withheld or a reply, as wanted. Over all questions.",
        step="answer",
        interval="wilson",
    ),
    Metric(
        name="given_when_answerable",
        title="Answered when answerable",
        definition="An answer is given, whole or partial. Over questions that the library answers, "
        "wholly or partly.",
        step="answer",
        interval="wilson",
    ),
    Metric(
        name="withheld_when_not",
        title="Withheld when unanswerable",
        definition="The answer is withheld. Over questions that the library does not answer.",
        step="answer",
        interval="wilson",
    ),
    Metric(
        name="partial_when_partial",
        title="Partial when partial",
        definition="The answer is partial. Over questions that the library answers in part.",
        step="answer",
        interval="wilson",
    ),
    Metric(
        name="abstention_auroc",
        title="Abstention AUROC",
        definition="How likely an answerable question has a higher confidence than an "
        "unanswerable one, ties counting half. Over all questions; needs some of both.",
        step="answer",
    ),
    Metric(
        name="calibration_error",
        title="Calibration error",
        definition="Expected gap between the confidence of the answers given and the share of them "
        f"that cite evidence, in {BINS} bins of equal width. Over answers given.",
        step="answer",
        better="lower",
    ),
    Metric(
        name="concise",
        title="Short enough",
        definition=f"The answer has {AT_MOST}. Over answers given.",
        step="answer",
        interval="wilson",
    ),
    Metric(
        name="kind_told",
        title="Kind told",
        definition="The turn was taken for the kind that its tag `turn` names. Over questions "
        "with such a tag, but those that want the last answer again: these are answered as the "
        "kind of the question before.",
        step="answer",
        interval="wilson",
    ),
    Metric(
        name="words",
        title="Words",
        definition="The statements' words, without markers. Over answers given.",
        step="answer",
        better="neither",
        unit="words",
    ),
    Metric(
        name="completed",
        title="Completed",
        definition="Asking ended without an error. Over all questions.",
        step="answer",
        interval="wilson",
    ),
)
METRICS = {metric.name: metric for metric in _METRICS}
OVER_ALL = ("abstention_auroc", "calibration_error")  # not a sum over questions
