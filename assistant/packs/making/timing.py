"""How the minutes of a session are shared out: whole minutes that add up."""

from collections.abc import Sequence

from assistant.errors import BadPackRequest

EACH = 10  # minutes that a prompt takes: read, talk, hear from the others
LEAST = 5  # below, nobody has finished talking
FEWEST, MOST = 2, 5  # prompts of a session whose maker names no number
EDGE = 0.1  # of the whole: the warm-up, and the closing


def prompts_for(minutes: int, asked: int | None) -> int:
    """How many prompts there are to be in so many minutes: those asked for, as far as each has
    about EACH. Raises BadPackRequest where there is no time for one, or for half of those."""
    if minutes < LEAST + 2:
        raise BadPackRequest(
            f"a pack does not fit into {minutes} minutes: a prompt takes about "
            f"{EACH}, and a warm-up and a closing belong to it. Ask for {EACH} minutes or more."
        )
    if asked and asked > max(1, minutes // LEAST):
        raise BadPackRequest(
            f"{asked} prompts do not fit into {minutes} minutes: each takes about {EACH}. Ask for "
            f"at most {max(1, minutes // EACH)}, or more minutes."
        )
    room = max(1, minutes // EACH)
    return min(asked, room) if asked else max(min(FEWEST, room), min(MOST, (minutes - 8) // EACH))


def share_out(minutes: int, prompts: int) -> tuple[int, list[int], int]:
    """Minutes for the warm-up, each prompt and the closing; their sum is `minutes`."""
    edge = max(1, min(10, round(minutes * EDGE)))
    left = minutes - 2 * edge
    return edge, parts(left, [1] * prompts), edge


def parts(minutes: int, weights: Sequence[int]) -> list[int]:
    """Whole minutes by weight, which add up; the largest remainders are rounded up."""
    exact = [minutes * weight / sum(weights) for weight in weights]
    shares = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[: minutes - sum(shares)]:
        shares[i] += 1
    return shares
