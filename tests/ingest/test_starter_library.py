"""The starter library: five briefs in our own words, true to what they are about.

The originals do not ship with the repository. Where a checkout has them beside it, in
`../shared/sources`, the briefs are compared with them; elsewhere those tests are skipped.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "ingest" / "library"
ORIGINALS = ROOT.parent / "shared" / "sources"

RUN = 8  # this many words in a row, shared with an original, count as copied
REPORT = "002_ceb1d8db644c4923.txt"  # the report that the other documents speak of
ALLOWED_NAMES: tuple[str, ...] = ()  # names and titles that may be shared whole; none is needed

BRIEFS = (
    "early-leadership-development.md",
    "launch-note.md",
    "shape-shifters.md",
    "taking-the-lead.md",
    "top-leader-report.md",
)

needs_originals = pytest.mark.skipif(
    not (ORIGINALS / "sources.toml").is_file(),
    reason=f"the originals are not beside this checkout: no sources.toml in {ORIGINALS}",
)
each_brief = pytest.mark.parametrize("name", BRIEFS)


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The `key: "value"` pairs between the two `---` lines, and the body after them."""
    match = re.match(r"---\n(.*?)\n---\n(.*)\Z", text, flags=re.DOTALL)
    assert match, "no front matter"
    pairs: dict[str, str] = {}
    for line in match[1].splitlines():
        pair = re.fullmatch(r'([a-z]+): "([^"]+)"', line)
        assert pair, f"not a front matter line: {line}"
        pairs[pair[1]] = pair[2]
    return pairs, match[2]


def read_brief(name: str) -> tuple[dict[str, str], str]:
    return split_front_matter((LIBRARY / name).read_text(encoding="utf-8"))


def read_originals() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in ORIGINALS.glob("*.txt")}


def sources_in(folder: Path) -> list[dict[str, str]]:
    with (folder / "sources.toml").open("rb") as file:
        sources: list[dict[str, str]] = tomllib.load(file)["source"]
    return sources


def original_of(name: str) -> str:
    """The file of the one original whose title begins with the brief's `about`."""
    about = read_brief(name)[0]["about"]
    found = [s["file"] for s in sources_in(ORIGINALS) if s["title"].startswith(about)]
    assert len(found) == 1, f"{name} is about {about!r}, which names {found}"
    return found[0]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[str]:
    found = words(text)
    return {" ".join(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


def shared_runs(brief: str, original: str, allowed: Sequence[str] = ALLOWED_NAMES) -> set[str]:
    """The runs of RUN words in both texts, less those wholly inside an allowed name."""
    names = [f" {' '.join(words(name))} " for name in allowed]
    both = runs(brief) & runs(original)
    return {run for run in both if not any(f" {run} " in name for name in names)}


def numbers(text: str) -> set[str]:
    """Every number written in digits, without thousands commas; list numbers are not numbers."""
    unlisted = re.sub(r"^(?:#+ )?\d+\. ", "", text, flags=re.MULTILINE)
    return {n.replace(",", "") for n in re.findall(r"\d+(?:,\d{3})*", unlisted)}


def test_library_and_its_sources_file_name_the_same_five_briefs() -> None:
    named = [source["file"] for source in sources_in(LIBRARY)]
    assert sorted(named) == sorted(path.name for path in LIBRARY.glob("*.md")) == list(BRIEFS)


@each_brief
def test_front_matter_agrees_with_sources_file(name: str) -> None:
    front, _ = read_brief(name)
    source = next(source for source in sources_in(LIBRARY) if source["file"] == name)
    assert front["about"]
    assert front["title"] == source["title"]
    assert front.get("date") == source.get("date")


@each_brief
def test_body_is_of_brief_length(name: str) -> None:
    _, body = read_brief(name)
    assert 700 <= len(re.findall(r"\w[\w'-]*", body)) <= 1500


@each_brief
def test_body_has_headings_and_says_what_it_is(name: str) -> None:
    _, body = read_brief(name)
    assert len(re.findall(r"^#{1,3} \S", body, flags=re.MULTILINE)) >= 3
    first_paragraph = body.strip().split("\n\n")[1]
    assert "brief in Soundings' own words" in first_paragraph


@needs_originals
@each_brief
def test_no_run_of_eight_words_is_copied(name: str) -> None:
    text = (LIBRARY / name).read_text(encoding="utf-8")
    originals = read_originals()
    assert len(originals) == 5
    copied = {file: shared_runs(text, original) for file, original in originals.items()}
    assert not any(copied.values()), copied


@needs_originals
@each_brief
def test_every_number_comes_from_the_original_or_the_report(name: str) -> None:
    _, body = read_brief(name)
    originals = read_originals()
    known = numbers(originals[original_of(name)]) | numbers(originals[REPORT])
    assert numbers(body) <= known


@needs_originals
@each_brief
def test_a_planted_copy_is_caught(name: str) -> None:
    text = (LIBRARY / name).read_text(encoding="utf-8")
    original = read_originals()[original_of(name)]
    middle = len(words(original)) // 2
    copied = words(original)[middle : middle + RUN]
    planted = f"{text}\n\nMoreover: {', '.join(copied).upper()}!\n"
    assert shared_runs(planted, original) - shared_runs(text, original) == {" ".join(copied)}


def test_seven_shared_words_are_not_a_copy() -> None:
    original = "one two three four five six seven eight nine"
    assert not shared_runs("zero one two three four five six seven zero", original)
    assert shared_runs("Zero: ONE, two three-four five six (seven) eight.", original)


def test_an_allowed_name_excuses_only_runs_wholly_inside_it() -> None:
    name = "NHS One, Two, Three, Four, Five and Six CCG"
    original = f"the chair of {name} says"
    assert not shared_runs(f"at {name} they", original, [name])
    assert shared_runs(f"of {name} they", original, [name])


def test_numbers_are_read_without_commas_and_list_marks() -> None:
    assert numbers("1. Over 4,000 carers\n### 2. In 2013, 42 per cent") == {"4000", "2013", "42"}
