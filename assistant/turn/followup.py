"""Follow-ups without a model: a question that leans on the turns before, made to stand alone.

`standalone` is what people read and evidence is compared with; `query_of` is what is searched,
where the turns before count without being glued on, so that a change of topic does no harm.
"""

import re
from collections.abc import Sequence

from assistant.models import Turn
from assistant.turn.phrases import (
    AUX,
    PREPOSITION,
    WH,
    bare,
    holds_antecedent,
    is_plural,
    items_of,
    lowered,
    meant,
    people,
    raised,
    subject_of,
)
from vectorstore import Query
from vectorstore.library.lexicon import STOPWORDS, words

_LONGEST = 40  # words of a question before that are still said again
_QUOTED_WORDS = 30
_TURNS = 24  # how far back a question can lean
_REMARK = re.compile(
    r"(?:thanks?|thank you|ok|okay|yes|no|great|good|fine|right|really|hello|hi|sorry|please"
    r"|i see|are you sure|never mind)\b(?!.*\b(?:what|who|why|how|when|where|which)\b).*",
    re.IGNORECASE,
)
# Several sentences, or words that turn to something else: such a question stays as it is.
_APART = re.compile(
    r"[.?!] |^(?:by the way|speaking (?:of|about)|another (?:question|thing)|apart from that)\b",
    re.I,
)
_JOINER = re.compile(r"^(?:(?:and|or|but|also|so|then|ok|okay|well)\b[ ,]*)+", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how) about\b\s*", re.IGNORECASE)
_BARE = re.compile(
    rf"(?:(?:{PREPOSITION}|till) )?{WH}"
    r"(?: (?:not|so|come|else|exactly|ever|many|much|long|often|far|soon|for|ones?|then|year|month"
    r"|day|times|of (?:them|these|those)))*",
    re.IGNORECASE,
)
_WHEN_WHY = re.compile(
    r"(?:when|where|why|how|how (?:long|often|soon)|(?:since|until|till) when|(?:by|with|for|from)"
    r" (?:whom|who|where)|(?:in|on) (?:which|what) (?:year|month|day))(?: exactly)?",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:please )?(?:(?:can|could) you )?(?:(?:tell|give|show) me |say |explain )?(?:some )?more"
    r"(?: details?| information)?(?: (?:about|on) (?:it|that|this|them|him|her))?(?: please)?"
    r"|go on|continue|elaborate",
    re.IGNORECASE,
)
_ELSE = re.compile(r"(?:what|who|anything|anyone) else", re.IGNORECASE)
_WHO_SAID = re.compile(
    r"(?:who|which of them) (?:said|says|wrote|claims|claimed|thinks|argues|argued)"
    r" (?:that|this|so)",
    re.IGNORECASE,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "last")
