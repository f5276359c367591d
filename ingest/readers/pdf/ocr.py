"""Pages that are only pictures, read by Tesseract (Apache-2.0) where it is installed.

It is run as the program that it is, from pipe to pipe: its wrappers write temporary files, and the
process that reads may write none. What it reads takes the same way as any other words.
"""

import csv
import io
import os
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import pypdfium2 as pdfium

from ingest.readers.pdf.layout import Word

SETTING, SECONDS = "SOUNDINGS_OCR", "SOUNDINGS_READ_SECONDS"
SHARE, MOST = 0.6, 0.85  # of the time that a file is given: no page is begun, none goes on
DOTS = 300  # an inch: what Tesseract was trained on
MOST_PIXELS = 5_000  # of a side
SURE = 30.0  # of 100: words that are less sure are ornaments more often than words
LIKELY = 65.0  # of 100: a page whose words are less sure may stand on its side
MOST_LANGUAGES = 4
AT_ONCE = 4
ALIKE = 0.35  # of the usual height: lines that differ less are of one size of type
_NO_LANGUAGES = ("osd", "equ", "snum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognized:
    """The words of a page as they were recognized, and how sure they are on average, of 100."""

    words: tuple[Word, ...]
    sure: float


class Engine:
    """Tesseract, as the setting has it: "auto", "off", or languages ("eng+deu")."""

    def __init__(self, setting: str) -> None:
        self.setting = setting
        self.program = None if setting == "off" else shutil.which("tesseract")
        self.until = float("inf")  # on the monotonic clock: past it, it is stopped

    @cached_property
    def languages(self) -> str:
        """Those asked for, or those installed, English first."""
        if self.setting != "auto":
            return self.setting
        listed = self._run(["--list-langs"]).split("\n")[1:]
        found = [name for name in map(str.strip, listed) if name and name not in _NO_LANGUAGES]
        found = [name for name in found if "/" not in name]
        return "+".join(sorted(found, key=lambda name: name != "eng")[:MOST_LANGUAGES]) or "eng"

    @cached_property
    def name(self) -> str:
        """What it is, for people: "Tesseract 5.3.0, eng"."""
        version = self._run(["--version"]).split("\n")[0].removeprefix("tesseract").strip()
        return f"Tesseract {version}, {self.languages}"

    def read(self, picture: bytes, scale: float, top: float) -> Recognized:
        """The words of a picture whose pixels are `scale` points, below `top`. Raises OSError or
        ValueError, with what the program says, where it cannot."""
        table = self._run(
            ["stdin", "stdout", "-l", self.languages, "--dpi", str(DOTS), "tsv"], picture
        )
        return _recognized(table, scale, top)

    def _run(self, arguments: Sequence[str], given: bytes = b"") -> str:
        assert self.program is not None
        done = subprocess.run(
            [self.program, *arguments],
            input=given,
            capture_output=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            check=False,
            timeout=max(self.until - time.monotonic(), 0.1) if self.until < float("inf") else None,
        )
        if done.returncode:
            raise ValueError(" ".join(done.stderr.decode("utf-8", "replace").split())[:200])
        return done.stdout.decode("utf-8", "replace")


def recognize(
    document: pdfium.PdfDocument, numbers: Iterable[int], engine: Engine
) -> Iterator[tuple[int, Recognized]]:
    """What the engine reads on pages (from 0), as far as time allows."""
    seconds = float(os.environ.get(SECONDS, "60"))
    until = time.monotonic() + SHARE * seconds
    engine.until = time.monotonic() + MOST * seconds
    waiting = list(numbers)
    at_once = max(1, min(AT_ONCE, os.cpu_count() or 1))
    with ThreadPoolExecutor(at_once) as pool, suppress(subprocess.TimeoutExpired):
        while waiting and time.monotonic() < until:
            batch, waiting = waiting[:at_once], waiting[at_once:]
            pictures = [_picture(document, number) for number in batch]
            read = pool.map(lambda given: engine.read(*given), pictures)
            for number, found in zip(batch, read, strict=True):
                sure = found.sure >= LIKELY or time.monotonic() > until
                yield number, found if sure else _upright(document, number, engine, found)


def _upright(
    document: pdfium.PdfDocument, number: int, engine: Engine, first: Recognized
) -> Recognized:
    """What is read of a page with another side up, if it is surer."""
    tries = (engine.read(*_picture(document, number, turned)) for turned in (90, 270, 180))
    return max((first, *tries), key=lambda found: (found.sure, len(found.words)))


def _picture(
    document: pdfium.PdfDocument, number: int, turned: int = 0
) -> tuple[bytes, float, float]:
    """A page as a grey picture (PGM), how many points a pixel has, and the height of its top."""
    page = document[number]
    width, height = page.get_size()
    scale = min(DOTS / 72, MOST_PIXELS / max(width, height, 1))
    bitmap = page.render(  # what was filled in is known already
        scale=scale, grayscale=True, rotation=turned, draw_annots=False, may_draw_forms=False
    )
    grey = bitmap.to_numpy()
    rows, columns = grey.shape[:2]
    picture = (
        b"P5 %d %d 255\n" % (columns, rows) + grey.reshape(rows, columns, -1)[:, :, 0].tobytes()
    )
    page.close()
    return picture, 1 / scale, rows / scale


def _recognized(table: str, scale: float, top: float) -> Recognized:
    """The words of Tesseract's table, each line of them on one baseline and of one size."""
    lines: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and (row["text"] or "").strip() and float(row["conf"]) >= SURE:
            lines[(row["block_num"], row["par_num"], row["line_num"])].append(row)
    heights = {key: median(float(row["height"]) for row in own) for key, own in lines.items()}
    usual = median(heights.values()) if heights else 0.0
    words: list[Word] = []
    for key, own in lines.items():
        alike = abs(heights[key] - usual) <= ALIKE * usual
        bottom = median(float(row["top"]) + float(row["height"]) for row in own)
        size = 1.2 * scale * (usual if alike else heights[key])
        for row in own:
            x0 = scale * float(row["left"])
            words.append(
                Word(
                    text=row["text"].strip(),
                    x0=x0,
                    x1=x0 + scale * float(row["width"]),
                    y=top - scale * bottom,
                    size=size,
                    bold=False,
                )
            )
    rows = [row for own in lines.values() for row in own]
    long = [float(row["height"]) > float(row["width"]) for row in rows if len(row["text"]) > 3]
    on_its_side = sum(long) * 2 > len(long)
    sure = sum(float(row["conf"]) for row in rows) / max(len(rows), 1)
    return Recognized(words=tuple(words), sure=0.0 if on_its_side else sure)
