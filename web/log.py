"""The two logs on the page, for administrators: looked through, and taken out."""

import csv
import io
import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from vectorstore.database.opening import Place
from web.audit import Sought, entries, events, moment
from web.look.markup import Html, element
from web.look.plain import HEADERS, field, plain_page, table

EACH = 100  # rows of a page
_KINDS = {"security": "What was done", "asked": "What was asked"}
_HEADS = {"at": "When (UTC)", "address": "from", "deed": "what", "text": "asked"}
_RUNS = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet takes a cell for a formula


class Wanted(BaseModel):
    """What an administrator looks for."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["security", "asked"] = "security"
    since: str = Field(default="", max_length=20)
    person: str = Field(default="", max_length=200)
    deed: str = Field(default="", max_length=60)
    words: str = Field(default="", max_length=200)
    page: int = Field(default=1, ge=1, le=1_000_000)
    form: Literal["csv", "json"] = "csv"


def routes(place: Place) -> APIRouter:
    """The page of the logs, and what is taken out of them."""
    router = APIRouter()

    @router.get("/log", response_class=HTMLResponse)
    def shown(wanted: Annotated[Wanted, Query()]) -> Response:
        found = _found(place, wanted, (wanted.page - 1) * EACH, EACH + 1)
        page = plain_page(
            f"{_KINDS[wanted.kind]} – Soundings",
            element("h1", _KINDS[wanted.kind]),
            element("p", *(_other(kind) for kind in _KINDS if kind != wanted.kind)),
            _form(wanted),
            _table(found[:EACH]) if found else element("p", "Nothing of the kind.", role="status"),
            _around(wanted, more=len(found) > EACH),
            element("p", element("a", "Back to Soundings", href="./")),
            wide=True,
        )
        return HTMLResponse(page, headers=HEADERS)

    @router.get("/log/export")
    def export(wanted: Annotated[Wanted, Query()]) -> Response:
        found = _found(place, wanted, 0, None)
        written = _csv(found) if wanted.form == "csv" else _json(found)
        named = f'attachment; filename="soundings-{wanted.kind}.{wanted.form}"'
        return Response(
            written.encode("utf-8", "replace"),
            headers={"Content-Disposition": named, "Cache-Control": "no-store"},
            media_type={"csv": "text/csv", "json": "application/json"}[wanted.form],
        )

    return router


def _found(place: Place, wanted: Wanted, skip: int, most: int | None) -> list[dict[str, Any]]:
    """Raises UsageError for a `since` that is no time."""
    since: datetime | None = moment(wanted.since) if wanted.since else None
    sought = Sought(
        since=since,
        person=wanted.person,
        deed=wanted.deed,
        words=wanted.words,
        skip=skip,
        most=most,
    )
    rows = (events if wanted.kind == "security" else entries)(place, sought)
    return [asdict(row) for row in rows]


def _other(kind: str) -> Html:
    return element("a", _KINDS[kind], href=f"log?kind={kind}")


def _form(wanted: Wanted) -> Html:
    return element(
        "form",
        element("input", type="hidden", name="kind", value=wanted.kind),
        field("Who", "person", wanted.person),
        field("What", "deed", wanted.deed),
        field("Since (a date, or 36h, 7d)", "since", wanted.since),
        field("With these words", "words", wanted.words),
        element("button", "Find", type="submit"),
        method="get",
        action="log",
        class_="across",
    )


def _table(found: list[dict[str, Any]]) -> Html:
    heads = [_HEADS.get(name, name).capitalize() for name in found[0]]
    return table(heads, [[_cell(value) for value in row.values()] for row in found])


def _cell(value: Any) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value or "").removesuffix("+00:00")


def _around(wanted: Wanted, *, more: bool) -> Html:
    """The pages before and after this one, and the ways out."""
    asked = wanted.model_dump(exclude_defaults=True, exclude={"page"})

    def link(label: str, to: str, **also: object) -> Html:
        return element("a", label, href=f"{to}?{urlencode(asked | {'kind': wanted.kind} | also)}")

    links = [
        *([link("Later", "log", page=wanted.page - 1)] if wanted.page > 1 else []),
        *([link("Earlier", "log", page=wanted.page + 1)] if more else []),
        link("All of these as CSV", "log/export", form="csv"),
        link("as JSON", "log/export", form="json"),
    ]
    return element("p", *(part for each in links for part in (each, " ")))


def _csv(found: list[dict[str, Any]]) -> str:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(found[0] if found else ())
    for row in found:
        cells = (_cell(value) for value in row.values())
        rows.writerow(f"'{cell}" if cell.startswith(_RUNS) else cell for cell in cells)
    return written.getvalue()


def _json(found: list[dict[str, Any]]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1)
