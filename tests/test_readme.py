"""The README tells the truth: its commands exist, its settings are the program's."""

import re
import shlex
from pathlib import Path

import pytest

from soundings import TABLES, _parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    return re.findall(r"^\$ (soundings .+?)(?:\s+#.*)?$", README, re.MULTILINE)


def test_there_are_commands() -> None:
    assert len(commands()) >= 8


@pytest.mark.parametrize("command", commands())
def test_every_command_is_understood(command: str) -> None:
    args = _parser().parse_args(shlex.split(command)[1:])
    assert callable(args.run)


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`?make ([a-z]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


def test_every_setting_is_told_of() -> None:
    for table in TABLES.values():
        for name in table.model_fields:
            short = "_" + name.upper()
            assert f"SOUNDINGS{short}" in README or f"`{short}`" in README, name


def test_every_path_that_is_named_exists() -> None:
    for path in re.findall(
        r"`((?:assistant|docs|eval|ingest|tests|vectorstore)/[\w./-]+)`", README
    ):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\(((?!http)[\w./-]+)\)", README):
        assert (ROOT / path).exists(), path
