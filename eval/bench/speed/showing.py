"""How long after the engine has an answer its first statement is on the screen, in a real browser.

    python -m eval.bench.speed.showing --home DIR [--questions N] [--length L]

The Ask tab is served as it is and asked gold questions, in conversations of so many. What counts
is the time from the engine's answer to the frame that shows it; beside it stands how long the
engine took, since a person waits for both. Without a language model.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from statistics import median
from typing import Any

from assistant import Answer, open_engine
from eval.bench.speed.browsing import in_words, shown
from eval.gold.questions import questions_alone
from eval.homes import settings_of

TARGET = 150  # milliseconds
_WATCH = """() => {
  const count = () => document.querySelectorAll(".exchange").length;
  const before = count();
  window.seen = (async () => {
    for (;;) {
      await new Promise(requestAnimationFrame);
      const last = [...document.querySelectorAll(".exchange")].pop();
      if (count() > before && last.querySelector(".answer:not(.pending)")) break;
    }
    return performance.timeOrigin + performance.now();
  })();
}"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.speed.showing", description=__doc__)
    parser.add_argument("--home", help="the library to ask; the usual home if left out")
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--length", type=int, default=5)
    args = parser.parse_args(argv)
    after, asking = measure(args.home, args.questions, args.length)
    print(f"on the screen after the engine has it: {in_words(after, TARGET)}")
    print(f"the engine itself: median {median(asking):.0f} ms")
    print(f"ratio of the medians: {median(after) / median(asking):.2f}")
    return 0


def measure(home: str | None, count: int, length: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the engine's answer to the screen, and those that the engine took."""
    from assistant.ask import tab
    from web.guard import Guard
    from web.look import source_pane
    from web.look import theme as look
    from web.tab import page_of

    engine = open_engine(settings_of(home), engine="extractive")
    engine.settings = engine.settings.model_copy(update={"keep_days": 0})  # nothing is left there
    stream, had = engine.stream, list[tuple[float, float]]()

    def timed(*args: Any, **more: Any) -> Iterator[Answer]:
        began = time.time()
        for answer in stream(*args, **more):
            had.append((began, time.time()))
            yield answer

    engine.stream = timed  # type: ignore[method-assign]
    head = "".join(part.head() for part in (look, source_pane, tab))
    app = page_of([partial(tab.add_tab, engine)], head, named=False)
    app.add_middleware(Guard)
    gold = questions_alone("starter")
    after, asking = [], []
    with shown(app) as page:
        page.locator(".welcome").wait_for()
        for number, question in enumerate(gold[: count + 3]):
            page.evaluate(_WATCH)
            page.get_by_label("Your question").fill(question)
            page.get_by_role("button", name="Ask", exact=True).click()
            seen = page.evaluate("window.seen") / 1000
            if number >= 3:  # the first load what the others find there
                began, answered = had[-1]
                after.append((seen - answered) * 1000)
                asking.append((answered - began) * 1000)
            if number % length == length - 1:
                page.get_by_role("button", name="New conversation").click()
                page.locator(".welcome").wait_for()
    return after, asking


if __name__ == "__main__":
    sys.exit(main())
