"""Who is speaking in a slice of a source: by name and a verb of saying, and only where both are
there. Nobody is ever made the speaker of words that the source does not give to them."""

import re
from dataclasses import dataclass

_TITLE = r"(?:(?:Dr|Sir|Dame|Lord|Lady|Professor|Prof|Mr|Mrs|Ms)\.? )"
_PART = r"[A-Z][a-z’'-]*[a-z](?:[A-Z][a-z]+)?"
_FULL = rf"{_TITLE}?{_PART}(?: [A-Z]\.)?(?: {_PART}){{1,2}}"
_SAYS = (
    r"(?:says?|said|thinks?|thought|believes?|believed|argues?|argued|adds?|added|notes?|noted|"
    r"warns?|warned|explains?|explained|claims?|claimed|accepts?|accepted|insists?|insisted|"
    r"suggests?|suggested|concludes?|concluded|admits?|admitted|conced\w+|observes?|observed|"
    r"describes?|described|stress(?:es|ed)|urges?|urged|hopes?|hoped|replie[sd]|agrees?|agreed|"
    r"regards?|recommends?|recommended|calls? for|called for|calls|advises?|advised|cautions?|"
    r"emphasises?|points? out|wants?|finds?|found|cites?|cited|expects?|tells?|told|"
    r"likens?|puts?|values?|acknowledges?|asks? for|asked for|praises?|sees?|places?|knows?|"
    r"reports?|writes?|wrote|makes? the point|treats?|treated|compares?|allow|allows|concede|"
    r"point to|names|give|gives|highlights?|has outlined|outlines?|endorses?)"
)
_ADVERB = r"(?:(?:also|therefore|then|now|still|often|always|himself|herself|both|simply) )?"
_ASIDE = (  # between a name and its verb: who that is
    r"(?:,? ?\([^()]{1,60}\))?"
    r"(?:,(?:[^.;:“”\"()]|\([^()]{1,120}\)){2,200}?,?|,"
    r"| of [^.;:“”\",]{2,90}?,?| at [^.;:“”\",]{2,90}?,?)?"
)
_PERSON = (
    re.compile(rf"({_FULL}){_ASIDE} {_ADVERB}{_SAYS}\b"),
    re.compile(rf"\b(?:says?|said|with|by|like|from) ({_FULL})\b"),
    re.compile(
        rf"({_FULL})(?:,| is| was|, who is) (?:an? |the |NHS \w+[’']s )?(?:\w+ ){{0,2}}"
        r"(?:chief|chair|co-chair|director|manager|president|professor|author|officer|leader|head|"
        r"accountable|managing|GP)\b"
    ),
    re.compile(rf"({_TITLE}{_PART}(?: {_PART}){{1,2}})"),
)
_NO_PERSON = frozenset(
    """nhs ccg ccgs clinical commissioning commissioners health care council trust england board
    academy group groups forward view fund review report service services public national north
    south east west the this one clinicians managers top good many most some our university college
    department government leadership royal hunter healthcare policy unit five year better great
    british united kingdom london local when while after before although however despite as in on
    for if at of and state street county city party digital office team""".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The people whom a source names in full: surname → full name, with a title if it has one."""

    by_surname: dict[str, str]


def people_of(text: str, author: str | None = None) -> People:
    """Everybody whom `text` names in full where one speaks, holds an office or has a title."""
    found: dict[str, str] = {}
    # A heading is no part of a name that the next paragraph begins with.
    flat = "\n".join(" ".join(block.split()) for block in re.split(r"\n\s*\n", text))
    names = [match.group(1) for form in _PERSON for match in form.finditer(flat)]
    names += re.split(r" and |, ", re.sub(r"^after ", "", author or ""))
    for name in names:
        parts = re.sub(rf"^{_TITLE}", "", name).split()
        if len(parts) < 2 or any(p.lower().strip("’'") in _NO_PERSON for p in parts):
            continue
        if not all(re.fullmatch(rf"{_PART}|[A-Z]\.", part) for part in parts):
            continue
        known = found.get(parts[-1])
        if known is None or (re.match(_TITLE, name) and not re.match(_TITLE, known)):
            found[parts[-1]] = name
    return People(by_surname=found)


def speaker_of(text: str, start: int, end: int, people: People) -> str | None:
    """The full name of whoever speaks in `text[start:end]`, or None.

    The slice itself is asked first. Only direct speech without a name in it takes its speaker
    from around it: from the same paragraph, or for "she says" from the person named last.
    """
    if not people.by_surname:
        return None
    own = _named_in(text[start:end], people)
    if own is not None:
        return own
    paragraph = text.rfind("\n\n", 0, start) + 1
    closing = text.find("\n\n", end)
    after = text[end : min(closing if closing >= 0 else len(text), end + 300)]
    if _THEY_SAY.search(text[start:end] + after[:20]):
        return None
    if re.match(r"[\"”’']", after) is None and not _in_speech(text, paragraph, start, end):
        return None
    following = re.match(
        rf"[\"”’']?,? ?(?:says?|said|adds?|added) {_TITLE}?(?:{_PART} )?({_PART})", after
    )
    if following:
        return people.by_surname.get(following.group(1))
    return _last_named(text[max(0, start - _LOOK_BACK) : start], people)


def is_speech(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is direct speech from end to end: it stands within one pair of
    quotation marks."""
    paragraph = max(text.rfind("\n\n", 0, start), 0)
    before, own = text[paragraph:start], text[start:end]
    inner = own.strip('“”"')
    opened = own[:1] in ("“", '"') or (
        before.count("“") > before.count("”") or before.count('"') % 2 == 1
    )
    after = text[end : end + 400].partition("\n\n")[0]
    closes = own[-1:] in ("”", '"') or re.match(r"[^“]*?[”\"]", after) is not None
    return opened and closes and not set(inner) & set('“”"')


def named_in(text: str, people: People) -> int:
    """How many of the people are named in `text`."""
    return sum(re.search(rf"\b{re.escape(s)}\b", text) is not None for s in people.by_surname)


def _in_speech(text: str, paragraph: int, start: int, end: int) -> bool:
    """Whether the slice stands within quotation marks, or holds some and a pronoun that speaks."""
    before, own = text[paragraph:start], text[start:end]
    open_ = before.count("“") > before.count("”") or before.count('"') % 2 == 1
    return open_ or re.match(r"[\"“]", own) is not None or bool(_SHE_SAYS.search(own))


_THEY_SAY = re.compile(r"\bthey (?:say|said|add|argue|write)\b")
_LOOK_BACK = 2_500
_NAMELESS = re.compile(
    r"\b(?:one|an?|another|some|many|several|most) (?:\w+ ){0,2}(?:managers?|participants?|"
    r"leaders?|"
    r"chairs?|directors?|clinicians?|GPs?|persons?|people|authors?|users?|reports?) (?:\w+ ){0,4}"
    r"(?:says?|said|describes?|recall\w*|felt|told|commented|notes?|noted|concludes?)\b"
    r"|\b(?:the|this) report (?:says|concludes|found)\b|\bparticipant commented\b",
    re.IGNORECASE,
)
_SHE_SAYS = re.compile(rf"\b(?:[Hh]e|[Ss]he) {_ADVERB}{_SAYS}\b")


def _named_in(slice_: str, people: People) -> str | None:
    """The person to whom the slice gives its words."""
    flat = re.sub(r"\s+", " ", slice_)
    surnames = "|".join(sorted(map(re.escape, people.by_surname), key=lambda s: (-len(s), s)))
    name = rf"(?:{_TITLE}|{_PART} )*({surnames})"
    both = re.search(rf"\b({surnames}) and ({surnames}) {_ADVERB}{_SAYS}\b", flat)
    if both:
        return " and ".join(people.by_surname[both.group(i)] for i in (1, 2))
    forms = (
        rf"\b{name}{_ASIDE} {_ADVERB}{_SAYS}\b",
        rf"\b(?:says?|said|adds?|added) {name}\b",
        rf"\b(?:According to|For|In) {name}(?:[’']s? (?:view|account|comparison|words|opinion))?,",
        rf"\b{name}[’']s? (?:\w+ )?(?:argument|view|point|advice|answer|warning) is\b",
        rf",? as {name} (?:sees|puts)\b",
    )
    found = [match for form in forms if (match := re.search(form, flat))]
    if found:
        return people.by_surname[min(found, key=lambda m: m.start()).group(1)]
    she = _SHE_SAYS.search(flat)
    return _last_named(flat[: she.start()], people) if she else None


def _last_named(text: str, people: People) -> str | None:
    """The person named last in `text`; nobody where someone without a name comes after them."""
    last, name = -1, None
    for surname, full in people.by_surname.items():
        for match in re.finditer(rf"\b{re.escape(surname)}\b", text):
            if match.start() > last:
                last, name = match.start(), full
    nameless = [match.start() for match in _NAMELESS.finditer(text)]
    return None if nameless and nameless[-1] > last else name
