"""Formulas on one line, as one would type them: "σ=M/W", "x²+√(b²−4ac)", "∑_(i=1)^n xᵢ".

Of Office Math (ECMA-376 part 1, 22.1) and MathML alike: both are trees of fractions, roots and
scripts under other names. LaTeX, which libraries make of them, is not what a leader reads.
"""

from collections.abc import Callable, Sequence
from typing import Any

from ingest.readers.parts.scripts import lowered, raised

Element = Any
_SKIPPED = frozenset(
    """annotation annotation-xml mphantom phant ctrlPr rPr fPr sSupPr sSubPr sSubSupPr radPr naryPr
    dPr funcPr mPr accPr barPr groupChrPr eqArrPr limLowPr limUppPr boxPr borderBoxPr sPrePr
    oMathParaPr none mprescripts maligngroup malignmark""".split()
)
_SIGNS = "+-−±=<>≤≥≈≠≡→·×⋅*/,;:|∈∉⊂∪∩ "


def linear(element: Element) -> str:
    """A formula's text; empty where it holds none."""
    return " ".join(_of(element).split())


def _name(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _of(element: Element) -> str:
    name = _name(element)
    if not name or name in _SKIPPED:
        return ""
    write = _WRITERS.get(name)
    if write is not None:
        return write(element)
    if name in ("t", "mi", "mn", "mo", "ms", "mtext"):
        text = "".join(element.itertext())
        spaced = name == "mtext" or (
            name == "mo" and text.strip() in ("=", "≤", "≥", "<", ">", "→")
        )
        return f" {text.strip()} " if spaced else text
    return "".join(map(_of, element))


def _part(element: Element, name: str) -> str:
    found = next((child for child in element if _name(child) == name), None)
    return "" if found is None else _of(found).strip()


def _parts(element: Element) -> list[str]:
    return [_of(child).strip() for child in element if _name(child) not in ("", *_SKIPPED)]


def _value(element: Element, path: Sequence[str], default: str) -> str:
    """An attribute `val` of Office Math's properties."""
    for name in path:
        element = next((child for child in element if _name(child) == name), None)
        if element is None:
            return default
    return next((str(v) for k, v in element.attrib.items() if k.rsplit("}", 1)[-1] == "val"), "")


def _wrapped(text: str) -> str:
    """In brackets where it would fall apart without."""
    inside = text[1:-1] if text[:1] == "(" and text[-1:] == ")" else None
    if inside is not None and inside.count("(") == inside.count(")") and "(" not in inside:
        return text
    return f"({text})" if len(text) > 1 and any(sign in text[1:] for sign in _SIGNS) else text


def _fraction(over: str, under: str) -> str:
    return f"{_wrapped(over)}/{_wrapped(under)}"


def _script(base: str, low: str, high: str) -> str:
    if base in _LARGE:
        return base + (f"_{_wrapped(low)}" if low else "") + (f"^{_wrapped(high)}" if high else "")
    whole = _wrapped(base) if base and not base.endswith((")", "]", "}", "|")) else base
    return whole + (_low(low) if low else "") + (raised(high, base or "x") if high else "")


def _low(text: str) -> str:
    small = lowered(text, "x")
    return f"_{_wrapped(text)}" if small == text else small


def _root(inside: str, degree: str) -> str:
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree)
    return f"{sign or raised(degree, 'x') + '√'}{_wrapped(inside)}"


def _nary(element: Element) -> str:
    sign = _value(element, ("naryPr", "chr"), "∫")
    return f"{_script(sign, _part(element, 'sub'), _part(element, 'sup'))} {_part(element, 'e')}"


def _fenced(element: Element) -> str:
    begin, end = (
        _value(element, ("dPr", name), d) for name, d in (("begChr", "("), ("endChr", ")"))
    )
    between = _value(element, ("dPr", "sepChr"), "|")
    return begin + between.join(_of(c).strip() for c in element if _name(c) == "e") + end


def _mfenced(element: Element) -> str:
    begin, end, between = (
        str(element.get(*each)) for each in (("open", "("), ("close", ")"), ("separators", ","))
    )
    return begin + (between[:1] or " ").join(_parts(element)) + end


def _rows(element: Element) -> str:
    return "[" + "; ".join(", ".join(_parts(row)) for row in element if _name(row) in _ROW) + "]"


def _accent(element: Element) -> str:
    accent = _value(element, ("accPr", "chr"), "\u0302")
    return _part(element, "e") + accent


def _two(write: Callable[[str, str], str]) -> Callable[[Element], str]:
    def of(element: Element) -> str:
        first, second, *_ = [*_parts(element), "", ""]
        return write(first, second)

    return of


def _three(element: Element) -> str:
    base, low, high, *_ = [*_parts(element), "", "", ""]
    return _script(base, low, high)


_ROW = ("mr", "mtr", "mlabeledtr")
_LARGE = ("∑", "∏", "∫", "∬", "∭", "∮", "⋃", "⋂", "⋁", "⋀", "lim", "max", "min", "sup", "inf")
_WRITERS: dict[str, Callable[[Element], str]] = {
    "f": lambda e: _fraction(_part(e, "num"), _part(e, "den")),
    "mfrac": _two(_fraction),
    "sSup": lambda e: _script(_part(e, "e"), "", _part(e, "sup")),
    "sSub": lambda e: _script(_part(e, "e"), _part(e, "sub"), ""),
    "sSubSup": lambda e: _script(_part(e, "e"), _part(e, "sub"), _part(e, "sup")),
    "sPre": lambda e: _script("", _part(e, "sub"), _part(e, "sup")) + _part(e, "e"),
    "msup": _two(lambda base, high: _script(base, "", high)),
    "msub": _two(lambda base, low: _script(base, low, "")),
    "msubsup": _three,
    "munderover": _three,
    "munder": _two(lambda base, low: _script(base, low, "")),
    "mover": _two(lambda base, high: base + high),
    "limLow": lambda e: _script(_part(e, "e"), _part(e, "lim"), ""),
    "limUpp": lambda e: _script(_part(e, "e"), "", _part(e, "lim")),
    "rad": lambda e: _root(_part(e, "e"), _part(e, "deg")),
    "msqrt": lambda e: _root("".join(_parts(e)), ""),
    "mroot": _two(_root),
    "nary": _nary,
    "d": _fenced,
    "mfenced": _mfenced,
    "func": lambda e: f"{_part(e, 'fName')} {_part(e, 'e')}",
    "acc": _accent,
    "m": _rows,
    "mtable": _rows,
    "mtd": lambda e: "".join(_parts(e)),
    "eqArr": lambda e: "; ".join(_parts(e)),
    "semantics": lambda e: next(iter(_parts(e)), ""),
}
