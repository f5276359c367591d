"""Whether a slice of a source can be read by itself, by rules over closed lists of words.

A person who meets a quote without what stood around it must know what every "it", "she" and
"this" in it means. Whoever is in doubt is refused: a library offers more slices than are needed.
"""

import re

SAYING = frozenset(
    """say says said saying think thinks thought believe believes believed argue argues argued
    add adds added note notes noted warn warns warned explain explains explained claim claims
    claimed accept accepts accepted insist insists insisted suggest suggests suggested conclude
    concludes concluded admit admits admitted concede concedes conceded observe observes observed
    report reports reported describe describes described stress stresses stressed urge urges urged
    hope hopes hoped reply replies replied agree agrees agreed maintain maintains regard regards
    recommend recommends recommended call calls called advise advises advised emphasise emphasises
    emphasised point points caution cautions cautioned praise praises praised want wants""".split()
)
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_OPENING = re.compile(
    r"[\"“‘'(]*+(?:however|but|and|or|nor|so|yet|also|then|thus|hence|therefore|instead|moreover|"
    r"furthermore|nevertheless|meanwhile|similarly|likewise|otherwise|accordingly|again|indeed|"
    r"even so|all these|all this|as such|at that|at the same time|as a result|in addition|"
    r"in particular|in this|in these|in that|in practical terms|in both|for example|for instance|"
    r"for this|for these|for that|the same|the (?:latter|former|other|others|first|second|third|"
    r"two|three|four|five)|this|that|these|those|such|both|neither|either|another|others|some|"
    r"each|each of (?:these|them)|one (?:of|result)|here|there|it|importantly|should you|"
    r"in (?:short|summary|sum),|he|she|they|his|her|its|their|who|which|because|"
    r"example|see|click|read|find out|table|figure|note)\b",
    re.IGNORECASE,
)
# "The plan is …": a noun that stands for something said before.
_STANDS_FOR = re.compile(
    r"(?:(?:if|when|once|unless|while) )?(?:the|a|one) (?:\w+ )?(?:plans?|response|"
    r"hopes?|ideas?|aims?|goals?|tasks?|results?|reasons?|prize|"
    r"answer|effects?|reviews?|network|role|need|contract|groups?|team|project|study|work|approach|"
    r"difference|conclusion|example|occasion|subject|purpose|objective|academy|programmes?|pilot|"
    r"initiatives?|process|situation|issue|problem|change|benefits?|scheme|events?|"
    r"two|three)(?:[’']s)?,? "
    r"(?!of |for |to |in |that |which |who |with |between |on |from |at |and |or |by )\w+",
    re.IGNORECASE,
)
# "She agrees, …", "as patient and …": with whom, and as what, was said before.
_WITH_WHAT = re.compile(
    r"\bagree[sd]?(?:,| and (?:says|adds)\b|[.:])|\b(?:be|are|is) as \w+(?: and\b|[,.])"
)
# Who somebody is, and nothing else.
_WHO = re.compile(
    r"(?:[Oo]ne \w+ .*\bis )?(?:(?:Dr|Sir|Mr|Mrs|Ms|Professor) )?[A-Z]\w+(?: [A-Z]\w+){1,2}"
    r"(?: is| was|, who is|,| took up| has (?:spent|held|been)).{0,60}\b(?:chief|chair|director|"
    r"officer|role|president|manager|career|faculty|lead)\b[^.]*\.|[Oo]ne manager with\b",
)
# A sentence about the document rather than about its matter.
_ABOUT_ITSELF = re.compile(
    r"(?:although |while )?(?:the|this|our|these) (?:\w+ ){0,2}(?:brief|note|article|report|"
    r"interview|paper|document|aim|"
    r"page|guide|section|chapter|introduction|blog|website|site|manual)s?(?:[’']s \w+)? (?:itself |"
    r"also |then )?(?:is|are|has|have|had|gives?|carr\w+|sets?|does|do|leaves?|suits?|introduces?|"
    r"offers?|draws?|looks?|asks?|explores?|covers?|contains?|details?|compares?|was|were|aims?|"
    r"concentrates?|will|ends?|names?|states?|describes?|supplies|presents)\b"
    r"|(?:much|most|some) of what\b|.{0,40}\basked (?:\w+ ){1,3}whether\b|"
    r"(?:as well as .*, )?we (?:also )?(?:wanted|focused|looked|interviewed|will discuss)\b"
    r"|what (?:follows|this means) here|following the publication of\b"
    r"|[^,.]{0,40}\bplease (?:contact|see|read)\b"
    r"|[\w’'-]+(?: [\w’'-]+){0,2} [–—-] ",
    re.IGNORECASE,
)
_OF_ITSELF = re.compile(
    r"\b(?:[Tt]he|[Tt]his|[Oo]ur) (?:new |latest )?(?:report|note|article|interview|paper|brief|"
    r"document)(?:[’']s|,[^,]{3,60},)? "
    r"(?:recalls|mentions|opens|"
    r"describes|concentrates|names|is named|looked|introduces|carries|itself|sets out|reports|"
    r"wording|focuses|covers|says this|points to)\b|\b[A-Z]\w+ (?:talks|talked|speaks|"
    r"spoke) to [A-Z]"
    r"|\bfocus of the report\b|\bsupporting the research\b"
    r"|\b(?:wrote|writes) (?:the|this) (?:article|report|paper|brief)\b"
)
_MARKUP = re.compile(
    r"[⁰-⁹¹²³*_#|\[\]{}<>`~=\\©]|https?:|www\.|@|\.\.\.|…|\t|\s/\s|^/|\bpp?\. ?\d|\ufffd"
)
_PLEONASTIC = re.compile(
    r"\bit(?:[’']s| is| was| will be| can be| may be| might be| would be| seems?| takes?| took)"
    r"(?: \w+){0,4} (?:to|that|for|who|when|if)\b|\bmakes? it \w+ (?:to|for)\b"
    r"|\b(?:find|finds|found|make|makes|made) it (?:\w+ )?\w+ to\b|\bthinks? it \w+ \w* ?to\b",
    re.IGNORECASE,
)
_NOT_BACK = re.compile(r"\b(?:those (?:who|of|in|with|whose|that|at|on|leading)|such as)\b", re.I)
_NAME_FIRST = re.compile(rf"[\"“]?[A-Z]\w+(?: [A-Z]|,? (?:{'|'.join(sorted(SAYING))})\b)")
_BEFORE_IT = 2  # words with a meaning of their own
_EARLY = 6
_PLURAL = frozenset(
    "people staff children others everyone someone anyone everybody men women".split()
)
_LIGHT = SAYING | frozenset(
    """the a an of in on at to for from by with and or as is are was were be been being has have
    had do does did will would can could may might must should that which who if when where how
    what why not no nor than then so more most much very still only just all any each every both
    there here one also into over about between among through while because before after""".split()
)


