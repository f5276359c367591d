"""What a person's turn asks for: how it is searched in its conversation, what kind of thing it
wants, and of whom it asks.

`followup.py` lets the turns before lead a question; `question.py`, `answer_type.py` and `asked.py`
say what it wants and which words matter; `agents.py` and `speakers.py` of whom.
"""

from assistant.turn.asked import Asked, ask_about
from assistant.turn.followup import query_of, standalone
from assistant.turn.question import Wording, plainly, wording

__all__ = ["Asked", "Wording", "ask_about", "plainly", "query_of", "standalone", "wording"]
