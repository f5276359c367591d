"""The engine: a question in, an answer out.

`engine.py` holds the steps together; `parts.py` finds the quotes for each part of a question, and
withholds them below the threshold; `composing.py` makes one answer of them, with its outcome.
"""

from assistant.answering.engine import Engine, check_question, open_engine

__all__ = ["Engine", "check_question", "open_engine"]
