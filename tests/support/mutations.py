"""Lines of sessions, damaged as files are damaged, and as nobody writes them."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

_ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, 10**30, "", "x", "\0", "\ud800", [], {}, [[]], [None], {"": {}}),
    *(
        "2026-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "a" * 3_000,
    ),
    *("[Request interrupted by user]", "<command-name>", "<local-command-stdout>", "tool_result"),
    {"type": "tool_use", "id": "t", "name": "Task", "input": {"prompt": "x"}},
    {"type": "tool_result", "tool_use_id": "t", "content": "x"},
)


def mutated(line: bytes, dice: Random) -> bytes:
    """Damage a line: its bytes, or what it says."""
    return _bytes(line, dice) if dice.random() < 0.4 else _values(line, dice)


def _bytes(line: bytes, dice: Random) -> bytes:
    raw = bytearray(line)
    for _ in range(dice.choice((1, 1, 3, 20))):
        at = dice.randrange(len(raw) + 1)
        what = dice.randrange(5)
        if what == 0:
            del raw[at : at + dice.choice((1, 5, 200))]
        elif what == 1:
            raw[at:at] = bytes(dice.randrange(256) for _ in range(dice.choice((1, 4))))
        elif what == 2 and at < len(raw):
            raw[at] ^= 1 << dice.randrange(8)
        elif what == 3:
            raw[at:at] = raw[at : at + dice.choice((10, 300))]
        else:
            raw[at:at] = dice.choice(
                (b'"', b"{", b"]", b"\\", b"[" * 2_000, b"\x00", b"\xed\xa0\x80")
            )
    return bytes(raw).replace(b"\n", b" ")


def _values(line: bytes, dice: Random) -> bytes:
    try:
        entry = json.loads(line)
    except ValueError:
        return _bytes(line, dice)
    for _ in range(dice.choice((1, 1, 2, 6))):
        _change(entry, dice)
    return json.dumps(entry).encode()


def _change(value: Any, dice: Random) -> None:
    """Change one value somewhere below."""
    while isinstance(value, dict | list) and value:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = dice.choice(list(keys))
        inner = value[key]
        if not isinstance(inner, dict | list) or not inner or dice.random() < 0.3:
            what = dice.random()
            if what < 0.2:
                del value[key]
            elif what < 0.4 and isinstance(value, dict):
                value[dice.choice(list(value))] = inner
            else:
                value[key] = deepcopy(dice.choice(_ODD))
            return
        value = inner
