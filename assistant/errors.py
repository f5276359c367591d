"""What can go wrong with a question, with what is kept of answers, or with a pack.

SoundingsError
└── AssistantError
    ├── BadQuestion        the question is empty or far too long (wrong usage)
    ├── BadPackRequest     more prompts are asked for than fit into the minutes (wrong usage)
    ├── TopicNotHeld       the library holds too little on a topic for a pack
    ├── PackGone           the pack that somebody works on is not kept any more
    ├── EngineUnavailable  the engine asked for is not configured
    ├── ReaderUnavailable  the reader that the settings name is not there
    ├── BadAnswers         a file of saved answers cannot be read as one
    ├── KeptUnavailable    conversations or feedback cannot be kept, or read again
    ├── NoConversation     a conversation is not there, or is somebody else's
    └── Stopped            the person has stopped the question, or is gone
"""

from vectorstore.errors import SoundingsError, UsageError


class AssistantError(SoundingsError):
    """Something about a question or its answer."""


class BadQuestion(AssistantError, UsageError):
    """The question is empty, too long, or not text."""


class EngineUnavailable(AssistantError):
    """The engine asked for is not configured."""

    status = 400


class ReaderUnavailable(AssistantError):
    """The reader that the settings name is not there, or is not what it should be."""


class BadAnswers(AssistantError):
    """A file of saved answers cannot be opened, or is not what `ask` writes."""


class KeptUnavailable(AssistantError):
    """The file of conversations and feedback cannot be opened, read or written."""


class NoConversation(AssistantError):
    """There is no such conversation: deleted, past its time, or somebody else's."""

    status = 404


class Stopped(AssistantError):
    """Nobody waits for the answer any longer."""

    status = 499  # the caller has closed the connection: nobody reads this


class BadPackRequest(AssistantError, UsageError):
    """The numbers asked for cannot be had: too many prompts for the minutes, or none."""


class TopicNotHeld(AssistantError):
    """The library holds too little on a topic for a pack. `nearest` are themes that it holds."""

    status = 404

    def __init__(self, message: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.nearest = nearest


class PackGone(AssistantError):
    """The pack that somebody works on is not kept any more, or is somebody else's."""

    status = 404
