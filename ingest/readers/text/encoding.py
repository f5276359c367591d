"""Which encoding a text is in: what its mark says, else UTF-8, else the only one it reads in.

A wrong guess would put letters into quotes that the file does not hold. So where the bytes are not
UTF-8 the old encodings are tried, and one is taken only where none of the others could be meant.
"""

import codecs
import re
from collections.abc import Iterator
from unicodedata import category

from ingest.errors import UnreadableFile
from ingest.readers.text.language import language_of

# The four-byte mark that begins with the two-byte one comes first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_OLD = ("windows-1252", "iso-8859-15", "macintosh", "windows-1250")
_CENTRAL = frozenset({"cs", "hr", "hu", "pl", "ro", "sk", "sl"})  # languages of windows-1250
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WORD = re.compile(r"[^\W\d_]+")
_OPENS, _CLOSES, _JOINS = "“‘„‚«‹€£¥§¿¡•·©±×°–—", "”’»›…™®°©–—€£ºª²³", "’·–—"
_SYMBOL = re.compile(f"[{_OPENS}{_CLOSES}{_JOINS}½¼¾\xa0]")
_SIGN = re.compile(r"[^\x00-\x7f\w]")
_SHOWN = 24  # characters of a sample
JUDGED = 2_000_000  # characters: a file is judged by its first ones


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file, newlines normalized to `\\n` and nothing else changed, and what the
    report should say of it. Raises UnreadableFile."""
    text, notes = _decoded(content)
    if not text.strip():  # also where a mark of its encoding is all that it holds
        raise UnreadableFile("the file is empty")
    if is_binary(text):
        raise UnreadableFile("the file is binary, not text (it is full of control characters)")
    return with_plain_newlines(text), notes


def is_binary(text: str) -> bool:
    """Whether a text holds NUL, or more than a sprinkling of control characters."""
    return "\x00" in text or len(_CONTROL.findall(text)) > len(text) // 100


def with_plain_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _marked(content, name), ()
    if b"\x00" in content:
        for name in _WIDE:
            text = _as(content, name)
            if text is not None and _is_wide(content, name) and _is_all_text(text):
                return text, (f"it was read as {_shown(name)}, which it does not say itself",)
        raise UnreadableFile("the file is binary, not text (it holds NUL bytes)")
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError as exc:
        where = f"byte 0x{content[exc.start]:02x} at position {exc.start} is not UTF-8"
        return _in_old(content, exc.start, where)


def _marked(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as exc:
        what = name.removesuffix("-sig").upper()
        raise UnreadableFile(
            f"its mark says {what}, and from position {exc.start} on it is not: damaged or cut "
            "off. Take a whole copy of it, or save it as UTF-8 where it was made"
        ) from exc


def _as(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        return None


def _is_wide(content: bytes, name: str) -> bool:
    """Whether the zero bytes stand where this encoding has them: at the high end of its units."""
    size = 4 if "32" in name else 2
    high = size - 1 if name.endswith("le") else 0
    return content[high::size].count(0) > 0.9 * content.count(0) / (size - 1)


def _is_all_text(text: str) -> bool:
    """Whether there is nothing in it that nobody writes; said of what has no mark."""
    return not any(
        category(c) in ("Cn", "Co") or (category(c) == "Cc" and not c.isspace()) for c in set(text)
    )


def _shown(name: str) -> str:
    return {"windows-1252": "Windows-1252", "windows-1250": "Windows-1250"}.get(name, name.upper())


def _in_old(content: bytes, at: int, where: str) -> tuple[str, tuple[str, ...]]:
    """The text in the one encoding of before Unicode that it can be in. Raises UnreadableFile."""
    plain = sum(byte in b"\t\n\r" or 0x20 <= byte < 0x7F for byte in content)
    if plain < 0.7 * len(content):
        raise UnreadableFile(f"the file is binary, or in an encoding not known here ({where})")
    read: dict[str, str] = {}  # text → the encoding, the first of those that read the same
    for name in _OLD:
        text = _as(content, name)
        if text is not None and text not in read and all(_is_plausible(text[:JUDGED])):
            read[text] = name
    foreign = {text: sum(len(w) for w in _WORD.findall(text) if not w.isascii()) for text in read}
    best = [text for text in read if foreign[text] == min(foreign.values())]
    if len(best) > 1:
        best = [text for text in best if _is_of_its_languages(text, read[text])] or best
    if len(best) == 1:
        name = _shown(read[best[0]])
        return best[0], (f"it was read as {name}, which it does not say itself ({where})",)
    if not best:
        raise UnreadableFile(
            f"{where}, nor is it any other encoding known here: damaged, or mixed encodings? "
            "Open it where it was made and save it as UTF-8"
        )
    samples = " or ".join(f"{_shown(read[text])} (“{_sample(text, at)}”)" for text in best)
    raise UnreadableFile(
        f"{where}; it may be {samples}. Look which is right, and save it as UTF-8: "
        f"iconv -f {read[best[0]].upper()} -t UTF-8 FILE > NEW-FILE"
    )


def _sample(text: str, at: int) -> str:
    """The word at a position, one byte being one character."""
    return text[text.rfind(" ", 0, at) + 1 :].split(None, 1)[0][:_SHOWN]


def _is_plausible(text: str) -> Iterator[bool]:
    """For each word and each sign that is not ASCII: whether people write it so.

    Capitals stand at the start of a word, or it has nothing else; at most two thirds of its letters
    have accents; signs open, close or join words.
    """
    for match in _WORD.finditer(text):
        word = match.group()
        if len(word) > 1 and not word.isascii():
            cased = word[1:].islower() or (word.isupper() and len(word) > 2)
            yield cased and sum(not c.isascii() for c in word) * 3 <= 2 * len(word)
    for match in _SIGN.finditer(text):
        sign, before = match.group(), text[match.start() - 1 : match.start()]
        after = text[match.end() : match.end() + 1]
        opens = not before.isalpha() and (sign in _OPENS or not after.isalpha())
        closes = not after.isalpha() and sign in _CLOSES
        yield _SYMBOL.match(sign) is not None and (opens or closes or sign in _JOINS)


def _is_of_its_languages(text: str, name: str) -> bool:
    """Whether a text is in a language that this encoding was made for."""
    return (language_of(text) in _CENTRAL) == (name == "windows-1250")
