"""How the minutes of a session are shared out: whole minutes that add up."""

from collections.abc import Sequence

from assistant.errors import BadPackRequest

EDGE = 0.1  # of the whole: the warm-up, and the closing
LEAST = 2  # minutes a prompt; below, nobody has finished reading
_WEIGHTS = {
    "experience": 1.0,
    "interpretation": 0.9,
    "dilemma": 1.2,
    "tension": 1.2,
    "application": 1.2,
    "evaluation": 1.0,
    "commitment": 0.8,
}


def share_out(minutes: int, kinds: Sequence[str]) -> tuple[int, list[int], int]:
    """Minutes for the warm-up, each prompt and the closing; their sum is `minutes`.

    Raises BadPackRequest where there are not enough for this many prompts.
    """
    room = (minutes - LEAST * len(kinds)) // 2
    edge = max(1, min(10, round(minutes * EDGE), room))
    left = minutes - 2 * edge
    if left < LEAST * len(kinds):
        most = max((minutes - 2) // LEAST, 0)
        cure = f"at most {most}, or" if most else "fewer prompts and"
        raise BadPackRequest(
            f"{len(kinds)} prompts do not fit into {minutes} minutes: each needs {LEAST}, and "
            f"the warm-up and the closing take {edge} each. Ask for {cure} more minutes."
        )
    weights = [_WEIGHTS[kind] for kind in kinds]
    exact = [LEAST + (left - LEAST * len(kinds)) * w / sum(weights) for w in weights]
    shares = [int(share) for share in exact]
    order = sorted(range(len(kinds)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[: left - sum(shares)]:
        shares[i] += 1
    return edge, shares, edge
