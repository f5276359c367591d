"""The files that sources were read from, where their pages are shown as they are printed."""

import contextlib
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

FOLDER = "originals"
KINDS = frozenset({"pdf"})


class Originals:
    """Files of a home, each under the digest of its bytes."""

    def __init__(self, home: Path) -> None:
        self._place = home / FOLDER

    def of(self, file_sha256: str) -> Path | None:
        """The file of this digest, if it is here."""
        path = self._path(file_sha256)
        return path if path.is_file() else None

    def keep(self, path: Path, file_sha256: str) -> None:
        """Keep a copy, unless it is here. Raises OSError, with nothing kept."""
        kept = self._path(file_sha256)
        if kept.is_file():
            return
        self._place.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._place, prefix=".") as aside:
            copy = Path(aside) / kept.name
            shutil.copyfile(path, copy)
            copy.replace(kept)

    def sweep(self, wanted: Collection[str]) -> None:
        """Take away the files of all other digests."""
        with contextlib.suppress(OSError):  # what cannot be taken away now goes the next time
            for path in self._place.iterdir():
                if path.is_file() and path.stem not in wanted:
                    path.unlink()

    def _path(self, file_sha256: str) -> Path:
        return self._place / f"{file_sha256}.pdf"
