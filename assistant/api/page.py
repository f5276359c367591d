"""The page about the API: what there is, in our own words and without anything from elsewhere."""

import json
from collections.abc import Mapping
from typing import Any

from web.identity.people import LOCAL, Person
from web.look.markup import Html, element
from web.look.plain import plain_page, table

_CALL = """curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"question": "What is the triple aim?"}' ADDRESS/api/ask"""


def about(described: Mapping[str, Any], person: Person) -> Html:
    """The page, from the OpenAPI document."""
    known = described["components"]["schemas"]
    who = (
        "No login is needed from this machine."
        if person == LOCAL
        else f"You are {person.name}, {person.role}. A program shows a token instead, which "
        f"whoever runs this page makes: soundings users token {person.name}"
    )
    parts = [
        element("h1", "Soundings for programs"),
        element("p", str(described["info"]["summary"])),
        element("p", who),
        element("pre", _CALL, tabindex=0),
        element(
            "p",
            "All of it as an OpenAPI document: ",
            # The page lies at /api, so that this leads below it wherever that is.
            element("a", "api/openapi.json", href="api/openapi.json"),
        ),
    ]
    for path, methods in described["paths"].items():
        for method, what in methods.items():
            if "requestBody" in what:
                parts += _operation(f"{method.upper()} {path}", what, known)
    return plain_page("Soundings for programs", *parts)


def _operation(title: str, what: Mapping[str, Any], known: Mapping[str, Any]) -> list[Html]:
    given = _named(what["requestBody"]["content"]["application/json"]["schema"])
    returned = _named(what["responses"]["200"]["content"]["application/json"]["schema"])
    return [
        element("h2", element("code", title)),
        element("p", " ".join(str(what["description"]).split())),
        _table("Goes in", known[given]),
        _table("Comes out", known[returned]),
    ]


def _named(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1]


def _table(title: str, schema: Mapping[str, Any]) -> Html:
    needed = schema.get("required", [])
    rows = [
        (element("code", name), _kind(field), _more(field, name in needed))
        for name, field in schema["properties"].items()
    ]
    return table(("Field", "Kind", "Note"), rows, title)


def _kind(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return _named(field).removeprefix("Api")
    if "anyOf" in field:
        return " or ".join(_kind(each) for each in field["anyOf"]).replace("null", "nothing")
    if "enum" in field:
        return " or ".join(map(str, field["enum"]))
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    kind = str(field["type"])
    return {"string": "text", "integer": "whole number"}.get(kind, kind)


def _more(field: Mapping[str, Any], needed: bool) -> str:
    notes = [str(field["description"])] if "description" in field else []
    if not needed and field.get("default") not in (None, []):
        notes.append(f"{json.dumps(field['default'])} where left out")
    return "; ".join(notes)
