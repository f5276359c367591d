"""A quote as it is shown: without its marks, and to the letter in all else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.finding.shown import shown

STARTER = Path(__file__).parents[3] / "ingest" / "library"

WORD = st.text("abcdefgxyzäß0123456789", min_size=1, max_size=6)
MARKED = st.sampled_from(
    [
        *("{}", "**{}**", "*{}*", "_{}_", "`{}`", "[{}](/a)", "[{}][]", "![{}](b.png)"),
        *("<em>{}</em>", '<a href="c">{}</a>', "\\[{}\\]", "\n- {}", "\n# {}", "\n\n{}"),
        *("\n| {} |", "\n> * {}", "\n^{}^", "\n##{}##", "&amp; {}", "{} *", "<{}", "{}**"),
    ]
)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def stand_in_order(some: list[str], all_: list[str]) -> bool:
    """Whether `some` are left when others are taken out of `all_`."""
    left: Iterator[str] = iter(all_)
    return all(word in left for word in some)


@pytest.mark.parametrize(
    ("quote", "seen"),
    [
        ("**Tip:** see *Good to great* and `a|b`.", "Tip: see Good to great and a|b."),
        ("## Deployment ##", "Deployment"),
        ("##Deployment\nAutomate it.", "Deployment Automate it."),
        ("Read [the\nmanual](/a.html) or [Chef][].", "Read the manual or Chef."),
        ("![A chart](a.png) of costs", "A chart of costs"),
        ('<img src="a.png" alt="A chart"/> of costs', "A chart of costs"),
        ("They need:\n* patience\n* tact", "They need: patience · tact"),
        ("• one;\n• two.", "one; two."),
        ("1. First\n2. Second", "1. First · 2. Second"),
        ("| Name | Cost |\n|---|---|\n| **A** | 5 \\| 6 |", "Name · Cost; A · 5 | 6"),
        ("Write to \\[department name\\].", "Write to [department name]."),
        ("^Call 999^", "Call 999"),
        ("$CTA\nApply online\n$CTA", "Apply online"),
        ("{% include a.html %}Agile{:.left}", "Agile"),
        ("*[API]: a programming interface", "API: a programming interface"),
        ('<div class="a">\n<p>Needs <em>come</em> first</p>', "Needs come first"),
        ("<th>One</th><th>Two</th>", "One Two"),
        ("**Resilience. It matters", "Resilience. It matters"),
        ("It matters.** And", "It matters. And"),
    ],
)
def test_marks_are_not_shown(quote: str, seen: str) -> None:
    assert shown(quote) == seen


@pytest.mark.parametrize(
    "quote",
    [
        "It fell by 5%* (p < 0.05**) in 2 * 3 = 6 weeks, 2*3*4 or x**2 and y**3 of them.",
        "snake_case stays, and so do C#, #tags, $C 5, [^1], [12][13] and AT&amp;T.",
        "> 60 years of age",
        "- 5 °C is cold",
        "~~struck out~~ is not what holds",
        "If the <h1> is long, shorten it before the closing </body> tag.",
        "where x <y and z> w",
        "1. The first of them",
        "(a) the second",
    ],
)
def test_what_says_something_stays(quote: str) -> None:
    assert shown(quote) == quote


def test_a_sign_that_opens_an_item_is_its_mark() -> None:
    assert shown("- 5 weeks", "item") == "5 weeks"
    assert shown("– tact", "item") == "tact"


@settings(deadline=None)
@given(text=st.lists(st.tuples(MARKED, WORD), max_size=12))
def test_no_word_is_lost_and_none_is_made(text: list[tuple[str, str]]) -> None:
    quote = " ".join(mark.format(word) for mark, word in text)
    seen = [word.strip("_") for word in words(shown(quote))]
    assert stand_in_order([word for _, word in text], seen)
    assert stand_in_order(seen, [word.strip("_") for word in words(quote)])


@settings(deadline=None)
@given(text=st.text(max_size=200))
def test_no_letter_is_made_of_any_text(text: str) -> None:
    made = [c for c in shown(text) if c.isalnum()]
    assert stand_in_order(made, [c for c in text if c.isalnum()])


@settings(deadline=None)
@example(text=":")
@given(
    text=st.text(
        st.characters(categories=["L", "N", "Zs", "Cc"]) | st.sampled_from(",.;:!?'’“”()&%"),
        max_size=200,
    )
)
def test_text_without_marks_stands(text: str) -> None:
    text = text.replace("\0", "")
    assert shown(text) == " ".join(text.split())


def test_the_starter_library_is_shown_without_a_mark() -> None:
    for file in STARTER.glob("*.md"):
        body = file.read_text("utf-8").split("---\n", 2)[2]
        assert not re.search(r"[*#_|`\[\]]", shown(body)), file.name
        assert words(shown(body)) == words(body)
