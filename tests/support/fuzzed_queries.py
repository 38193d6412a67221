"""Filter texts by the thousand, and what must hold for each whatever it says.

The words of the SQL that a filter leads to are the words of our own statements and nothing else:
what a person wrote is in the parameters. So each statement is taken apart, and every word, number
and literal in it must be one that statements for harmless filters have too.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import TracebackType

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from support.hostile import SAMPLES
from support.strategies import ODD_WORDS
from taskview_core.errors import FilterError, UsageError
from taskview_core.persistence.sql.conditions import ConditionBuilder, Conditions
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.source import expressions_for
from taskview_core.persistence.sql.tables import conversations, tasks
from taskview_core.query.explain import explain
from taskview_core.query.keys import TASK_KEYS
from taskview_core.query.parse import parse_conversation_terms, parse_task_terms
from taskview_core.query.request import Cursor
from taskview_core.query.sort import Sort

NOW = datetime(2026, 2, 1, tzinfo=UTC)
_UUID = "0b7c8f1e-5a52-4c0e-9d3a-000000000001"
HARMLESS = (
    "word",
    '"two words"',
    "word Überprüfung 日本 kilo i; `x",
    "input:x output:x error:x",
    "status:failed",
    "status:failed,cancelled",
    'status:"",failed',
    "agent:a",
    "agent:a,b",
    'agent:a*,b,c agent:"" agent:*',
    "user:a",
    'user:a*,b,c user:""',
    "status:\0,b agent:\0 agent:\0*,b user:\0*,b \0 日\0 status:\ud800",
    f"conversation:{_UUID} parent:{_UUID} id:{_UUID}",
    "id:0b7c",
    "id:0b7c8f1e5",
    "id:ffff",
    "is:root is:leaf is:stuck is:orphan",
    "has:error has:output has:input has:metadata",
    "since:2h until:2026-01-31",
    "created:>2h started:2026-01-31 completed:2026-01-01..2026-01-02 updated:<=2026-01-31",
    "created:>=2026-01-31T10:00 started:<2h completed:..2h updated:2h..",
    "duration:>5s duration:1m..10m duration:5s duration:<=1d duration:<1s duration:>=1s",
    'metadata.a:b metadata.a.b:"x y" metadata."":1* metadata.a:日',
)
"""Each term in each of its forms; denied, they are added by `known_words`."""
OF_CONVERSATIONS = ("word 日 \0", "user:a", 'user:a*,b,c user:"",\0', f"id:{_UUID}", "id:0b7c")
_VALUES = (
    *("failed", "planner", "tool:*", "a,b", '"a b"', '""', "*", ",", "x*", "2h", "-5s", "1m..10m"),
    *("2026-01-31", "2026-13-45", ">=2h", "<", "..", "99999999999d", "0b7c", _UUID, "root", "null"),
    *("'", "''", "'; DROP TABLE tasks; --", "%", "_", "!", "\\", ":x", "$1", "?", "/*", "*/"),
    *("1e999", "NaN", "0x10", "١٢", "\x00", "\ud800", "\u202e", "::text", "E'\\''", "$$"),
)
_ALPHABET = "ab:.,*\"\\-' \t\n<>=!%_?$;/()[]{}0123456789éΣ日\u0301\u202e\x00\x1b\ud800😀"
_LIST = re.compile(r"__\[POSTCOMPILE_\w+\]")
_TOKEN = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$\d+|[A-Za-z_][A-Za-z_0-9]*|\d+(?:\.\d+)?|[^\sA-Za-z_0-9]"
)


def texts(seed: int, count: int) -> Iterator[str]:
    """Give so many random texts, the same ones for a seed."""
    source = random.Random(seed)
    for _ in range(count):
        text = " ".join(_term(source) for _ in range(source.choice((1, 1, 1, 2, 3, 6))))
        for _ in range(source.choice((0, 0, 1, 2, 5))):
            text = _mutated(source, text)
        yield text


def _term(source: random.Random) -> str:
    kind = source.random()
    denied = source.choice(("", "", "", "-"))
    if kind < 0.55:
        key = source.choice(tuple(TASK_KEYS))
        if key == "metadata":
            key = "metadata." + ".".join(_word(source) for _ in range(source.choice((1, 1, 2))))
        return f"{denied}{key}:{_value(source)}"
    if kind < 0.7:
        return denied + source.choice(HARMLESS)
    if kind < 0.8:
        return denied + source.choice(ODD_WORDS)
    if kind < 0.9:
        return denied + source.choice(SAMPLES)
    return denied + _word(source)


def _value(source: random.Random) -> str:
    value = source.choice((*_VALUES, _word(source)))
    if source.random() < 0.3:
        value = source.choice((">", "<", ">=", "<=", "..")) + value
    return value if source.random() < 0.8 else f"{value},{source.choice(_VALUES)}"


def _word(source: random.Random) -> str:
    if source.random() < 0.7:
        return "".join(source.choices(_ALPHABET, k=source.randint(1, 12)))
    return "".join(chr(source.randrange(0x110000)) for _ in range(source.randint(1, 6)))


def _mutated(source: random.Random, text: str) -> str:
    at = source.randint(0, len(text))
    to = min(len(text), at + source.randint(0, 8))
    match source.randrange(6):
        case 0:
            return text[:at] + text[to:]
        case 1:
            return text[:to] + text[at:to] * source.randint(1, 3) + text[to:]
        case 2:
            return text[:at] + source.choice(_ALPHABET) + text[at:]
        case 3:
            return text[:at] + source.choice(_VALUES) + text[to:]
        case 4:
            return text[at:] + text[:at]
        case _:
            return text[:at] + text[at:to].swapcase()[::-1] + text[to:]


def long_texts(size: int) -> Iterator[str]:
    """Give texts of about a size that make careless readers slow."""
    pieces = (
        *('"', '\\"', '"\\', '"a" ', '"a"', "a", "a ", "-", "- ", "a:", "a: ", ":", ",", "*", "."),
        *("metadata.", 'metadata."', "metadata.a:b ", "a.", '".', "statsu:", "statsu ", "e\u0301"),
        *("状态:", "\\", "..", "9", "9d", "x,", "K", "\x00", "\ud800", "[/nope]", "\n", "://"),
    )
    heads = ("", '"', "metadata.", "status:", "agent:", "id:", "duration:", "created:", "-", "a:")
    for head in heads:
        for piece in pieces:
            yield head + piece * (size // len(piece))


class Fuzz:
    """Checks texts, and counts what became of them."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()

    def check(self, text: str) -> None:
        """Read a text in every way; what is no filter gets a sentence, what is one harmless SQL."""
        try:
            terms = parse_task_terms(text)
        except FilterError as error:
            self._check_error(error, text)
        else:
            self.outcomes["filters"] += 1
            for builder, dialect in engines():
                self._check_sql(builder.of_tasks(terms), dialect, of_tasks=True)
        try:
            others = parse_conversation_terms(text)
        except FilterError as error:
            self._check_error(error, text)
        else:
            self.outcomes["filters of conversations"] += 1
            for builder, dialect in engines():
                self._check_sql(builder.of_conversations(others), dialect, of_tasks=False)
        for read in (Sort.parse, Cursor.decode):
            with suppress(UsageError):
                read(text)

    def read(self, text: str) -> None:
        """Read a text alone, without SQL; what is no filter gets its sentence."""
        for read in (parse_task_terms, parse_conversation_terms):
            try:
                read(text)
            except FilterError as error:
                self._check_error(error, text)

    def _check_error(self, error: FilterError, text: str) -> None:
        self.outcomes["errors"] += 1
        assert error.title.strip(), text[:200]
        assert error.detail.strip(), text[:200]
        inside = 0 <= error.start <= error.end <= len(text)
        assert inside, f"{error.start} to {error.end} is no place in {text[:200]!r}"
        assert len(str(error)) < 2_000, "a sentence, whatever its length"
        assert explain(error, text)

    def _check_sql(self, found: Conditions, dialect: Dialect, *, of_tasks: bool) -> None:
        self.outcomes["statements"] += 1
        strange = _words(found, dialect, of_tasks=of_tasks) - known_words()
        assert not strange, f"words that are not ours: {strange}"


