"""What a person's turn asks for: the question made to stand alone, what kind of thing it wants,
whom and which sources it names.

`followup.py` puts the turns before back into a question; `question.py`, `answer_type.py` and
`asked.py` say what it wants and which words matter; `naming.py`, `sides.py`, `agents.py` and
`speakers.py` whom and what it names.
"""

from assistant.turn.asked import Asked, ask_about
from assistant.turn.followup import query_of, standalone
from assistant.turn.question import Wording, plainly, wording

__all__ = ["Asked", "Wording", "ask_about", "plainly", "query_of", "standalone", "wording"]
