"""The guides: what the program writes in them is fresh, and what they point at is there."""

import re
from pathlib import Path

import pytest

from docs import reference
from soundings import TABLES, _parser

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *reference.GUIDES,
    ROOT / "CONTRIBUTING.md",
    ROOT / "eval/bench/README.md",
    ROOT / "eval/gold/README.md",
]
FOLDERS = "assistant|docs|eval|ingest|prompts|tests|vectorstore|web"


@pytest.fixture(params=PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def page(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def anchors(page: Path) -> set[str]:
    """What a link may name in a page: its headings, as they are written in addresses."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_what_the_program_writes_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert reference.main(["--check"]) == 0, capsys.readouterr().out


def test_a_stale_guide_is_named_and_then_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text("Before.\n<!-- settings -->\nold\n<!-- /settings -->\nAfter.\n")
    monkeypatch.setattr(reference, "GUIDES", [guide])
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    assert reference.main(["--check"]) == 1
    assert "guide.md is stale: python -m docs.reference" in capsys.readouterr().out
    assert "old" in guide.read_text()
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    assert guide.read_text().startswith("Before.\n<!-- settings -->\n\n| variable |")
    assert guide.read_text().endswith("|\n\n<!-- /settings -->\nAfter.\n")


def test_every_command_has_its_options_in_one_guide() -> None:
    told = [name for guide in reference.GUIDES for name in reference.listed(guide)]
    assert sorted(told) == sorted(reference.commands(_parser()))


def test_every_setting_describes_itself() -> None:
    for table in TABLES.values():
        for name, field in table.model_fields.items():
            assert field.description, name


def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(((?!https?:)[^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), link
        assert not anchor or anchor in anchors(there), link


def test_every_path_and_module_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for path in re.findall(rf"`((?:{FOLDERS})/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path
    for name in re.findall(rf"(?:`|python -m )((?:{FOLDERS})(?:\.[a-z]\w*)+)", text):
        module = ROOT.joinpath(*name.split("."))
        assert module.exists() or module.with_suffix(".py").exists(), name


def test_no_guide_names_a_place_on_one_machine(page: Path) -> None:
    assert not re.search(r"/(?:home|root|work|Users)/|file://", page.read_text(encoding="utf-8"))
