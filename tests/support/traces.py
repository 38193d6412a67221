"""Small traces in the forms in which they are found, and what readers make of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from taskview_core.importing.facts import Fact, Skipped
from taskview_core.importing.reader import Derived, Read, Reader, Source
from taskview_core.importing.rows import ImportedConversation, ImportedTask

TRACE = "0af7651916cd43dd8448eb211c80319c"
SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND


def attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write attributes as OTLP does, each with its type."""
    return [{"key": key, "value": _any(value)} for key, value in values.items()]


def span(number: int, parent: int | None = None, name: str = "step", **more: Any) -> dict[str, Any]:
    """Give a span of OTLP that lasts a second, and begins `number` seconds after the first.

    `attributes` are plain values; `end=None` is a span that runs; others are put as they are.
    """
    begin = START + number * SECOND
    end = more.pop("end", begin + SECOND)
    made: dict[str, Any] = {
        "traceId": more.pop("trace", TRACE),
        "spanId": ident(number),
        "name": name,
        "kind": 1,
        "startTimeUnixNano": str(begin),
        "attributes": attributes(more.pop("attributes", {})),
    }
    if parent is not None:
        made["parentSpanId"] = ident(parent)
    if end is not None:
        made["endTimeUnixNano"] = str(end)
    return {**made, **more}


def ident(number: int) -> str:
    """Give the id of a span in hex."""
    return f"{number:016x}"


def request(spans: Sequence[Any], service: str = "app") -> dict[str, Any]:
    """Put spans into a request of OTLP."""
    resource = {"attributes": attributes({"service.name": service})}
    scope_spans = [{"scope": {"name": "library"}, "spans": list(spans)}]
    return {"resourceSpans": [{"resource": resource, "scopeSpans": scope_spans}]}


def data_of(*documents: Any) -> bytes:
    """Write documents a line each."""
    return b"".join(json.dumps(each).encode() + b"\n" for each in documents)


def write_varied_traces(folder: Path) -> None:
    """Write files of four traces of three conversations, whose spans lie in one file or another.

    Parents come before or after their children, spans end in other files than those they began in,
    some are there twice, and of some the parent is in no file.
    """

    def agent(number: int, parent: int | None, trace: int, **more: Any) -> dict[str, Any]:
        told = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": f"agent {number % 4}",
            "gen_ai.input.messages": json.dumps([{"role": "user", "content": f"do {number}"}]),
        }
        if parent is None:
            told["gen_ai.conversation.id"] = f"talk {trace % 3}"
        return span(number, parent, trace=f"{trace:032x}", attributes=told, **more)

    files: list[list[dict[str, Any]]] = [[] for _ in range(5)]
    chance = random.Random(7)
    for trace in range(1, 5):
        first = 100 * trace
        for number in range(first, first + 12):
            parent = None if number == first else chance.randrange(first, number)
            if number == first + 11:
                parent = first + 50  # in no file
            ended: dict[str, Any] = {}
            if number % 5 == 0:
                ended["status"] = {"code": 2, "message": f"no {number}"}
            runs = number % 7 == 0
            begun = agent(number, parent, trace, end=None)
            whole = agent(number, parent, trace, **ended)
            if runs or chance.random() < 0.3:
                chance.choice(files).append(begun)
            if not runs:
                for file in chance.sample(files, chance.choice((1, 1, 2))):
                    file.append(whole)
    folder.mkdir()
    for number, spans in enumerate(files):
        chance.shuffle(spans)
        pieces = [spans[at : at + 5] for at in range(0, len(spans), 5)]
        (folder / f"{number}.jsonl").write_bytes(data_of(*map(request, pieces)))


