"""How an OpenDocument text numbers its lists and headings, and what fields of forms hold."""

from typing import Any

from ingest.readers.office.odt_text import name
from ingest.readers.parts.numbers import BULLETS, Level
from ingest.readers.tables import span

Element = Any
_FORMATS = {
    "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
}  # fmt: skip


def levels_of(style: Any) -> dict[int, Level]:
    """Level, from 0 on → how it is numbered."""
    found: dict[int, Level] = {}
    for each in style:
        told = each.get(name("text:level"), "") if isinstance(each.tag, str) else ""
        if not told.isdecimal():
            continue
        depth = int(told) - 1
        kind = _FORMATS.get(each.get(name("style:num-format"), ""), "bullet")
        shown = min(span(each.get(name("text:display-levels"))), depth + 1)
        numbers = [
            f"%{i + 1}" for i in range(depth + 1 - shown, depth + 1)
            if i == depth or (i in found and found[i].style not in BULLETS)
        ]  # fmt: skip
        before, after = (each.get(name(f"style:num-{n}"), "") for n in ("prefix", "suffix"))
        if not before and not after and shown == 1:
            after = "."  # a bare number would read as a part of the text
        start = each.get(name("text:start-value"), "1")
        found[depth] = Level(
            style=kind,
            form=f"{before}{'.'.join(numbers)}{after}",
            start=int(start) if start.isdecimal() else 1,
        )
    return found


def form_value(control: Element) -> str:
    """What a form's field holds: chosen, ticked or filled in."""
    label = control.get(name("form:label")) or ""
    if control.tag == name("form:checkbox"):
        checked = control.get(name("form:current-state")) == "checked"
        return f"{'☒' if checked else '☐'} {label}"
    if control.tag == name("form:radio"):
        return label if control.get(name("form:current-selected")) == "true" else ""
    options = [
        option.get(name("form:label")) or ""
        for option in control.iter(name("form:option"))
        if option.get(name("form:current-selected")) == "true"
    ]
    return ", ".join(options) or control.get(name("form:current-value")) or ""
