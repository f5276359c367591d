"""Characters that nobody sees: a text can hide orders in them, or dodge a search by them.

The text of a source keeps whatever it holds, since offsets count in it. What is indexed, encoded
or shown passes through `visible` first.
"""

import re

# Soft hyphens, zero-width spaces and marks, bidirectional controls, interlinear and tag
# characters, variation selectors beyond the first sixteen, and rows of the first sixteen: a
# single one chooses a glyph, many carry a message.
_ALWAYS = (
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f\U000e0100-\U000e01ef]|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]"
)
# A joiner has its use between letters of scripts that join, and within an emoji.
_JOINED = (
    "\u0590-\u061b\u061d-\u180d\u180f-\u1fff\u2190-\u2bff\ufb1d-\ufdff\ufe0f\ufe70-\ufefc"
    "\U0001f000-\U0001faff"
)
_JOINERS = rf"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])"
_INVISIBLE = re.compile(f"{_ALWAYS}|{_JOINERS}")


def visible(text: str) -> str:
    """`text` without the characters that nobody sees."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def count_invisible(text: str) -> int:
    """How many characters `visible` takes away."""
    return 0 if text.isascii() else sum(1 for _ in _INVISIBLE.finditer(text))
