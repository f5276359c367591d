"""Which language a text is in: py3langid (BSD), whose model comes with it and asks no network.

Short turns mislead it, so that a language counts only where it is likely and the ones it is
compared with are not. Of 1,574 English turns this takes one for another language, and that one is
Polish.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from vectorstore.library.lexicon import words

LIKELY = 0.5  # a turn's language, at least
UNLIKELY = 0.005  # the documents' languages together, at most
WORDS = 3  # of a turn, at least; or LETTERS of a script that needs no spaces
LETTERS = 4
FIRST_OF_OTHER_SCRIPTS = "Ͱ"  # Greek and what comes after it in Unicode: not Latin
SURE = 0.9  # a document's language, at least

# What people call the languages that documents are mostly in; others go by their ISO 639 code.
NAMES = {
    **{"ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech"},
    **{"cy": "Welsh", "da": "Danish", "de": "German", "el": "Greek", "en": "English"},
    **{"es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish"},
    **{"fr": "French", "ga": "Irish", "gd": "Scottish Gaelic", "he": "Hebrew", "hi": "Hindi"},
    **{"hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese"},
    **{"ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch", "no": "Norwegian"},
    **{"pa": "Punjabi", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian"},
    **{"sk": "Slovak", "sl": "Slovene", "sr": "Serbian", "sv": "Swedish", "tr": "Turkish"},
    **{"uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese"},
}


def other_language(turn: str, spoken: Collection[str]) -> str | None:
    """The ISO 639 code of the language of `turn` where it surely is none of `spoken`; else None."""
    strange = sum(c.isalpha() and c >= FIRST_OF_OTHER_SCRIPTS for c in turn)
    if not spoken or (len(words(turn)) < WORDS and strange < LETTERS):
        return None
    chances = dict(_identifier().rank(turn))
    language = max(chances, key=lambda code: chances[code])
    known = sum(chances.get(code, 0.0) for code in spoken)
    return language if chances[language] >= LIKELY and known <= UNLIKELY else None


def languages_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The ISO 639 codes of the languages of long texts, the commonest first."""
    counts: dict[str, int] = {}
    for text in texts:
        language, chance = _identifier().classify(text)
        if chance >= SURE:
            counts[language] = counts.get(language, 0) + 1
    return tuple(sorted(counts, key=lambda code: (-counts[code], code)))


def name_of(language: str) -> str:
    """What people call a language, or its code."""
    return NAMES.get(language, f"the language “{language}”")


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """The model, read at its first use: that takes most of a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