def stands_alone(text: str) -> bool:
    """Whether `text`, a run of whole sentences, is understood without what stands around it. Who
    somebody is does not open what is understood without that, too."""
    plain = " ".join(text.split())
    plain = plain[:1].upper() + plain[1:]
    first, *rest = sentences(plain)
    return (
        _is_whole(plain)
        and _OPENING.match(plain) is None
        and _STANDS_FOR.match(plain) is None
        and _WITH_WHAT.search(first) is None
        and not (is_only_who(first) and (not rest or stands_alone(" ".join(rest))))
        and not any(_ABOUT_ITSELF.match(sentence.lstrip("\"“‘'")) for sentence in sentences(plain))
        and _OF_ITSELF.search(plain) is None
        and _has_antecedents(plain)
    )


def is_only_who(text: str) -> bool:
    """Whether a sentence says who somebody is, and nothing that they say or do."""
    return _WHO.match(text) is not None and not any(w in SAYING for w in text.lower().split())


def sentences(text: str) -> list[str]:
    """The sentences of a slice that is on one line, near enough for rules about how they open."""
    return re.split(r"(?<=[.!?])[\"”’']? (?=[\"“‘'A-Z0-9])", text)


def _is_whole(text: str) -> bool:
    """Whether it is sentences from end to end, in plain text."""
    if _MARKUP.search(text) or text.count("(") != text.count(")"):
        return False
    if not re.match(r"[\"“‘']?[A-Z0-9]", text) or not re.search(r"[.!?][\"”’']?$", text):
        return False
    return balanced(text)


def balanced(text: str) -> bool:
    """Whether every quotation mark that opens is closed."""
    return text.count("“") == text.count("”") and text.count('"') % 2 == 0


def _has_antecedents(text: str) -> bool:
    """Whether every pronoun has something before it, in the text, that it can stand for."""
    text = _NOT_BACK.sub(" people ", _PLEONASTIC.sub(" ", text))
    first = sentences(text)[0]
    if re.search(
        r"\bas well\b(?! as)|\btoo[.,]|\bwithout (?:it|them|this)\b|^\W*\w+ to do so\b", first
    ):
        return False
    plain = names = plural = 0
    for match in _WORD.finditer(text):
        word, at = match.group(), match.start()
        low = re.sub(r"[’']s?$", "", word.lower())
        if low in ("he", "him", "his", "himself", "she", "her", "hers", "herself"):
            if not names:
                return False
        elif low in ("they", "them", "their", "theirs", "themselves"):
            if not plural:
                return False
        elif low in ("it", "its", "itself"):
            if plain < _BEFORE_IT:
                return False
        elif low in ("this", "these", "those", "such", "here"):
            if at < len(first):
                return False
        elif low in ("also", "therefore", "instead", "however") and at < len(first):
            if plain + names < _EARLY:
                return False
        elif low not in _LIGHT:
            capital = word[0].isupper() and word[1:].islower()
            named = capital and (at > 1 or _NAME_FIRST.match(text) is not None)
            names += named
            plain += not named
            plural += low in _PLURAL or (word.endswith("s") and not word.endswith("ss"))
    return True
