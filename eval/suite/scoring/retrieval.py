"""Search, measured on the passages that hold the evidence, by ir-measures (trec_eval's code)."""

from collections.abc import Sequence

from ir_measures import RR, Qrel, R, ScoredDoc, iter_calc, nDCG

from eval.gold.places import Target
from eval.suite.scoring.answered import Answered

DEPTH = 10
MEASURES = {
    "recall@1": R @ 1,
    "recall@3": R @ 3,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "mrr": RR,
    "ndcg@10": nDCG @ 10,
}


def search_scores(targets: Sequence[Target], answers: Sequence[Answered]) -> list[dict[str, float]]:
    """For each question, metric → value in [0, 1]; empty where it has no evidence to find.

    Each way to answer is a topic of its own; the best of a question's ways counts.
    """
    judged, ranked = [], []
    for i, (target, answer) in enumerate(zip(targets, answers, strict=True)):
        for j, passages in enumerate(target.passages):
            topic = f"{i}:{j}"
            judged += [Qrel(topic, passage, 1) for passage in sorted(passages)]
            ranked += [ScoredDoc(topic, hit.passage, -hit.rank) for hit in answer.search[:DEPTH]]
    found: list[dict[str, float]] = [
        dict.fromkeys(MEASURES, 0.0) if target.passages else {} for target in targets
    ]
    names = {measure: name for name, measure in MEASURES.items()}
    if judged:
        for line in iter_calc(list(MEASURES.values()), judged, ranked):
            values = found[int(line.query_id.split(":")[0])]
            name = names[line.measure]
            values[name] = max(values[name], float(line.value))
    return found
