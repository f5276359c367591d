"""The encoding of a web page, as browsers find it (encoding.spec.whatwg.org; HTML, 13.2.3)."""

import codecs
import re

import webencodings
from charset_normalizer import from_bytes

from ingest.errors import UnreadableFile

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_LOOKED_AT = 100_000  # a browser reads on until the head ends
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARED = re.compile(
    rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+)|"
    rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(rb"<html[^>]{0,400}?\blang\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_CODECS = {"gbk": "gb18030", "x-user-defined": "cp1252", "utf-16le": "utf-8", "utf-16be": "utf-8"}
_SINGLE = re.compile(r"windows-\d+|iso-8859-\w+|koi8|mac|x-mac|ibm")
# What a page in a language is taken for that names no encoding (HTML, 13.2.3.2, step 9).
_BY_LANGUAGE = {
    "ar": "windows-1256", "az": "windows-1254", "be": "windows-1251", "bg": "windows-1251",
    "cs": "windows-1250", "el": "iso-8859-7", "et": "windows-1257", "fa": "windows-1256",
    "he": "windows-1255", "hr": "windows-1250", "hu": "iso-8859-2", "ja": "shift_jis",
    "kk": "windows-1251", "ko": "euc-kr", "ku": "windows-1254", "ky": "windows-1251",
    "lt": "windows-1257", "lv": "windows-1257", "mk": "windows-1251", "pl": "iso-8859-2",
    "ru": "windows-1251", "sk": "windows-1250", "sl": "iso-8859-2", "sr": "windows-1251",
    "tg": "windows-1251", "th": "windows-874", "tr": "windows-1254", "uk": "windows-1251",
    "vi": "windows-1258", "zh-tw": "big5", "zh-hk": "big5", "zh": "gbk",
}  # fmt: skip
# Python's name → the web's, of what is guessed among.
_GUESSES = {
    "cp1251": "windows-1251", "koi8_r": "koi8-r", "cp1253": "windows-1253",
    "cp1255": "windows-1255", "cp1256": "windows-1256", "cp874": "windows-874",
    "cp932": "shift_jis", "euc_jp": "euc-jp", "gb18030": "gbk", "big5": "big5", "cp949": "euc-kr",
}  # fmt: skip
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
MOST_LOST = 0.01  # of the characters: with more it is another encoding


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a page, and what the report should say of how it was found ("" for nothing).

    By its byte order mark or its first letter, else as it declares, else as UTF-8; what is neither
    is guessed from its language or its bytes. Raises UnreadableFile.
    """
    for mark, codec in _MARKS.items():
        if content.startswith(mark):
            return _strictly(content, codec, codec), ""
    label = _declared(content)
    if label:
        found = webencodings.lookup(label)
        if found is None or found.name == "replacement":
            raise UnreadableFile(
                f"it declares the encoding '{label}', which is not read. Save it as UTF-8"
            )
        return _as_declared(content, found.name, found.codec_info.name), ""
    try:
        return content.decode(), ""
    except UnicodeDecodeError as exc:
        mixed = any(byte >= 0x80 for byte in content[: exc.start])
        if mixed or exc.reason == "unexpected end of data":
            return _strictly(content, "utf-8", "utf-8"), ""  # refused: mixed
    name = _guessed(content)
    return _as_declared(content, name, webencodings.lookup(name).codec_info.name), (
        f"it names no encoding and is not UTF-8; read as {name}"
    )


def _declared(content: bytes) -> str:
    """The encoding that the page names, outside comments."""
    head = _COMMENT.sub(b"", content[:_LOOKED_AT])
    found = _DECLARED.search(head)
    return (found.group(1) or found.group(2)).decode("ascii", "replace").lower() if found else ""


def _as_declared(content: bytes, name: str, codec: str) -> str:
    codec = _CODECS.get(name, codec)
    if codec == "utf-8":
        return _strictly(content, "utf-8", name)
    if _SINGLE.match(name):  # each byte has a meaning there
        return content.decode(codec, "soundings.byte")
    text = content.decode(codec, "replace")
    if text.count("\N{REPLACEMENT CHARACTER}") > MOST_LOST * len(text):
        return _strictly(content, codec, name)
    return text


def _strictly(content: bytes, codec: str, name: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as exc:
        where = (
            f" (byte 0x{content[exc.start]:02x} at position {exc.start})"
            if exc.start < len(content)
            else ""
        )
        raise UnreadableFile(
            f"it is not in {name} throughout, as it should be{where}: mixed encodings? "
            "Save it as UTF-8"
        ) from exc


def _guessed(content: bytes) -> str:
    found = _LANGUAGE.search(content[:_LOOKED_AT])
    language = found.group(1).decode("ascii", "replace").lower() if found else ""
    for tag in (language, language.split("-")[0]):
        if tag in _BY_LANGUAGE:
            return _BY_LANGUAGE[tag]
    if language:
        return "windows-1252"
    high = sum(byte >= 0x80 for byte in content)
    letters = sum(byte in _LETTERS for byte in content)
    if high * 4 > letters:  # a script of its own, not letters with accents here and there
        best = from_bytes(content, cp_isolation=list(_GUESSES)).best()
        if best is not None and best.encoding in _GUESSES:
            return _GUESSES[best.encoding]
    return "windows-1252"


def _byte(exc: UnicodeError) -> tuple[str, int]:
    """Bytes that a codec of Python does not know stand for themselves, as browsers have it."""
    if not isinstance(exc, UnicodeDecodeError):
        raise exc
    return exc.object[exc.start : exc.end].decode("latin-1"), exc.end


codecs.register_error("soundings.byte", _byte)
