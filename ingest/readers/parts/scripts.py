"""Raised and lowered characters as plain text shows them: 10⁶, m², CO₂, 45ᵃ.

Written on the line they would say something else: "106", "m2", "1,2003" for 1,200 with a note mark.
Search folds them (NFKD), so that "CO2" finds CO₂.
"""

import re
import unicodedata

MOST, MOST_LETTERS = 12, 4  # what is longer is a phrase that happens to be set smaller
_ORDINALS = frozenset("st nd rd th e er re ère ème eme de ste ter º ª o".split())
_NO_FORM = re.compile(r"[\s,.;:*†‡§¶'’\"\[\]/|–—™®©°]|[^\W\d_a-zA-ZÀ-ɏͰ-Ͽ]")
_NAMES = ("SUPERSCRIPT", "SUBSCRIPT", "MODIFIER", "LATIN SUBSCRIPT", "GREEK SUBSCRIPT")


def _forms(compatibility: str) -> dict[int, str]:
    """Plain character → its raised (or lowered) form, as Unicode's own data pair them."""
    found: dict[int, str] = {}
    for code in range(0xA0, 0x3000):
        kind, _, plain = unicodedata.decomposition(chr(code)).partition(" ")
        single = kind == compatibility and plain and " " not in plain
        if single and unicodedata.name(chr(code), "").startswith(_NAMES):
            found.setdefault(int(plain, 16), chr(code))
    return found


_RAISED = _forms("<super>") | {ord("-"): "⁻", ord("−"): "⁻"}
_LOWERED = _forms("<sub>") | {ord("-"): "₋", ord("−"): "₋"}


def raised(text: str, before: str = "") -> str:
    """Raised text; `before` is what stands on the line in front of it. The letters of an ordinal
    ("1st") stay as they are, and what has no raised form is marked: "2^(x/y)"."""
    inner = text.strip()
    if not inner or len(inner) > MOST or _no_letters(inner):
        return text
    if sum(c.isalpha() for c in inner) > MOST_LETTERS:
        return text
    if inner.casefold() in _ORDINALS and len(inner) > 1 and before[-1:].isdigit():
        return text
    if inner.upper() in ("TM", "SM") and before[-1:].isalpha():
        return text.replace(inner, "™" if inner.upper() == "TM" else "℠")
    return text.replace(inner, _translated(inner, _RAISED) or _marked("^", inner, before))


def lowered(text: str, before: str = "") -> str:
    """Lowered text. Words stay as they are: "Vmax" loses nothing by standing on the line."""
    inner = text.strip()
    if not inner or len(inner) > MOST or _no_letters(inner):
        return text
    if form := _translated(inner, _LOWERED):
        return text.replace(inner, form) if len(inner) <= 2 or not inner.isalpha() else text
    return text if inner.isalpha() else text.replace(inner, _marked("_", inner, before))


def _no_letters(text: str) -> bool:
    return not any(c.isalnum() or c in "+-−=()" for c in text)


def _translated(text: str, forms: dict[int, str]) -> str:
    """The text in raised or lowered characters; empty where one that matters has no such form."""
    if text.startswith("[") and text.endswith("]"):
        return text  # "[3]", a note mark as it stands
    if "/" in text or re.search(r"\d\.\d", text):
        return ""
    if all(ord(c) in forms or _NO_FORM.fullmatch(c) for c in text):
        return text.translate(forms)
    return ""


def _marked(sign: str, text: str, before: str) -> str:
    if not before.strip():  # begins a line: nothing that it could be taken for a part of
        return text
    return f"{sign}({text})" if len(text) > 1 else sign + text
