"""The pictures of the page in README and guides: `python -m tests.screenshots HOME [NAME ...]`.

HOME holds the starter library and a run of the suite (`soundings eval run` with the same `--home`).
The real page is started over a copy of it, and led to what each picture shows; they are written
over those in `docs/`.
"""

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browsing import LONG, QUIET, ROOT, ask, chatting
from tests.made import browser_path

SIZE = {"width": 1280, "height": 860}
COLOURS = 128  # as many as nobody misses; the file is a quarter as large


def asking(page: Page) -> None:
    """An answer, with its first quote opened in its source."""
    answer = ask(page, "What do managers add?")
    answer.locator(".marker").first.click()
    expect(page.locator("#source-quote")).to_be_visible(timeout=LONG)
    expect(page.locator(".next:empty")).to_have_count(0, timeout=LONG)


def discussing(page: Page) -> None:
    """A pack."""
    page.get_by_role("tab", name="Discuss").click()
    page.get_by_label("Topic").fill("clinicians as leaders")
    page.get_by_role("button", name="Make pack").click()
    expect(page.locator(".pack")).to_be_visible(timeout=LONG)


def keeping(page: Page) -> None:
    """The sources, and one that was removed in the bin."""
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="Remove Brief: Taking the lead").click()
    page.get_by_role("button", name="Remove it").click()
    back = page.locator("#library-bin").get_by_role("button", name="Put it back")
    expect(back).to_be_visible(timeout=LONG)
    page.set_viewport_size({**SIZE, "height": 1500})


def judging(page: Page) -> None:
    """The last run."""
    page.get_by_role("tab", name="Evaluate").click()
    page.locator("#ev tbody").get_by_role("button").first.click()
    expect(page.locator("#ev .verdict")).to_be_visible(timeout=LONG)


PICTURES: dict[str, Callable[[Page], None]] = {
    "ask": asking,
    "discuss": discussing,
    "evaluate": judging,
    "library": keeping,  # the last, since it changes the library
}


def take(home: Path, folder: Path, names: Sequence[str]) -> None:
    """Take the pictures of these names, each of a page opened anew, and put them into `folder`."""
    with chatting(home, sys.stderr) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)
        for name in names:
            page = browser.new_context(viewport=SIZE, reduced_motion="reduce").new_page()
            page.goto(served.address)
            expect(page.locator(".welcome")).to_be_visible(timeout=LONG)
            PICTURES[name](page)
            page.mouse.move(0, 0)  # nothing is pointed at
            page.evaluate("scrollTo(0, 0)")
            taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            taken.quantize(COLOURS).save(folder / f"{name}.png", optimize=True)
        browser.close()


def main() -> None:
    """Take the pictures over the home that is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("home", type=Path, metavar="HOME")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        copied = shutil.copytree(asked.home, Path(place) / "home")
        take(copied, ROOT / "docs", asked.names or list(PICTURES))


if __name__ == "__main__":
    main()
