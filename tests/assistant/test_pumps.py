"""Nothing that comes in can make a regular expression of ours take long.

The pumps are found by a script: long runs of whatever a part of a pattern repeats, before an end
that does not match. Every pattern of the folders that a request reaches gives its own.
"""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from functools import cache

import pytest

import assistant
import prompts
import vectorstore
import web
from assistant import Engine, Turn
from assistant.answering.engine import QUESTION_CHARACTERS, TURN_CHARACTERS, TURNS

re_parser = re._parser  # type: ignore[attr-defined]
FOLDERS = (assistant, prompts, vectorstore, web)
LENGTH = QUESTION_CHARACTERS  # what a request brings to a pattern at once, but for a turn
ENDS = ("", "!")
COMMON = ("Aa-", "A-", "a ", "Ab ", "1,", "(", "“", "a's ", " ", "\n")
MOST = 8  # times as much as prose of the same length costs


def modules() -> Iterator[object]:
    for folder in FOLDERS:
        for found in pkgutil.walk_packages(folder.__path__, folder.__name__ + "."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """Every compiled pattern over text that a module keeps, alone or in a tuple."""
    found = dict[tuple[str, int], re.Pattern[str]]()
    for module in modules():
        for value in vars(module).values():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, re.Pattern) and isinstance(each.pattern, str):
                    found[each.pattern, each.flags] = each
    return tuple(found.values())


def sample(items: object) -> str:
    """A short text that a part of a parsed pattern matches, as far as this can tell."""
    said = ""
    for op, value in items:  # type: ignore[attr-defined]
        name = str(op)
        if name == "LITERAL":
            said += chr(value)
        elif name == "NOT_LITERAL":
            said += "a" if value != ord("a") else "b"
        elif name == "ANY":
            said += "a"
        elif name == "IN":
            said += one_of(value)
        elif name == "BRANCH":
            said += sample(value[1][0])
        elif name == "SUBPATTERN":
            said += sample(value[3])
        elif name == "ATOMIC_GROUP":
            said += sample(value)
        elif name in REPEATS:
            said += sample(value[2]) * max(value[0], 1)
    return said


REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
CATEGORIES = {"DIGIT": "1", "SPACE": " ", "WORD": "a", "NOT_DIGIT": "a", "NOT_SPACE": "a"}


def one_of(members: object) -> str:
    first = next(iter(members))  # type: ignore[call-overload]
    negated = str(first[0]) == "NEGATE"
    listed = [m for m in members if str(m[0]) != "NEGATE"]  # type: ignore[attr-defined]
    if negated:
        left_out = re.compile("|".join(re.escape(c) for c in "aB1 .-") or "x")
        taken = {chr(v) for op, v in listed if str(op) == "LITERAL"}
        return next((c for c in left_out.findall("aB1 .-") if c not in taken), "é")
    op, value = listed[0]
    if str(op) == "LITERAL":
        return chr(value)
    if str(op) == "RANGE":
        return chr(value[0])
    return CATEGORIES.get(str(value).removeprefix("CATEGORY_"), "-")


def units(parsed: object) -> Iterator[str]:
    """What each repeated part of a pattern matches, and what stands before and after it with it."""
    items = list(parsed)  # type: ignore[call-overload]
    for place, (op, value) in enumerate(items):
        name = str(op)
        if name in REPEATS:
            yield sample(value[2])
            yield sample(items[max(place - 1, 0) : place + 2])
            yield sample(items)
            yield from units(value[2])
        elif name == "SUBPATTERN":
            yield from units(value[3])
        elif name == "BRANCH":
            for branch in value[1]:
                yield from units(branch)
        elif name == "ATOMIC_GROUP":
            yield from units(value)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from units(value[1])


@cache
def pumps() -> tuple[str, ...]:
    found = {
        unit
        for pattern in patterns()
        for unit in units(re_parser.parse(pattern.pattern, pattern.flags))
        if 0 < len(unit) <= 60
    }
    return tuple(sorted({*found, *COMMON}))


def spent(pattern: re.Pattern[str], text: str) -> float:
    began = time.thread_time()
    for match in pattern.finditer(text):
        match.end()
    pattern.match(text)
    return time.thread_time() - began


def filled(begin: str, unit: str, end: str, length: int) -> str:
    return begin + (unit * (length // len(unit) + 1))[: length - len(begin) - len(end)] + end


def test_the_script_finds_the_patterns_and_pumps_of_the_code() -> None:
    assert len(patterns()) > 80
    assert len(pumps()) > 150
    slow = re.compile(r"(?:a+)+b")  # and would find one that is dangerous
    [unit] = {unit for unit in units(re_parser.parse(slow.pattern)) if unit == "a"}
    assert spent(slow, unit * 22) > 10 * spent(slow, unit * 16)


@pytest.mark.slow
def test_no_pattern_takes_long_over_any_pump() -> None:
    """In processor time, beside what all patterns together take over as many letters of prose."""
    prose = "The group's 35 leaders met in May (2016), and said: “We learn.” " * (LENGTH // 64)
    usual = sum(spent(pattern, prose) for pattern in patterns())
    slow = list[str]()
    for pattern in patterns():
        parsed = re_parser.parse(pattern.pattern, pattern.flags)
        own = {unit for unit in units(parsed) if 0 < len(unit) <= 60}
        for unit in sorted(own | set(COMMON)):
            for end in ENDS:
                taken = spent(pattern, filled("", unit, end, LENGTH))
                if taken > MOST * max(usual, 0.05):
                    slow.append(f"{taken:.2f} s: {pattern.pattern[:60]} over {unit!r}…{end!r}")
    assert not slow, "\n".join(slow)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["question", "standalone", "turn"])
def test_no_pump_makes_a_request_take_long(starter_engine: Engine, where: str) -> None:
    """In processor time, beside a question of as many letters as people write them."""

    def cost(text: str) -> float:
        began = time.process_time()
        if where == "turn":
            turn = Turn(role="user", content=text)
            starter_engine.ask("What does she think of it?", [turn] * TURNS)
        elif where == "question":
            starter_engine.ask(text[:QUESTION_CHARACTERS])
        else:
            starter_engine.ask("And?", standalone=text[:QUESTION_CHARACTERS])
        return time.process_time() - began

    prose = "What do leaders say about conflicts of interest, and how are they met in groups? "
    cost(prose)
    usual = cost(filled("", prose, "?", TURN_CHARACTERS))
    sent = [unit for unit in pumps() if any(c.isalnum() for c in unit)]
    few = [*COMMON[:4], *sent[first_for(where) :: 15]]
    taken = {unit: cost(filled("Who is ", unit, "?", TURN_CHARACTERS)) for unit in few}
    assert max(taken.values()) < MOST * max(usual, 0.2), max(taken, key=lambda unit: taken[unit])


def first_for(where: str) -> int:
    """Where the pumps of a test begin, so that the three do not all try the same."""
    return len(where) % 15
