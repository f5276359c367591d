"""What can go wrong with a prompt file.

Exception
└── PromptError   a file is malformed, or its placeholders and the values do not match

Not an expected failure: these files ship with the program, and a fault in one is a fault in it.
"""


class PromptError(Exception):
    """A prompt file is malformed, or its placeholders and the values given do not match."""
