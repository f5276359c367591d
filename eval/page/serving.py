"""What the Evaluate tab's routes share: a form's fields, how a reply is made."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Body
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from eval.errors import EvalError
from vectorstore import SoundingsError
from web.look.markup import Html

FRESH = {"Cache-Control": "no-store"}

Fields = Annotated[dict[str, Any], Body()]


def told(make: Callable[[], Html | Response]) -> Response:
    """A view, or what went wrong in words for the person, with a status that says so."""
    try:
        made = make()
    except SoundingsError as exc:
        return PlainTextResponse(str(exc), status_code=409, headers=FRESH)
    return HTMLResponse(made, headers=FRESH) if isinstance(made, Html) else made


def text(fields: dict[str, Any], name: str) -> str:
    """A field of a form that was sent. Raises EvalError where it is not text."""
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise EvalError(f"'{name}' must be text")
    return value.replace("\r\n", "\n").strip()


def number(fields: dict[str, Any], name: str) -> int:
    """A field that is a whole number. Raises EvalError."""
    try:
        return int(fields.get(name, ""))
    except (TypeError, ValueError) as exc:
        raise EvalError(f"'{name}' must be a whole number") from exc


def listed(fields: dict[str, Any], name: str) -> list[Any]:
    """A field that may be there several times."""
    value = fields.get(name, [])
    return value if isinstance(value, list) else [value]
