"""The report: whole, safe, and true to the sources; and its plainer brothers."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from eval.gold.places import Span
from eval.suite.gates import Floor, Gates, judge_run
from eval.suite.report.html import run_page
from eval.suite.report.in_source import marked, windows
from eval.suite.report.summary import run_junit, run_lines, run_markdown, verdict_line
from vectorstore import UnknownSource
from web.look.markup import join

LONG = "It is 42 kilometres long."
NASTY = "<script>alert(1)</script><img src=x onerror=y> [a](javascript:b) | `c` & \x0b"


GATES = Path("gates.toml")


class Tags(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def some_run(river: Any, question: str = "How long is the river?") -> Any:
    nasty = river.answer(LONG)
    nasty.update(answer=NASTY, standalone_question=NASTY, dropped=[{"text": NASTY, "why": NASTY}])
    nasty["statements"] = [{"text": NASTY, "citations": [1], "support": 1.0}]
    return river.run(
        (river.gold("good", quotes=["42 kilometres"], facts=[["42"]]), river.answer(LONG)),
        (river.gold("bad/<b>", question=question, quotes=["nine members"]), nasty),
        (river.gold("none", "withheld"), {"id": "none", "question": "?", "error": NASTY}),
    )


def test_the_page_is_one_file_that_loads_and_runs_nothing(river: Any) -> None:
    page = run_page(some_run(river, NASTY), None, river.library.text)
    read = Tags(page)
    names = {tag for tag, _ in read.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "form", "base"}
    for tag, attributes in read.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        assert str(attributes.get("href", "#")).startswith("#")
        assert "src" not in attributes
    assert "default-src 'none'" in page
    assert "url(" not in page and "@import" not in page
    assert read.text.count("<script>alert(1)</script>") >= 4


def test_every_link_leads_to_a_question_inside_its_details(river: Any) -> None:
    run = some_run(river)
    gates = Gates(floor=(Floor(metric="quotes_exact", value=1.0), Floor(metric="right", low=0.9)))
    verdict = judge_run(run, gates, GATES)
    page = run_page(run, verdict, river.library.text)
    assert "Held by 1 of 2 gates" in page
    links = re.findall(r'href="#(q-[^"]*)"', page)
    assert links
    for link in links:
        before = page[: page.index(f'id="{link}"')]
        assert before.count("<details") > before.count("</details>")


def test_the_verdict_in_words(river: Any) -> None:
    run = some_run(river)
    good = judge_run(run, Gates(floor=(Floor(metric="quotes_exact", value=1.0),)), GATES)
    assert verdict_line(good) == "May go out: all 1 gates hold"
    bad = judge_run(run, Gates(must_pass=("bad/<b>", "none")), GATES)
    assert verdict_line(bad) == "Held by 2 of 2 gates"
    assert "No gates" in verdict_line(None)


@given(
    st.text(min_size=1, max_size=80),
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 30)), max_size=4),
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 30)), max_size=4),
)
def test_marking_loses_and_adds_nothing(
    text: str, cited: list[tuple[int, int]], gold: list[tuple[int, int]]
) -> None:
    spans = [[Span(source="s", start=a, end=a + n) for a, n in group] for group in (cited, gold)]
    parts = marked(text, 0, len(text), *spans)
    flat = re.sub(r"</?(mark|span)[^>]*>", "", join(parts))
    assert flat == join([text])


def test_a_quote_in_the_evidence_carries_both_marks(river: Any) -> None:
    page = run_page(some_run(river), None, river.library.text)
    assert '<mark>It is </mark><mark><span class="gold">42 kilometres</span></mark>' in page


def test_windows_join_where_they_meet_and_cut_at_spaces() -> None:
    text = "word " * 400
    near = [Span(source="s", start=1000, end=1004), Span(source="s", start=1100, end=1104)]
    far = Span(source="s", start=30, end=34)
    shown = windows(text, [*near, far])
    assert len(shown) == 2
    for start, end in shown:
        assert text[start:end].split() == ["word"] * len(text[start:end].split())
        assert text[start : start + 4] == "word"


def test_a_source_that_is_gone_is_said_to_be(river: Any) -> None:
    run = some_run(river)

    def gone(source: str) -> str:
        raise UnknownSource(source)

    assert "This source is not in the library." in run_page(run, None, gone)


def test_markdown_has_every_metric_and_no_foreign_markup(river: Any) -> None:
    text = run_markdown(some_run(river, NASTY), None)
    assert "<script>" not in text.replace("\\<script\\>", "")
    assert "| Right answers | 0.333 |" in text
    assert "| Fact recall |" in text


def test_junit_counts_what_is_broken_and_what_is_merely_wrong(river: Any) -> None:
    run = some_run(river, NASTY)
    suite = ElementTree.fromstring(run_junit(run, None)).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "2", "0")
    by_name = {case.get("name"): case for case in suite}
    failure = by_name["bad/<b>"].find("failure")
    assert failure is not None and "statements_supported" in str(failure.get("message"))
    assert len(by_name["good"]) == 0


def test_the_terminal_says_no_data_rather_than_zero(river: Any) -> None:
    run = river.run((river.gold("w", "withheld"), river.answer()))
    text = "\n".join(run_lines(run, None))
    assert re.search(r"Fact recall +no data", text)
