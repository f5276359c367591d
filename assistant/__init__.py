"""The query engine: follow-up → standalone question → hits → evidence → answer → gate.

`Engine.ask` gives an `Answer`, each sentence of which is a verbatim quote of a source or tied
to one. `query_engine` offers the same to LlamaIndex.
"""

from assistant.answering.engine import Engine, open_engine
from assistant.errors import AssistantError, BadAnswers, BadQuestion, EngineUnavailable
from assistant.keeping.verify import Standing, Verification, Verified, read_answers, verify
from assistant.models import Answer, Citation, Dropped, Outcome, Statement, Turn
from assistant.settings import AssistantSettings

__all__ = [
    "Answer",
    "AssistantError",
    "AssistantSettings",
    "BadAnswers",
    "BadQuestion",
    "Citation",
    "Dropped",
    "Engine",
    "EngineUnavailable",
    "Outcome",
    "Standing",
    "Statement",
    "Turn",
    "Verification",
    "Verified",
    "open_engine",
    "read_answers",
    "verify",
]
