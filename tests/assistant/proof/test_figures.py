"""Numbers and dates are read in whatever way they are written, and compared with their units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.proof.dates import date_stands, dates_of
from assistant.proof.figure_reading import figures_of
from assistant.proof.figures import figure_stands


def stands(claim: str, passage: str) -> bool:
    """Whether each number and each date of the claim stands in the passage."""
    mine, theirs = dates_of(claim), dates_of(passage)
    figures = figures_of(passage, theirs)
    found = figures_of(claim, mine)
    assert mine or found, f"nothing was read in: {claim}"
    return all(date_stands(date, theirs) for date in mine) and all(
        figure_stands(figure, figures) for figure in found
    )


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("five million pounds", "£5m"),
        ("£5,000,000", "five million pounds"),
        ("$3.2bn", "US$3.2 billion"),
        ("40%", "40 per cent"),
        ("20 percent", "one in five"),
        ("half of them", "50 per cent"),
        ("a quarter of it", "25%"),
        ("two thirds", "two-thirds of the members"),
        ("twenty-five", "25 wards"),
        ("312 nurses", "three hundred and twelve nurses"),
        ("three dozen", "36 boats"),
        ("24 hours", "one day"),
        ("18 months", "1.5 years"),
        ("1,800 metres", "1.8 km"),
        ("10% to 20%", "10–20 per cent"),
        ("$5 million", "$5-10 million"),
        ("3.2 million", "3,214,567 people"),
        ("nearly half", "48 per cent"),
        ("more than 200", "240 people"),
        ("at least 40", "40 people"),
        ("the 3rd", "the third"),
        ("4 pm", "16:00"),
        ("8.30am", "8:30 a.m."),
        ("doubled", "twice as much"),
        ("7 September 2016", "September 7, 2016"),
        ("7 September 2016", "2016-09-07"),
        ("2016", "on 7 Sept 2016"),
        ("the 1990s", "in 1994"),
        ("the 19th century", "1851"),
        ("7 September 2016", "In 2016 they met twice, last on 7 September"),
        ("between 2013 and 2016", "2013-16"),
        ("on Monday", "Monday morning"),
    ],
)
def test_the_same_in_other_figures_stands(claim: str, passage: str) -> None:
    assert stands(claim, passage)


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("£5m", "$5m"),
        ("£5m", "£5bn"),
        ("50 hours", "50 minutes"),
        ("12 tonnes", "12 per cent"),
        ("45%", "54%"),
        ("30%", "31%"),
        ("at least 40", "at most 40"),
        ("no more than 40", "no fewer than 40"),
        ("more than 200", "180 people"),
        ("1.8 miles", "1.8 kilometres"),
        ("one in four", "one in five"),
        ("4 pm", "4 a.m."),
        ("1994", "the 1990s"),
        ("7 September 2016", "8 September 2016"),
        ("7 September 2016", "7 September 2015"),
        ("May 2011", "March 2011"),
        ("the 18th century", "1851"),
        ("on Monday", "on Tuesday"),
    ],
)
def test_what_is_another_number_or_date_falls(claim: str, passage: str) -> None:
    assert not stands(claim, passage)


@pytest.mark.parametrize(
    "text", ["COVID-19", "CYP2D6 and 3D", "1. First item", "as shown [3]", "IL-2", "one of them"]
)
def test_a_digit_in_a_name_or_a_mark_is_no_number(text: str) -> None:
    assert [f for f in figures_of(text, dates_of(text)) if not f.loose] == []


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for found in (dates_of(text), figures_of(text, dates_of(text))):
        for one in found:
            assert 0 <= one.start < one.end <= len(text)


@given(st.integers(min_value=2, max_value=10**12))
def test_a_whole_number_agrees_with_itself_with_and_without_commas(number: int) -> None:
    assert stands(f"{number:,} boats", f"about {number:,} boats")
    assert not stands(f"{number:,} boats", f"{3 * number + 1:,} boats")
