"""What a person's turn asks for: its kind, how it is spelt and searched in its conversation, and
which of its words matter.

`kinds.py` tells what kind of turn it is, by the network that `telling.py` runs (`network.py`: any
small network that ships); `spelling.py` reads it with the words of the library;
`followup.py` lets the turns before lead it; `question.py` and `asked.py` take it apart;
`speakers.py` tells whose words a text is.
"""

from assistant.turn.asked import Asked, ask_about
from assistant.turn.followup import query_of, standalone
from assistant.turn.kinds import Kind, kind_of
from assistant.turn.question import Wording, wording
from assistant.turn.spelling import corrected

__all__ = [
    "Asked",
    "Kind",
    "Wording",
    "ask_about",
    "corrected",
    "kind_of",
    "query_of",
    "standalone",
    "wording",
]