_ORDINAL = re.compile(
    rf"\bthe ({'|'.join(_ORDINALS)})(?: one\b|(?=\??$)|(?= means?\b))", re.IGNORECASE
)
_OF_THESE = re.compile(
    r"\b(which|many|any|some|one|none|all|both|each|most|much) of (these|those|them)\b",
    re.IGNORECASE,
)
_YEAR = r"(?:[A-Z][a-z]+ )?(?:1[5-9]|20)\d\d"
_IN_YEAR = re.compile(rf"\b(?:in|by|since|before|after|until|during) {_YEAR}\b", re.IGNORECASE)
_ADDED = frozenset(
    "in on at for during since before after until from with by under between within".split()
)
_HE_SHE = re.compile(r"\b(he|she|him|her|his|hers)\b", re.IGNORECASE)
_IT_THEY = re.compile(r"\b(it|its|they|them|their|theirs)\b", re.IGNORECASE)
_EMPTY_IT = re.compile(
    r"\b(?:is|was) it (?:\w+ )?(?:\w+ )(?:that|to|for|if|when)\b|\btime is it\b"
    r"|\bit (?:take|mean|cost|feel)s? to\b|\bit(?: is|’s|'s) \w+ (?:that|to|for)\b",
    re.IGNORECASE,
)
_THIS_THAT = re.compile(
    rf"(?:\b{AUX} |\b{PREPOSITION} |\b[a-z]+ )(this|that|these|those)$"
    rf"|(?:^|^{WH} |^and ){AUX} (this|that|these|those)\b(?! there)",
    re.IGNORECASE,
)
_THIS_NOUN = re.compile(
    rf"(?:(?:^|(?<= ))(?:{AUX}|{WH}|{PREPOSITION}) |^)((?:this|that|these|those) ([a-z]+))\b"
    r"|\b(th[eo]se ([a-z]+))\b",
    re.IGNORECASE,
)
_AFTER_OBJECT = (
    rf"(?:{PREPOSITION}|and|or|when|if|that|so|now|today|then|first|again|because|there)\b"
)
_TAIL = re.compile(rf"(?:, and (?:what about [^,?]+|{_BARE.pattern})|\? Tell me more\.?)$", re.I)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leans on put back; the question itself where it leans on nothing,
    or where what it leans on is not sure.

    What is known takes the place of what points at it ("he", "it", "the second one", the year).
    Else the question before is said again and joined with "and", so that the reader sees what
    "it" may mean. Nothing is added that the turns do not hold.
    """
    question = " ".join(question.split())
    history = history[-_TURNS:]
    before = _question_before(history)
    if before is None or _REMARK.fullmatch(bare(question)):
        return question
    said = bare(_JOINER.sub("", question))
    answer = next((t.content for t in reversed(history) if t.role == "assistant"), "")
    if not said or _APART.search(said):
        return question
    read = (
        _who_said(said, answer)
        or _more(said, before, history)
        or _fragment(said, question, before)
        or _one_of_many(said, before, answer)
        or _of_a_person(said, before, history)
        or _of_a_thing(said, before, answer)
    )
    return read if read is not None and not _stutters(read) else question


def query_of(question: str, history: Sequence[Turn]) -> Query:
    """What to search for a question in its conversation: its own words, led by what was asked
    before (the latest first) and by what was answered last.

    A question without a word of its own to search for ("Why?") is searched as it stands alone.
    """
    asked = [turn.content for turn in reversed(history) if turn.role == "user"]
    answers = [turn.content for turn in reversed(history) if turn.role == "assistant"]
    if all(word in STOPWORDS for word in words(question)):
        question = standalone(question, history)
    return Query(text=question, before=" ".join(asked), answered=next(iter(answers), ""))


def _question_before(history: Sequence[Turn]) -> str | None:
    """The last question that has words of its own, itself made to stand alone, without what was
    joined to it in the reading of a fragment."""
    for i in range(len(history) - 1, -1, -1):
        turn = history[i]
        if turn.role != "user" or all(w in STOPWORDS for w in words(turn.content)):
            continue
        if _REMARK.fullmatch(bare(turn.content)):
            continue
        alone = bare(_JOINER.sub("", standalone(turn.content, history[:i])))
        own = f", and {lowered(bare(_JOINER.sub('', turn.content)))}"
        return bare(_TAIL.sub("", alone.removesuffix(own)))
    return None


def _joined(before: str, more: str) -> str | None:
    asks = rf"(?:{WH}|{AUX}|{PREPOSITION})\b"
    if len(before.split()) > _LONGEST or _APART.search(before):
        return None
    if not (re.match(asks, before, re.IGNORECASE) and re.match(asks, more, re.IGNORECASE)):
        return None
    return f"{raised(before)}, and {lowered(more)}?"


def _who_said(said: str, answer: str) -> str | None:
    """ "Who said that?" with what was said: the first quote of the last answer."""
    if not _WHO_SAID.fullmatch(said):
        return None
    quote = re.split(r"\s*\[\d+\]", " ".join(answer.split()))[0].strip('“”" .')
    if 3 <= len(quote.split()) <= _QUOTED_WORDS:
        return f"{said[: said.rindex(' ')]} “{quote}”?"
    return None


def _more(said: str, before: str, history: Sequence[Turn]) -> str | None:
    if _ELSE.fullmatch(said):
        return _joined(before, "what else" if said.lower().startswith("any") else said)
    if not _MORE.fullmatch(said):
        return None
    pronoun = _HE_SHE.search(said)
    person = _person(pronoun.group(), before, history) if pronoun else None
    subject = subject_of(before)
    if person or (subject and subject.defined):
        return f"Tell me more about {person or (subject.text if subject else '')}."
    return f"{raised(before)}? Tell me more."


def _fragment(said: str, question: str, before: str) -> str | None:
    """A question that is no sentence of its own, filled up from the question before."""
    if _BARE.fullmatch(said) or re.fullmatch(rf"{PREPOSITION} (?:what|which) \w+", said, re.I):
        return _with_question_word(said, before)
    asked_about = _ABOUT.match(said)
    piece = said[asked_about.end() :] if asked_about else said
    short = 0 < len(piece.split()) <= 6
    if not short or re.search(rf"\b(?:{AUX}|{WH})\b", piece, re.IGNORECASE):
        return None
    if re.fullmatch(_YEAR, piece):
        piece = f"in {piece}"
    if re.match(rf"{PREPOSITION}\b", piece, re.IGNORECASE):
        return _with_circumstance(piece, before)
    led = asked_about is not None or _JOINER.match(question) is not None
    if not led or re.match(r"(?:tell|give|list|explain|describe|name)\b", piece, re.IGNORECASE):
        return None
    if _HE_SHE.fullmatch(piece) or _IT_THEY.fullmatch(piece):
        return _joined(before, f"what about {piece}")
    return _with_name(piece, before) or _joined(before, f"what about {piece}")


def _with_question_word(said: str, before: str) -> str | None:
    """ "Why?" asks for the reason of what was asked before."""
    if _WHEN_WHY.fullmatch(said):
        if re.match(rf"{AUX} (?!there\b|you\b)", before, re.IGNORECASE):
            return f"{raised(said)} {lowered(before)}?"
        acting = re.match(
            r"(?:when|where|why) ((?:do|does|did|can|could|should|will|would) .+"
            r"|(?:is|are|was|were) .+ed)$",
            before,
            re.IGNORECASE,
        )
        if acting:
            return f"{raised(said)} {acting.group(1)}?"
    counted = re.match(rf"(?:which|what) (\w+s {AUX} .+)$", before, re.IGNORECASE)
    if counted and said.lower() == "how many":
        return f"How many {counted.group(1)}?"
    return _joined(before, said)


def _with_circumstance(piece: str, before: str) -> str | None:
    """ "In 2015?" takes the place of "in 2013", and "on the beach?" that of "on the pier"."""
    if _IN_YEAR.fullmatch(piece) and _IN_YEAR.search(before):
        return f"{_IN_YEAR.sub(piece.lower() if piece[:1].isupper() else piece, before, count=1)}?"
    word, _, thing = piece.partition(" ")
    word = word.lower()
    if not thing or re.fullmatch(r"(?:that|this|it|them|then|these|those)", thing, re.IGNORECASE):
        return _joined(before, piece)
    same = re.compile(
        rf"\b{word} (?!{_YEAR}\b)(?:(?!{PREPOSITION}\b|{AUX}\b|{WH}\b|and\b)\S+ ?)+?"
        rf"(?=$| {PREPOSITION}\b)",
        re.IGNORECASE,
    )
    places = list(same.finditer(before))
    if len(places) == 1 and word != "to":
        start, end = places[0].span()
        return f"{before[:start]}{word} {thing}{before[end:]}?"
    if not places and word in _ADDED:
        return f"{before} {word} {thing}?"
    return _joined(before, f"what {piece}" if word == "about" else piece)


def _with_name(piece: str, before: str) -> str | None:
    """ "And Tom Reed?" takes the place of the one person, name or like thing asked about."""
    asked, new = people(before), people(piece)
    if len(asked) == 1 and new == [piece]:
        return f"{before.replace(asked[0], piece)}?"
    if piece[:1].isupper() or re.match(r"the [A-Z]", piece):
        named = re.findall(r"(?<!^)(?:\bthe )?\b[A-Z][\w’'&-]*(?: (?:of )?[A-Z][\w’'&-]*)*", before)
        if len(named) == 1:
            return f"{before.replace(named[0], piece)}?"
    ordinal = re.fullmatch(rf"the ({'|'.join(_ORDINALS)})(?: one)?", piece, re.IGNORECASE)
    if ordinal:
        former = re.findall(rf"\b(?:{'|'.join(_ORDINALS)})\b", before)
        return f"{before.replace(former[0], ordinal.group(1))}?" if len(former) == 1 else None
    what = re.match(r"((?:who|what) )(is|are|was|were) (.+)$", before, re.IGNORECASE)
    subject = subject_of(before)
    if what and subject and subject.text == what.group(3) and not subject.nested:
        several = is_plural(piece) and not re.match(r"an? ", piece)
        verb = (
            {"is": "are", "was": "were"}.get(what.group(2), what.group(2))
            if several
            else ({"are": "is", "were": "was"}.get(what.group(2), what.group(2)))
        )
        return f"{what.group(1)}{verb} {piece}?"
    *kind, head = piece.split()
    like = re.findall(rf"((?:[\w-]+ ){{{len(kind)}}})\b{re.escape(head)}\b", before)
    if kind and len(like) == 1 and not any(w in STOPWORDS for w in words(like[0])):
        return f"{before.replace(f'{like[0]}{head}', piece)}?"
    about = re.match(rf"(.+ about )(?!.*\b{PREPOSITION}\b)\S+(?: \S+){{0,3}}$", before)
    return f"{about.group(1)}{piece}?" if about and not new else None


def _one_of_many(said: str, before: str, answer: str) -> str | None:
    """ "The second one" and "which of these", of what was listed."""
    subject = subject_of(before)
    several = subject.text if subject and subject.plural else None
    listed = items_of(answer)
    ordinal = _ORDINAL.search(said)
    if ordinal:
        place = _ORDINALS.index(ordinal.group(1).lower())
        place = -1 if ordinal.group(1).lower() == "last" else place
        item = listed[place] if -1 <= place < len(listed) and listed else None
        if not several and not item:
            return _joined(before, said) if " one" in ordinal.group() else None
        which = f"the {ordinal.group(1)} {f'of {several}' if several else 'one'}"
        which += f" ({item})" if item else ""
        return f"{raised(said[: ordinal.start()] + which + said[ordinal.end() :])}?"
    these = _OF_THESE.search(said)
    if these and not holds_antecedent(said[: these.start()]):
        if several:
            start, end = these.span(2)
            return f"{raised(said[:start] + several + said[end:])}?"
        if listed:
            return f"{raised(said)} ({', '.join(listed[:-1])} or {listed[-1]})?"
        return _joined(before, said)
    return None


def _of_a_person(said: str, before: str, history: Sequence[Turn]) -> str | None:
    pronoun = _leaning(_HE_SHE, said)
    if pronoun is None or people(said):
        return None
    person = _person(pronoun.group(), before, history)
    if person is None:
        return None if len(people(before)) > 1 else _joined(before, said)
    owned = f"{person}'s" if _owns(pronoun, said) else person
    return f"{raised(said[: pronoun.start()] + owned + said[pronoun.end() :])}?"


def _person(pronoun: str, before: str, history: Sequence[Turn]) -> str | None:
    """The person that the question before names, or else the first of the latest turn that names
    one; None where that question names several and no title tells."""
    named = people(before)
    if named:
        return meant(pronoun, named)
    for turn in reversed(history):
        named = people(turn.content)
        if named:
            return meant(pronoun, named) or named[0]
    return None


def _of_a_thing(said: str, before: str, answer: str) -> str | None:
    """ "It", "they", "this" and "that": the subject of the question before, or that question."""
    subject = subject_of(before)
    pronoun = None if _EMPTY_IT.search(said) else _leaning(_IT_THEY, said)
    if pronoun:
        one = pronoun.group().lower() in ("it", "its")
        if subject and not subject.nested and (not subject.plural if one else subject.many):
            return _put(
                said, pronoun.span(), subject.owns() if _owns(pronoun, said) else subject.text
            )
        return _joined(before, said)
    noun = _THIS_NOUN.search(said)
    if noun:
        whole, name = (1, noun.group(2)) if noun.group(1) else (3, noun.group(4))
        if _told(name, f"{before} {answer}"):
            if subject and subject.text.lower().endswith(f" {name.lower()}"):
                return _put(said, noun.span(whole), subject.text)
            return _joined(before, said)
    this = _THIS_THAT.search(said)
    if this:
        place = this.span(1) if this.group(1) else this.span(2)
        single = said[slice(*place)].lower() in ("this", "that")
        if subject and subject.defined and not subject.nested and subject.plural != single:
            return _put(said, place, subject.text)
        return _joined(before, said)
    return None


def _told(noun: str, told: str) -> bool:
    return noun.lower() not in STOPWORDS and noun.lower() in words(told)


def _leaning(pronouns: re.Pattern[str], said: str) -> re.Match[str] | None:
    """The first pronoun that means something outside its own question."""
    for found in pronouns.finditer(said):
        before, after = said[: found.start()].rstrip(), said[found.end() :].lstrip()
        if "," in before:  # a clause of its own has named things already
            continue
        acts = re.search(rf"\b{AUX}$", before, re.IGNORECASE)
        suffers = not _owns(found, said) and (not after or re.match(_AFTER_OBJECT, after))
        if acts or suffers or not holds_antecedent(before):
            return found
    return None


def _owns(pronoun: re.Match[str], said: str) -> bool:
    word, after = pronoun.group().lower(), said[pronoun.end() :].lstrip()
    named = re.match(r"[a-z]", after) is not None and not re.match(_AFTER_OBJECT, after)
    return word in ("his", "hers", "its", "their", "theirs") or (word == "her" and named)


def _put(said: str, place: tuple[int, int], text: str) -> str:
    return f"{raised(said[: place[0]] + text + said[place[1] :])}?"


def _stutters(read: str) -> bool:
    """Whether a word stands twice in a row, which no good reading does."""
    return re.search(r"\b(\w+) \1\b", read, re.IGNORECASE) is not None
