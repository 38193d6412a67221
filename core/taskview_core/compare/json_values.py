"""JSON values as they are stored: numbers as written, repeated keys all there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""None, a bool, a str, a `Number`, a list of values, or for an object a tuple of its pairs."""


class Number(str):
    """A number exactly as it is written in the JSON text."""

    __slots__ = ()


class Raw(str):
    """Text that is stored in place of JSON and is none, or is nested too deeply to be decoded."""

    __slots__ = ()


class Null:
    """An SQL NULL, which is another thing than the JSON `null`."""


NULL = Null()


def decode(text: str | None) -> Value:
    """Give the value of a stored text; what cannot be decoded comes as `Raw`."""
    if text is None:
        return NULL
    try:
        return json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_int=Number,
            parse_float=Number,
            parse_constant=Number,
        )
    except (ValueError, RecursionError):
        return Raw(text)


def _pairs(pairs: list[tuple[str, Value]]) -> tuple[tuple[str, Value], ...]:
    # No built-in: so the decoder, working in a thread, lets the others go on meanwhile.
    return tuple(pairs)


def named_members(members: tuple[tuple[str, Value], ...]) -> dict[tuple[str, int], Value]:
    """Give the members of an object by key and which of that key they are, from 0."""
    named: dict[tuple[str, int], Value] = {}
    counts: dict[str, int] = {}
    for key, value in members:
        nth = counts.get(key, 0)
        counts[key] = nth + 1
        named[key, nth] = value
    return named


class Looks:
    """Numbers values so that equal ones have the same number.

    The order of the members of an object does not count; that of equal keys does.
    """

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._of_containers: dict[int, int] = {}

    def number(self, value: Value) -> int:
        """Give the number of a value. Containers are to live as long as this does."""
        if not isinstance(value, tuple | list):
            return self._number((type(value), value))
        todo: list[tuple[Value, bool]] = [(value, False)]
        while todo:
            each, ready = todo.pop()
            if id(each) in self._of_containers:
                continue
            inner = each if isinstance(each, list) else [member for _, member in each]
            if not ready:
                todo.append((each, True))
                todo += [(one, False) for one in inner if isinstance(one, tuple | list)]
                continue
            known = [
                self._of_containers[id(one)]
                if isinstance(one, tuple | list)
                else self._number((type(one), one))
                for one in inner
            ]
            look: object = (list, tuple(known))
            if isinstance(each, tuple):
                pairs = ((key, at) for (key, _), at in zip(each, known, strict=True))
                look = (tuple, tuple(sorted(pairs, key=lambda pair: pair[0])))
            self._of_containers[id(each)] = self._number(look)
        return self._of_containers[id(value)]

    def _number(self, look: object) -> int:
        return self._numbers.setdefault(look, len(self._numbers))


def written(value: Value, most: int) -> tuple[str, bool]:
    """Give a value as JSON on one line, as `Raw` and NULL as they are, cut at `most` characters.

    The second says whether that is all of it.
    """
    parts: list[str] = []
    size = 0
    for part in _parts(value):
        parts.append(part)
        size += len(part)
        if size > most:
            return "".join(parts)[:most], False
    return "".join(parts), True


def _parts(value: Value) -> Iterator[str]:
    if not isinstance(value, tuple | list):
        yield _scalar(value)
        return
    around: list[tuple[Iterator[Any], bool]] = []
    members: Iterator[Any] = iter(value)
    is_object = isinstance(value, tuple)
    yield "{" if is_object else "["
    first = True
    while True:
        for member in members:
            if not first:
                yield ", "
            first = False
            if is_object:
                key, member = member
                yield f"{json.dumps(key, ensure_ascii=False)}: "
            if isinstance(member, tuple | list):
                around.append((members, is_object))
                members, is_object, first = iter(member), isinstance(member, tuple), True
                yield "{" if is_object else "["
                break
            yield _scalar(member)
        else:
            yield "}" if is_object else "]"
            if not around:
                return
            members, is_object = around.pop()
            first = False


def _scalar(value: Value) -> str:
    if value is NULL:
        return "NULL"
    if isinstance(value, Number | Raw):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
