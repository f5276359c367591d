"""Whether a text states a fact: one of its accepted forms stands in it."""

import re
import unicodedata
from collections.abc import Sequence

INFLECTED = 4  # a last word of this many letters may go on: "relationship" in "relationships"

_SAME = str.maketrans(
    dict.fromkeys("‘’‚‛′`´", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)


def plain(text: str) -> str:
    """The text for comparing: case, white space, typographic quotes and dashes made alike."""
    text = unicodedata.normalize("NFKC", text).translate(_SAME).casefold()
    return " ".join(text.split())


def states(text: str, fact: Sequence[str]) -> bool:
    """Whether any form of the fact stands in the text.

    A form begins where a word begins, and ends where one ends, save that a longer last word may
    be inflected: "5" is not in "50", "relationship" is in "relationships".
    """
    body = plain(text)
    return any(_pattern(form).search(body) for form in fact if plain(form))


def _pattern(form: str) -> re.Pattern[str]:
    wanted = plain(form)
    before = r"(?<!\w)" if wanted[0].isalnum() else ""
    after = ""
    if wanted[-1].isdigit():
        after = r"(?!\w|[.,]\d)"
    elif wanted[-1].isalpha() and len(re.split(r"\W", wanted)[-1]) < INFLECTED:
        after = r"(?!\w)"
    return re.compile(before + re.escape(wanted) + after)
