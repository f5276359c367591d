"""How long a citation takes to open in a long source, in a real browser.

    python -m eval.bench.opening [--pages N] [--times N]

A source of N pages is put into a library of its own; the pane's own script, style and route are
served, and its buttons clicked. What counts is the time from the click to the frame in which the
quote, marked, is within view. Needs playwright and Chromium or Chrome.
"""

import argparse
import shutil
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from vectorstore import Changes, Library, NewPassage, NewVersion, Sentence
from vectorstore.library import FILE_NAME, digest
from vectorstore.page import look, source_pane
from vectorstore.page.markup import element, join
from vectorstore.page.source_view import address

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
  return performance.now() - began;
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
    app.include_router(source_pane.routes(library))

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
    with tempfile.TemporaryDirectory() as folder:
        library = long_source(Path(folder), args.pages)
        for what, times in _measured(app_of(library, args.pages), args.times).items():
            print(f"{what}: median {median(times):.0f} ms, most {max(times):.0f} ms")


def _measured(app: Any, times: int) -> dict[str, list[float]]:
    import uvicorn
    from playwright.sync_api import sync_playwright

    config = uvicorn.Config(app, port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    found: dict[str, list[float]] = {}
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = launched.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://127.0.0.1:{port}/")
        for _ in range(times):
            for name in ("first", "middle", "last"):
                for what, id in ((name, name), (f"{name}, whole source", "source-whole")):
                    found.setdefault(what, []).append(page.evaluate(_OPENED, id))
        launched.close()
    server.should_exit = True
    thread.join()
    return found


if __name__ == "__main__":
    main()
