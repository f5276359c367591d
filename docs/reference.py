"""What the guides say of settings, commands and rooms, written by the program itself.

`python -m docs.reference` rewrites what stands between markers: `<!-- settings -->`,
`<!-- rooms -->`, `<!-- commands -->` (all of them, a line each) and `<!-- commands: ask search -->`
(these, with their options). `--check` writes nothing, and exits with 1 where a guide is stale.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from soundings import TABLES, _parser
from vectorstore.settings import HOME_VARIABLE, PREFIX

ROOT = Path(__file__).resolve().parent.parent
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PACKAGES = ("vectorstore", "web", "ingest", "prompts", "assistant", "eval")
BLOCK = re.compile(r"(<!-- (settings|rooms|commands)(?:: ([a-z ]+))? -->\n).*?(<!-- /\2 -->)", re.S)


def settings() -> str:
    """Every setting as a row: its variable, what it is, its default."""
    rows = [(f"`{HOME_VARIABLE}`", "The home.", "the user-data folder")]
    for table in TABLES.values():
        for name, field in table.model_fields.items():
            default = str(field.default).lower() or "none"  # an empty one turns its part off
            rows.append((f"`{PREFIX}{name.upper()}`", field.description or "", default))
    return _table(("variable", "what", "default"), rows)


def rooms() -> str:
    """Every package and its rooms, each with the first paragraph of what it says of itself."""
    rows = []
    for package in PACKAGES:
        beside = sorted((ROOT / package).glob("*/__init__.py"))
        for init in [ROOT / package / "__init__.py", *beside]:
            said = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) or ""
            name = init.parent.relative_to(ROOT).as_posix()
            rows.append((f"`{name}/`", said.split("\n\n")[0]))
    return _table(("room", "what lives there"), rows)


def overview() -> str:
    """Every command in a line, with the guide that has its options."""
    place = {name: guide for guide in GUIDES for name in listed(guide)}
    rows = [
        (f"`soundings {name}`", said, f"[{place[name].stem}]({place[name].name})")
        for name, (said, _) in commands(_parser()).items()
    ]
    return _table(("command", "what it does", "its options"), rows)


def listed(guide: Path) -> list[str]:
    """The commands whose options a guide has."""
    found = BLOCK.findall(guide.read_text(encoding="utf-8"))
    return [name for _, _, names, _ in found for name in names.split()]


def commands(parser: argparse.ArgumentParser) -> dict[str, tuple[str, argparse.ArgumentParser]]:
    """The commands of a parser by name, each with its line of help and a parser of its own."""
    groups = [act for act in parser._actions if isinstance(act, argparse._SubParsersAction)]
    return {c.dest: (c.help or "", g.choices[c.dest]) for g in groups for c in g._choices_actions}


def _options(said: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    """The help of a command and of those below it, without the option that all of them have."""
    not_own = (argparse._HelpAction, argparse._SubParsersAction)
    own = [action for action in parser._actions if not isinstance(action, not_own)]
    if parser.get_default("run"):
        text = argparse.HelpFormatter(parser.prog, indent_increment=4, width=96)
        text.add_usage(None, own, [], prefix="")
        text.start_section(argparse.SUPPRESS)
        text.add_text(parser.description or f"{said[:1].upper()}{said[1:]}.")
        text.add_arguments([action for action in own if action.help])
        text.end_section()
        yield text.format_help()
    for below in commands(parser).values():
        yield from _options(*below)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(" ".join(c.split()) for c in line) + " |" for line in lines)


def rewritten(text: str) -> str:
    """A guide with its blocks as the program would have them."""

    def block(found: re.Match[str]) -> str:
        opening, kind, names, closing = found.groups()
        known = commands(_parser())
        parts = [part for name in (names or "").split() for part in _options(*known[name])]
        made = "```text\n" + "\n".join(parts) + "```" if parts else MADE[kind]()
        return f"{opening}\n{made}\n\n{closing}"

    return BLOCK.sub(block, text)


MADE = {"settings": settings, "rooms": rooms, "commands": overview}


def main(argv: Sequence[str] | None = None) -> int:
    """Rewrite the guides, or with `--check` name those that are stale; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m docs.reference")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where stale")
    check = parser.parse_args(argv).check
    texts = {guide: guide.read_text(encoding="utf-8") for guide in GUIDES}
    stale = [guide for guide, text in texts.items() if rewritten(text) != text]
    for guide in stale:
        print(guide.relative_to(ROOT), "is stale: python -m docs.reference" if check else "written")
        if not check:
            guide.write_text(rewritten(texts[guide]), encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
