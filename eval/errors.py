"""What can go wrong with an evaluation.

SoundingsError
└── EvalError
    ├── GoldError        gold questions cannot be read, or no longer fit the library
    ├── RunError         a run folder cannot be read, written or compared
    └── GateError        a file of gates cannot be read, or names what does not exist
"""

from vectorstore.errors import SoundingsError


class EvalError(SoundingsError):
    """Something about an evaluation."""


class GoldError(EvalError):
    """Gold questions cannot be read, or no longer fit the library."""


class RunError(EvalError):
    """A run folder cannot be read, written or compared."""


class GateError(EvalError):
    """A file of gates cannot be read, or names what does not exist."""
