"""How long a citation takes to open in a long source, in a real browser.

    python -m eval.bench.speed.opening [--pages N] [--times N]

A source of N pages is put into a library of its own; the pane's own script, style and route are
served, and its buttons clicked. What counts is the time from the click to the frame in which the
quote, marked, is within view; the rest of the source, which comes after that, is waited for.
"""

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from eval.bench.speed.browsing import in_words, shown
from vectorstore import Changes, Library, NewPassage, NewVersion, Sentence
from vectorstore.library import FILE_NAME, digest
from web.look import source_pane
from web.look import theme as look
from web.look.markup import element, join
from web.look.source_view import address

TARGET = 200  # milliseconds
SHORT = 3  # pages of the source that the long one is set beside
LINES = 40  # on a page
PASSAGE = 8  # lines
_LINE = "On page {page}, line {line}, the harbour master wrote down what the tide had brought in."
_OPENED = """async (id) => {
  document.getElementById("source-shown").replaceChildren();
  const began = performance.now();
  document.getElementById(id).click();
  for (;;) {
    await new Promise(requestAnimationFrame);
    const mark = document.getElementById("source-quote");
    const text = mark?.closest(".text")?.getBoundingClientRect();
    const box = mark?.getBoundingClientRect();
    if (box && box.top >= text.top && box.bottom <= text.bottom) break;
  }
  const took = performance.now() - began;
  while (document.querySelector("#source-shown [data-part]")) {
    await new Promise(requestAnimationFrame);
  }
  return took;
}"""


def long_source(folder: Path, pages: int) -> Library:
    """A library with one source, "log", of so many pages."""
    library = Library.create(folder / FILE_NAME)
    lines = [_LINE.format(page=p + 1, line=n + 1) for p in range(pages) for n in range(LINES)]
    text = "\n".join(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    passages = []
    for first in range(0, len(lines), PASSAGE):
        sentences = tuple(
            Sentence(start=starts[i], end=starts[i + 1] - 1, kind="prose", block=i)
            for i in range(first, first + PASSAGE)
        )
        passages.append(
            NewPassage(
                id=f"p{first}",
                start=sentences[0].start,
                end=sentences[-1].end,
                heading="",
                page=first // LINES + 1,
                sentences=sentences,
            )
        )
    version = NewVersion(
        source="log",
        title="The harbour master's log",
        kind="pdf",
        origin="log.pdf",
        file_sha256=digest(text).hex(),
        text=text,
        headings=(),
        passages=tuple(passages),
        pages=tuple(starts[::LINES][:pages]),
    )
    started = datetime.now(UTC).isoformat(timespec="seconds")
    library.commit(
        Changes(started=started, add=(version,), retire=()),
        meta={"encoder": "none", "encoder_name": "none", "segmentation": "by hand"},
        report="[]",
    )
    return library


def app_of(library: Library, pages: int) -> Any:
    """The pane, with a button for a quote on the first, the middle and the last page."""
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse

    text, sha256 = library.text("log"), library.source("log").sha256
    buttons = []
    for name, page in (("first", 1), ("middle", pages // 2), ("last", pages)):
        quote = _LINE.format(page=page, line=LINES // 2)
        start = text.index(quote)
        where = address("log", start, start + len(quote), sha256)
        buttons.append(element("button", name, type="button", id=name, **where))
    body = join(
        [
            element("main", element("div", *buttons, class_="answer"), id="page-main"),
            element("div", element("div", source_pane.pane(), class_="md"), id="source-side"),
        ]
    )
    app = FastAPI()
    app.include_router(source_pane.routes(library, library.path.parent))

    @app.get("/", response_class=HTMLResponse)
    def shown() -> str:
        frame = element("div", body, id="frame", class_="gradio-container")
        return f"<!doctype html><head>{look.head()}{source_pane.head()}</head>{frame}"

    return app


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a citation takes to open.")
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--times", type=int, default=20)
    args = parser.parse_args()
    found = {pages: _measured(pages, args.times) for pages in (SHORT, args.pages)}
    for what, times in found[args.pages].items():
        ratio = median(times) / median(found[SHORT][what])
        print(f"{what}: {in_words(times, TARGET)}; {ratio:.1f} times a source of {SHORT} pages")


def _measured(pages: int, times: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        library = long_source(Path(folder), pages)
        with shown(app_of(library, pages)) as page:
            for _ in range(times):
                for name in ("first", "middle", "last"):
                    found.setdefault(name, []).append(page.evaluate(_OPENED, name))
    return found


if __name__ == "__main__":
    main()
