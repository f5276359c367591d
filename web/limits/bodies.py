"""JSON that nothing behind the door could carry is refused at it."""

import json

LARGEST = 2**63 - 1  # what a database's column takes


class _Unsound(ValueError):
    """Why a body is not taken."""


def unsound(body: bytes, depth: int, *, halves: bool = False) -> str | None:
    """Why a body is not taken: its JSON goes deeper than `depth`, or holds a number or a character
    that is none. None for sound JSON, and for what is no JSON at all. With `halves` half a
    character is let through, as is left of an emoji where a browser cuts what is typed."""
    try:
        level = [json.loads(body, parse_constant=_no_number, parse_int=_whole)]
        for _ in range(depth + 1):
            within = list[object]()
            for value in level:
                if isinstance(value, dict):  # None: an empty one is as deep as any
                    within += [None, *value, *value.values()]
                elif isinstance(value, list):
                    within += [None, *value]
                else:
                    _check(value, halves)
            if not within:
                return None
            level = within
    except _Unsound as exc:
        return str(exc)
    except RecursionError:
        pass
    except ValueError:
        return None
    return f"The body has more than {depth} brackets within one another."


def _check(value: object, halves: bool) -> None:
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise _Unsound("The body holds a number that is too large.")
    if not isinstance(value, str):
        return
    try:
        value.encode("utf-8", "surrogatepass" if halves else "strict")
    except UnicodeEncodeError as exc:
        raise _Unsound("The body holds half a character.") from exc
    if "\0" in value:
        raise _Unsound("The body holds a zero character.")


def _no_number(name: str) -> object:
    raise _Unsound(f"The body holds {name}, which is no number in JSON.")


def _whole(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > LARGEST:
        raise _Unsound("The body holds a number that is too large.")
    return int(digits)
