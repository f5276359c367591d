"""The engine: a turn in, an answer out.

`engine.py` holds the steps together and `by_kind.py` chooses by the kind of turn: `point.py`,
`listing.py`, `overview.py` (with `scope.py` and `tellings.py`), `comparison.py`, `claim.py` and
`reply.py`. `parts.py` searches and reads for a question or a part of one; `composing.py` makes one
answer of what was chosen, with its outcome.
"""

from assistant.answering.engine import Engine, check_question, open_engine

__all__ = ["Engine", "check_question", "open_engine"]
