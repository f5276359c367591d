"""An app served on a free port and opened in a real browser, for what is measured there.

Needs playwright and Chromium or Chrome.
"""

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any


@contextmanager
def shown(app: Any) -> Iterator[Any]:
    """The page of the app, in a window of 1440 by 900."""
    import uvicorn
    from playwright.sync_api import sync_playwright

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    path = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"http://127.0.0.1:{port}/")
            yield page
            browser.close()
    finally:
        server.should_exit = True
        thread.join(5)


def in_words(times: Sequence[float], target: float) -> str:
    """Milliseconds: the middle, the 95th of a hundred, the longest; and how many meet a target."""
    ordered = sorted(times)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    met = sum(time <= target for time in ordered)
    return (
        f"median {median(ordered):.0f} ms, 95 % within {high:.0f} ms, most {ordered[-1]:.0f} ms; "
        f"{met} of n={len(ordered)} within {target:.0f} ms"
    )
