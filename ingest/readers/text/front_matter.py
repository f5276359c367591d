"""Front matter: the fields between lines of `---` (YAML) or `+++` (TOML) at the top of a note.

A note is read whatever its front matter is like. Where that is not YAML, the plain fields are
taken as they stand and the report says which line is at fault. Nothing in it is carried out:
anchors, aliases, merges and tags let a few lines ask for gigabytes, and no note needs them.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

MOST_CHARACTERS = 20_000
_FENCED = re.compile(
    r"(?P<fence>---|\+\+\+)[ \t]*\n(?P<fields>(?:(?!\+\+\+|---|\.\.\.).*\n)*?)"
    r"(?:(?P=fence)|\.\.\.)[ \t]*(?:\n|$)"
)
_KEY = re.compile(r"[ \t]*[\"']?[^\W\d][\w .-]{0,40}[\"']?[ \t]*[:=](?:[ \t]|$)")
_PLAIN = re.compile(r"^(\w+):[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
_NOTHING = {"", "~", "null"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The fields at the top of a note, where the text after them begins, and what the report
    should say of them."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    end: int = 0
    note: str | None = None


def end_of_front_matter(text: str) -> int:
    """Where the text after the front matter begins, by its form alone."""
    found = _FENCED.match(text)
    if found is None:
        return 0
    first = next(
        (line for line in found["fields"].split("\n") if line.strip() and line.lstrip()[0] != "#"),
        None,
    )
    # A rule over a paragraph looks like it; one that is empty says nothing either way
    return found.end() if first is None or _KEY.match(first) else 0


def front_matter(text: str) -> FrontMatter:
    """The front matter of a note; without any, no fields and 0."""
    end = end_of_front_matter(text)
    found = _FENCED.match(text) if end else None
    if found is None:
        return FrontMatter()
    source = found["fields"]
    if len(source) > MOST_CHARACTERS:
        note = f"its front matter has {len(source):,} characters, and was not read"
        return FrontMatter(end=end, note=f"{note} (at most {MOST_CHARACTERS:,} are)")
    try:
        fields = tomllib.loads(source) if found["fence"] == "+++" else _yaml(source)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as exc:
        plain = {key.lower(): value.strip("\"'") for key, value in _PLAIN.findall(source)}
        return FrontMatter(fields=plain, end=end, note=_fault(exc, found["fence"]))
    return FrontMatter(fields=fields, end=end)


class _NotRead(ValueError):
    """What YAML has and front matter does not need."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


def _yaml(source: str) -> dict[str, Any]:
    """The fields, every value a text or a list of texts. Raises yaml.YAMLError, ValueError."""
    for event in yaml.parse(source, Loader=yaml.BaseLoader):
        marked = getattr(event, "anchor", None) or getattr(event, "tag", None)
        if marked or isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line if event.start_mark else 0
            raise _NotRead(line, "anchors (&), aliases (*) and tags (!) are not read")
    read = yaml.load(source, Loader=yaml.BaseLoader)  # knows texts, lists and mappings alone
    if not isinstance(read, dict):
        return {}
    return {
        key: value
        for key, value in read.items()
        if isinstance(key, str) and not (isinstance(value, str) and value in _NOTHING)
    }


def _fault(exc: Exception, fence: str) -> str:
    """What is wrong with front matter, where, and what mends it."""
    where, problem = "", " ".join(str(exc).split())
    if isinstance(exc, _NotRead):
        where = f" (line {exc.line + 2})"
    elif isinstance(exc, yaml.MarkedYAMLError) and exc.problem_mark is not None:
        where, problem = f" (line {exc.problem_mark.line + 2})", exc.problem or ""
    kind = "TOML" if fence == "+++" else "YAML"
    return (
        f"its front matter is not {kind} as it is read here{where}: {problem[:120]}. Its "
        "plain fields were taken as they stand. Put the value in quotes, or take the line out"
    )
