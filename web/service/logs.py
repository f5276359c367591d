"""The program's log as JSON, a line each: when, how grave, where from, what, and whose request.

What was asked is left out unless the settings want it there: a log is read by more people than the
library is. Nor do lines name people; the audit log does.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO, Any

from web.service.deeds import Deed, listen

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
TOLD = "told"  # the attribute of a record that holds further fields
OURS = ("assistant", "eval", "ingest", "vectorstore", "web", "soundings")
_log = logging.getLogger(__name__)


class Lines(logging.Formatter):
    """A record as one JSON object. `request` is the id that the reply had, too."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (request := REQUEST.get()) is not None:
            line["request"] = request
        line |= getattr(record, TOLD, {})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        said = json.dumps(line, ensure_ascii=False, default=str)
        return said.encode("utf-8", "replace").decode()  # half a character, as an error may hold


def in_lines(*, text: bool, stream: IO[str] | None = None) -> None:
    """From now on the log is JSON on standard error, ours from `info` on and others' from
    `warning`. With `text` a line about a question holds it."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)

    def heard(deed: Deed) -> None:
        asked = {"text": deed.text} if text else {}
        done = {"deed": deed.name, "outcome": deed.outcome, "ms": round(deed.seconds * 1000)}
        _log.info("%s: %s", deed.name, deed.outcome, extra={TOLD: {**done, **asked}})

    listen("logs", heard)


def announced(message: str) -> None:
    """What the command line would say to the person who waits, as a line of the log."""
    logging.getLogger("soundings").info("%s", message)