@cache
def engines() -> tuple[tuple[ConditionBuilder, Dialect], ...]:
    """Give what makes conditions for each engine, and its dialect."""
    both: tuple[tuple[Profile, Dialect], ...] = (
        (Profile("sqlite"), sqlite.dialect()),
        (Profile("postgresql"), postgresql.asyncpg.dialect()),
    )
    return tuple((ConditionBuilder(expressions_for(each), NOW), dialect) for each, dialect in both)


def _words(found: Conditions, dialect: Dialect, *, of_tasks: bool) -> set[str]:
    """Give the words of the statement that asks an engine for what fits."""
    table = tasks if of_tasks else conversations
    return words_of(str(select(table.c.id).where(*found.where).compile(dialect=dialect)))


def words_of(sql: str) -> set[str]:
    """Give the words, numbers, literals and signs of a statement; of parameters, that they are."""
    sql = _LIST.sub("$", sql)
    return {"$" if each[0] == "$" else each for each in _TOKEN.findall(sql)}


@cache
def known_words() -> frozenset[str]:
    """Give what statements for harmless filters are made of."""
    known: set[str] = set()
    for builder, dialect in engines():
        for text in HARMLESS:
            for each in (text, f"-{text}", f"{text} {text}"):
                found = builder.of_tasks(parse_task_terms(each))
                known |= _words(found, dialect, of_tasks=True)
        for text in OF_CONVERSATIONS:
            terms = parse_conversation_terms(f"{text} -{text} since:2h -updated:<2h created:2h..")
            known |= _words(builder.of_conversations(terms), dialect, of_tasks=False)
    return frozenset(known)


def check_all(found: Iterable[str]) -> Counter[str]:
    """Check texts; give what became of them. An AssertionError says which one went wrong."""
    fuzz = Fuzz()
    for text in found:
        with _Named(text):
            fuzz.check(text)
    return fuzz.outcomes


@dataclass(frozen=True)
class _Named:
    """Has whatever a text brings up name that text, and go on."""

    text: str

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(f"by the filter text {self.text[:2_000]!r}")
