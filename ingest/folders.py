"""Which files there are: the paths that were named, walked, with what `sources.toml` says."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.documents import Details
from ingest.errors import IngestError, NothingToIngest
from ingest.paths import resolved
from ingest.readers import KINDS

CATALOGUE = "sources.toml"
FIELDS = ("file", "title", "publisher", "author", "date", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file to read, and what the catalogue of its folder says of it."""

    path: Path
    details: Details = field(default_factory=Details)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that is passed over, and why."""

    path: Path
    reason: str


def find_files(paths: Sequence[Path]) -> tuple[list[Candidate], list[Skipped]]:
    """The files under `paths` in a fixed order, each once.

    Hidden files and links are passed over within folders, as a link may lead out of the folder
    or round in a circle. Raises NothingToIngest for a path that does not exist, IngestError for
    a catalogue that cannot be read: nothing has been read by then.
    """
    candidates: dict[Path, Candidate] = {}
    skipped: list[Skipped] = []
    for path in paths:
        try:
            found = resolved(path)
            there = found.is_file() or found.is_dir()
        except (OSError, RuntimeError) as exc:  # a name too long, a folder closed to us, a circle
            raise NothingToIngest(f"cannot open {path}: {exc}. Nothing was read.") from exc
        if not there:
            raise NothingToIngest(f"there is no file or folder {path}. Nothing was read.")
        if found.is_file():
            catalogue = _read_catalogue(found.parent)
            details = catalogue.get(found.name, Details())
            candidates.setdefault(found, Candidate(path=found, details=details))
            continue
        _walk(found, Path(), {}, candidates, skipped)
    if not candidates and not skipped:
        named = ", ".join(str(path) for path in paths)
        raise NothingToIngest(
            f"{named}: no files here that can be read ({', '.join(KINDS)}). Nothing was read."
        )
    return list(candidates.values()), skipped


def _walk(
    root: Path,
    inside: Path,
    inherited: dict[str, Details],
    candidates: dict[Path, Candidate],
    skipped: list[Skipped],
) -> None:
    folder = root / inside
    try:
        entries = sorted(folder.iterdir())
    except OSError as exc:
        skipped.append(Skipped(path=folder, reason=f"cannot be opened: {exc.strerror}"))
        return
    own = {(inside / name).as_posix(): found for name, found in _read_catalogue(folder).items()}
    catalogue = inherited | own
    for name in own:
        if not (root / name).exists():
            reason = f"named in {CATALOGUE}, and not there"
            skipped.append(Skipped(path=root / name, reason=reason))
    for entry in entries:
        path = inside / entry.name
        if entry.name.startswith(".") or entry.name == CATALOGUE:
            continue
        if entry.is_symlink():
            skipped.append(Skipped(path=entry, reason="a link, which is not followed"))
        elif entry.is_dir():
            _walk(root, path, catalogue, candidates, skipped)
        elif not entry.is_file():
            skipped.append(Skipped(path=entry, reason="not a plain file"))
        elif entry.suffix.lower() not in KINDS:
            kinds = ", ".join(KINDS)
            skipped.append(Skipped(path=entry, reason=f"not of a kind that is read ({kinds})"))
        else:
            details = catalogue.get(path.as_posix(), Details())
            candidates.setdefault(entry, Candidate(path=entry, details=details))


def _read_catalogue(folder: Path) -> dict[str, Details]:
    """What `sources.toml` in a folder says: file name → details. Empty where there is none."""
    file = folder / CATALOGUE
    try:
        with file.open("rb") as stream:
            content = tomllib.load(stream)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as exc:
        raise IngestError(f"cannot read {file}: {exc}. Mend it and try again.") from exc
    found = {}
    for number, entry in enumerate(_entries(content, file), start=1):
        for key in entry:
            if key not in FIELDS:
                raise IngestError(
                    f"{file}: '{key}' in [[source]] number {number} is not known. "
                    f"Known are: {', '.join(FIELDS)}."
                )
        if not isinstance(entry.get("file"), str):
            raise IngestError(f"{file}: [[source]] number {number} does not say which file.")
        found[entry["file"]] = Details.of(entry)
    return found


def _entries(content: dict[str, Any], file: Path) -> list[dict[str, Any]]:
    entries = content.get("source", [])
    strange = [key for key in content if key != "source"]
    if strange or not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise IngestError(f"{file}: expected tables called [[source]] and nothing else.")
    return entries
