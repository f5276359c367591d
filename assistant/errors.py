"""What can go wrong with a question, or with an answer that was saved.

SoundingsError
└── AssistantError
    ├── BadQuestion        the question is empty or far too long (wrong usage)
    ├── EngineUnavailable  the engine asked for is not configured
    ├── ReaderUnavailable  the reader that the settings name is not there
    └── BadAnswers         a file of saved answers cannot be read as one
"""

from vectorstore.errors import SoundingsError, UsageError


class AssistantError(SoundingsError):
    """Something about a question or its answer."""


class BadQuestion(AssistantError, UsageError):
    """The question is empty, too long, or not text."""


class EngineUnavailable(AssistantError):
    """The engine asked for is not configured."""


class ReaderUnavailable(AssistantError):
    """The reader that the settings name is not there, or is not what it should be."""


class BadAnswers(AssistantError):
    """A file of saved answers cannot be opened, or is not what `ask` writes."""
