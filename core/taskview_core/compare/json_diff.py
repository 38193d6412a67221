"""Where two JSON values differ: path by path, with what was there and what is now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from taskview_core.compare.align import Look, align
from taskview_core.compare.json_values import (
    NULL,
    Looks,
    Raw,
    Value,
    decode,
    named_members,
    written,
)
from taskview_core.entities import StoredJson

MOST_CHANGES = 1_000
"""Changes that are given one by one; more are counted."""
MOST_CHARACTERS = 4_000
"""Characters that are given of each value, from a little before the first difference on."""

_BEFORE = 60
"""Characters that are kept before the first difference of two long texts."""
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as text: JSON as stored, on one line, or a part of that from `start` on.

    `start` is the number of characters left out before it, `is_whole` false where there are more
    behind it.
    """

    text: str
    start: int = 0
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A place where two values differ: `left` is None where it was added, `right` where removed.

    `path` is as `.messages[0].content`, empty for the whole value; `.key#2` is the second of equal
    keys. Members of lists that have moved are at `old_path` on the left; else it is the same.
    """

    path: str
    old_path: str
    left: Shown | None
    right: Shown | None


@dataclass(frozen=True, slots=True)
class JsonDiff:
    """The changes in the order of the values, and how many there are with those not given."""

    changes: tuple[Change, ...]
    total: int

    def __bool__(self) -> bool:
        return self.total > 0

    @property
    def left_out(self) -> int:
        """How many changes are not given."""
        return self.total - len(self.changes)


NO_CHANGES = JsonDiff((), 0)


def json_diff(left: StoredJson, right: StoredJson, most: int = MOST_CHANGES) -> JsonDiff:
    """Compare two payloads by value: white space and the order of different keys do not count.

    Numbers are compared as they are written, and so are NULL and text that is no JSON. Members of
    lists are aligned, so that one that was put in changes nothing else.
    """
    if left.text == right.text:
        return NO_CHANGES
    changes: list[Change] = []
    total = 0
    for change in _changes(decode(left.text), decode(right.text)):
        if total < most:
            path, old_path, one, two = change
            changes.append(Change(path, old_path, *_shown(one, two)))
        total += 1
    return JsonDiff(tuple(changes), total)


def text_diff(left: str | None, right: str | None) -> JsonDiff:
    """Compare two texts that are no JSON, letter by letter: one change, or none."""
    if left == right:
        return NO_CHANGES
    values = (NULL if text is None else Raw(text) for text in (left, right))
    return JsonDiff((Change("", "", *_shown(*values)),), 1)


def is_same_json(left: StoredJson, right: StoredJson) -> bool:
    """Whether two payloads are equal as `json_diff` compares them; quicker than that."""
    if left.text == right.text:
        return True
    if left.text is None or right.text is None:
        return False
    one, two = decode(left.text), decode(right.text)
    looks = Looks()
    return looks.number(one) == looks.number(two)


class _Absent:
    """Stands for a value that there is none of."""


_ABSENT = _Absent()


def _changes(left: Value, right: Value) -> Iterator[tuple[str, str, Value, Value]]:
    looks = Looks()
    todo: list[tuple[str, str, Value, Value]] = [("", "", left, right)]
    while todo:
        path, old, one, two = todo.pop()
        if one is _ABSENT or two is _ABSENT:
            yield path, old, one, two
        elif looks.number(one) == looks.number(two):
            continue
        elif isinstance(one, list) and isinstance(two, list):
            todo += reversed(_of_lists(path, old, one, two, looks))
        elif isinstance(one, tuple) and isinstance(two, tuple):
            todo += reversed(_of_objects(path, old, one, two))
        else:
            yield path, old, one, two


def _of_objects(path: str, old: str, one: Value, two: Value) -> list[tuple[str, str, Value, Value]]:
    before, now = named_members(one), named_members(two)
    found = []
    for name, value in before.items():
        key = _step(name)
        found.append((path + key, old + key, value, now.get(name, _ABSENT)))
    for name, value in now.items():
        if name not in before:
            found.append((path + _step(name), old + _step(name), _ABSENT, value))
    return found


def _step(name: tuple[str, int]) -> str:
    key, nth = name
    # As paths are typed and shown elsewhere: quotes where the key is no plain word.
    step = f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{written(key, 200)[0]}]"
    return f"{step}#{nth + 1}" if nth else step


def _of_lists(
    path: str, old: str, one: Value, two: Value, looks: Looks
) -> list[tuple[str, str, Value, Value]]:
    def look(value: Value) -> Look:
        number = looks.number(value)
        kind = 1 if isinstance(value, list) else 2 if isinstance(value, tuple) else 0
        return Look(number, number, number, kind)

    found = []
    at, to = 0, 0
    pairs = align([look(value) for value in one], [look(value) for value in two])
    for first, second in [*pairs, (len(one), len(two))]:
        for gone in range(at, first):
            place = f"{old}[{gone}]"
            found.append((place, place, one[gone], _ABSENT))
        for new in range(to, second):
            place = f"{path}[{new}]"
            found.append((place, place, _ABSENT, two[new]))
        if first < len(one):
            found.append((f"{path}[{second}]", f"{old}[{first}]", one[first], two[second]))
        at, to = first + 1, second + 1
    return found


def _shown(one: Value, two: Value) -> tuple[Shown | None, Shown | None]:
    if one is _ABSENT:
        return None, _from(two, 0)
    if two is _ABSENT:
        return _from(one, 0), None
    start = 0
    if isinstance(one, str) and isinstance(two, str) and type(one) is type(two):
        start = max(_same_beginning(one, two) - _BEFORE, 0)
    return _from(one, start), _from(two, start)


def _same_beginning(one: str, two: str) -> int:
    """Count the characters that two texts begin with alike."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _from(value: Value, start: int) -> Shown:
    if not isinstance(value, str) or start <= _BEFORE:
        text, is_whole = written(value, MOST_CHARACTERS)
        return Shown(text, 0, is_whole)
    part = value[start : start + MOST_CHARACTERS]
    is_whole = start + len(part) == len(value)
    text = part if isinstance(value, Raw) else written(part, 7 * MOST_CHARACTERS)[0]
    return Shown(text, start, is_whole)
