"""What can go wrong with an evaluation.

SoundingsError
└── EvalError
    └── GoldError    gold questions cannot be read, or no longer fit the library
"""

from vectorstore.errors import SoundingsError


class EvalError(SoundingsError):
    """Something about an evaluation."""


class GoldError(EvalError):
    """Gold questions cannot be read, or no longer fit the library."""
