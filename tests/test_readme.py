"""The README and the guides tell the truth: their commands exist, every setting is told of."""

import re
import shlex
from pathlib import Path

import pytest

from docs.reference import GUIDES
from soundings import TABLES, _parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ALL = "\n".join(guide.read_text(encoding="utf-8") for guide in GUIDES)
EXAMPLE = re.compile(r"^\$ (?:[A-Z_]+=\S+ )*(soundings .+?)(?:\s+#.*)?$", re.MULTILINE)


def test_the_readme_is_a_page() -> None:
    assert len(README.splitlines()) <= 150


def test_the_readme_has_an_example_of_each_thing() -> None:
    shown = {example.split()[1] for example in EXAMPLE.findall(README)}
    assert shown >= {"ask", "ingest", "eval", "users", "chat"}


@pytest.mark.parametrize("example", sorted(set(EXAMPLE.findall(ALL))))
def test_every_example_is_understood(example: str) -> None:
    args = _parser().parse_args(shlex.split(example)[1:])
    assert callable(args.run)


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:^|`)make (?:[A-Z]+=\S+ )*([a-z]+)", ALL, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


def test_every_setting_that_is_named_exists_and_each_is_told_of() -> None:
    known = {f"SOUNDINGS_{name.upper()}" for t in TABLES.values() for name in t.model_fields}
    assert set(re.findall(r"SOUNDINGS_[A-Z_]*[A-Z]", ALL)) == {*known, "SOUNDINGS_HOME"}