class Found:
    """What a reader finds in an input, and makes of it."""

    def __init__(self, reader: Reader, *inputs: bytes) -> None:
        self.facts: dict[str, dict[str, Fact]] = {}
        self.skipped: list[Skipped] = []
        self.count = 0
        for data in inputs:
            read = None
            for each in reader.facts(Source("in.json", BytesIO(data))):
                if isinstance(each, Fact):
                    self.facts.setdefault(each.scope, {})[each.key] = each
                    self.count += 1
                elif isinstance(each, Skipped):
                    self.skipped.append(each)
                else:
                    read = each
            assert isinstance(read, Read)
            assert read.offset <= len(data)
        self.derived: dict[str, Derived] = {
            scope: _accounted(reader, scope, [facts[key] for key in sorted(facts)])
            for scope, facts in sorted(self.facts.items())
        }

    @property
    def tasks(self) -> list[ImportedTask]:
        """All tasks, scope by scope."""
        return [task for derived in self.derived.values() for task in derived.tasks]

    @property
    def conversations(self) -> list[ImportedConversation]:
        """All conversations, scope by scope."""
        return [each for derived in self.derived.values() for each in derived.conversations]

    @property
    def reasons(self) -> list[str]:
        """Why something was skipped while reading."""
        return [each.reason for each in self.skipped]

    def sums(self) -> tuple[int, dict[str, int], dict[str, int]]:
        """Give how many facts were used, folded, and skipped, over all scopes."""
        used, folded, skipped = 0, dict[str, int](), dict[str, int]()
        for derived in self.derived.values():
            used += derived.used
            for sums, told in ((folded, derived.folded), (skipped, derived.skipped)):
                for reason, count in told.items():
                    sums[reason] = sums.get(reason, 0) + count
        return used, folded, skipped

    def tree(self) -> list[tuple[int, str, str, str | None]]:
        """Give level, agent, status and output of each task, parents before children."""
        return list(self._walk())

    def _walk(self) -> Iterator[tuple[int, str, str, str | None]]:
        tasks = self.tasks
        there = {task.id for task in tasks}
        roots = [task for task in tasks if task.parent_task_id not in there]
        waiting = [(task, 0) for task in reversed(roots)]
        while waiting:
            task, level = waiting.pop()
            yield level, task.agent_id, task.status, task.output
            below = [each for each in tasks if each.parent_task_id == task.id]
            waiting += [(each, level + 1) for each in reversed(below)]


def metadata_of(task: ImportedTask) -> dict[str, Any]:
    """Give the metadata of a task."""
    found: dict[str, Any] = json.loads(task.metadata or "{}")
    return found


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Damage a text somewhere: turned, lost, added, doubled or exchanged bytes, or a lost end."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        if not made:
            break
        at = chance.randrange(len(made))
        some = chance.choice((1, 1, 2, 7, 40, 400))
        match chance.randrange(8):
            case 0:
                made[at] ^= 1 << chance.randrange(8)
            case 1:
                del made[at : at + some]
            case 2:
                made[at:at] = bytes(chance.randrange(256) for _ in range(min(some, 7)))
            case 3:
                made[at:at] = made[at : at + some]
            case 4:
                made[at : at + 1] = chance.choice(_PIECES)
            case 5:
                other = chance.randrange(len(made))
                made[at : at + some], made[other : other + some] = (
                    made[other : other + some],
                    made[at : at + some],
                )
            case 6:
                digit = made.find(b"0", at)
                made[digit : digit + 1] = chance.choice(_PIECES)
            case _:
                if chance.random() < 0.1:
                    del made[at:]
    return bytes(made)


_PIECES = (
    b"",
    b'"',
    b"\\",
    b"\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"-1",
    b"1e999",
    b"NaN",
    b"9" * 5000,
    b"[" * 3000,
    b'{"a":' * 2000,
    b"\\ud800",
    b"\\u0000",
    b"\xff\xfe",
    b"\x00",
    b"true",
    b'""',
    b"{}",
)


def _accounted(reader: Reader, scope: str, facts: Sequence[Fact]) -> Derived:
    """Derive, and see that each fact is accounted for, and that each row is one line of JSON."""
    derived = reader.derive(scope, facts)
    counted = derived.used + sum(derived.folded.values()) + sum(derived.skipped.values())
    assert counted == len(facts)
    assert derived.used == len(derived.tasks)
    for row in (*derived.conversations, *derived.tasks):
        line = row.to_line()
        assert "\n" not in line
        line.encode()
        json.loads(line, parse_constant=_refuse)
    return derived


def _refuse(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")


def _any(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, Mapping):
        return {"kvlistValue": {"values": attributes(value)}}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return {"arrayValue": {"values": [_any(each) for each in value]}}
    return {"stringValue": value}
