"""What can go wrong with a language model. An answer outlives all of these: it falls back.

AssistantError
└── ModelError
    ├── ModelUnreachable   nobody answers at the address, or the model cannot be started
    ├── ModelRefused       the service does not let us in, or does not know the model
    ├── ModelBusy          the service asks to come back later than there is time
    ├── ModelFailed        the service failed, or what it says is no reply
    ├── ModelTimeout       the reply did not come within the time limit
    ├── ReplyCut           the reply ended in the middle
    ├── PromptTooLong      the prompt does not fit the model's window
    └── FormRefused        the service does not take the form that was asked of the reply
"""

from assistant.errors import AssistantError


class ModelError(AssistantError):
    """A language model did not give what was asked of it. `wait` is after how many seconds it may
    be asked again; None where that would not help."""

    def __init__(self, said: str, *, wait: float | None = None):
        super().__init__(said)
        self.wait = wait


class ModelUnreachable(ModelError):
    """Nobody answers at the address, or the model cannot be started."""


class ModelRefused(ModelError):
    """The service does not let us in, or does not know what we ask for."""


class ModelBusy(ModelError):
    """The service asks to come back later than the time limit allows."""


class ModelFailed(ModelError):
    """The service failed, or what it says is no reply."""


class ModelTimeout(ModelError):
    """The reply did not come within the time limit."""


class ReplyCut(ModelError):
    """The reply ended in the middle; what came before it may be whole."""


class PromptTooLong(ModelError):
    """The prompt does not fit the model's window."""


class FormRefused(ModelError):
    """The service does not take the form (a JSON schema) that was asked of the reply, or a
    `parameter` that it was told."""

    def __init__(self, said: str, *, parameter: str | None = None):
        super().__init__(said)
        self.parameter = parameter
