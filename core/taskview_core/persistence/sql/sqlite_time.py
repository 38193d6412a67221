"""Stored times as microseconds, said in SQLite's words: what `stored_time.read_time` reads.

An index may be made of the expression: it holds no subquery and nothing that depends on the clock
or on the place. Times that are written the usual way are told by one pattern, and read fast.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Boolean, Integer, and_, case, false, literal_column, or_

from taskview_core.persistence.sql.expressions import Condition, Expression
from taskview_core.persistence.stored_time import EARLIEST, LATEST

_D = "[0-9]"
_DAY = f"{_D}{_D}{_D}{_D}-[01]{_D}-[0-3]{_D}"
_MINUTES = f"[0-2]{_D}:[0-5]{_D}"
_SECOND = f"[0-5]{_D}"
_USUAL = f"????-??-??[ T]??:??:??.{_D * 6}"
_SHAPE = f"????-??-?? ??:??:??.{_D * 6}"
_JULIAN = 210_866_760_000
"""The seconds from the noon from which SQLite counts days to 1970."""
_OFFSET = f"[+-][01]{_D}"


def microseconds(column: str) -> Expression:
    """Give a stored time in whole microseconds since 1970, exactly; NULL for what is no time."""
    return literal_column(microseconds_text(column), Integer)


def told_by_text(column: str, within: Sequence[Condition], exactly: Condition) -> Condition:
    """Hold where a time lies within bounds; most are told by their text, the others `exactly`.

    `within` compares the text with bounds that are written the same way. A text of the shape of
    `2026-01-31 10:00:00.000000` has no zone, so it lies where it sorts; up to the 28th of a month
    it is a time wherever it has digits. To see that takes a fifth of the time that `microseconds`
    does, which is much where thousands of rows are counted.
    """
    c = column
    looks_so = _condition(f"{c} GLOB '{_SHAPE}'")
    shape = and_(looks_so, _condition(f"length(CAST({c} AS BLOB)) = 26 AND {c} > '0001'"))
    safe = _condition(f"substr({c}, 9, 2) < '29' AND substr({c}, 12, 2) < '24'")
    digits = _condition(f"julianday({c}) IS NOT NULL")
    # What looks so and is no time lies nowhere: beyond a bound there is no more to see.
    beyond = and_(or_(*(~side for side in within)), looks_so)
    # A CASE has two values, and not three: NOT of it finds the rest.
    return case((beyond, false()), (and_(shape, safe), digits), else_=exactly)


def _condition(words: str) -> Condition:
    return literal_column(f"({words})", Boolean)


def microseconds_text(column: str) -> str:
    """Give the same as text: the index on durations is made of it, and serves no other words."""
    c = column
    return (
        f"(CASE typeof({c}) WHEN 'text' THEN CASE WHEN {_is_usual(c)} THEN {_usual(c)}"
        f" WHEN {_is_time(c)} THEN {_within_years(_any_text(c))} END"
        f" WHEN 'integer' THEN {_within_years(_integer(c))}"
        f" WHEN 'real' THEN {_within_years(_real(c))} END)"
    )


def _is_usual(c: str) -> str:
    """Hold for what may be `2026-01-31 10:00:00.000000`, in any month until the 28th.

    A question mark is quick to compare; whether there are digits, `julianday` sees. The length
    is asked for in bytes, for a pattern ends where a NUL is.
    """
    return (
        f"{c} GLOB '{_USUAL}' AND length(CAST({c} AS BLOB)) = 26"
        f" AND substr({c}, 9, 2) < '29' AND substr({c}, 12, 2) < '24' AND {c} > '0001'"
    )


def _usual(c: str) -> str:
    """Give the microseconds of a time written so; NULL where there are no digits.

    Days since 4714 BC as a float are right to a millisecond: enough to tell the second, which
    `strftime` would tell three times slower. The fraction is read from the text.
    """
    second = f"CAST(julianday({c}) * 86400.0 - substr({c}, 20) + 0.5 AS INTEGER)"
    return f"({second} - {_JULIAN}) * 1000000 + substr({c}, 21)"


def _is_time(c: str) -> str:
    """Hold for text that has the grammar of a time, and a day and an hour that there are."""
    tail = _tail(c)
    return (
        f"instr({c}, char(0)) = 0 AND {c} > '0001'"
        f" AND ({c} GLOB '{_DAY}' OR {c} GLOB '{_DAY}[ Tt]{_MINUTES}*'"
        f" AND (substr({c}, 17, 1) <> ':' OR substr({c}, 18, 2) GLOB '{_SECOND}')"
        f" AND (substr({c}, 20, 1) NOT IN ('.', ',') OR substr({c}, 21, 1) GLOB '{_D}')"
        f" AND ({tail} IN ('', 'Z', 'z') OR {tail} GLOB '{_OFFSET}'"
        f" OR {tail} GLOB '{_OFFSET}{_SECOND}' OR {tail} GLOB '{_OFFSET}:{_SECOND}'))"
        # SQLite knows the 30th of February, until it reckons with it, and takes 24:00.
        f" AND strftime('%d', substr({c}, 1, 10), '+0 days') = substr({c}, 9, 2)"
        f" AND substr({c}, 12, 2) < '24'"
    )


def _tail(c: str) -> str:
    """Give what comes after the minutes, the seconds, or the fraction: a zone or nothing."""
    return (
        f"CASE WHEN substr({c}, 17, 1) <> ':' THEN substr({c}, 17)"
        f" WHEN substr({c}, 20, 1) IN ('.', ',') THEN ltrim(substr({c}, 21), '0123456789')"
        f" ELSE substr({c}, 20) END"
    )


def _any_text(c: str) -> str:
    tail = _tail(c)
    clock = f"substr({c}, 12, CASE substr({c}, 17, 1) WHEN ':' THEN 8 ELSE 5 END)"
    # What is no number is 0 to SQLite, and the empty text before the 1 leaves a 1: without an
    # offset both factors come out as they should.
    sign = f"CAST(substr({tail}, 1, 1) || '1' AS INTEGER)"
    ahead = f"substr({tail}, 2, 2) * 3600 + ltrim(substr({tail}, 4), ':') * 60"
    fraction = (
        f"CASE WHEN substr({c}, 20, 1) IN ('.', ',')"
        f" THEN CAST(round(CAST('0.' || substr({c}, 21, 6) AS REAL) * 1000000) AS INTEGER)"
        f" ELSE 0 END"
    )
    return (
        f"(strftime('%s', substr({c}, 1, 10) || ' ' || {clock}) - {sign} * ({ahead}))"
        f" * 1000000 + {fraction}"
    )


def _integer(c: str) -> str:
    # Not by abs(): it fails on the lowest number.
    return (
        f"CASE WHEN {_within(c, 11)} THEN {c} * 1000000 WHEN {_within(c, 14)} THEN {c} * 1000"
        f" WHEN {_within(c, 17)} THEN {c} ELSE {c} / 1000 END"
    )


def _real(c: str) -> str:
    return (
        f"CAST(round(CASE WHEN {_within(c, 11)} THEN {c} * 1000000.0"
        f" WHEN {_within(c, 14)} THEN {c} * 1000.0"
        f" WHEN {_within(c, 17)} THEN {c} ELSE {c} / 1000.0 END) AS INTEGER)"
    )


def _within(c: str, digits: int) -> str:
    return f"{c} > -1e{digits} AND {c} < 1e{digits}"


def _within_years(number: str) -> str:
    """Give NULL for what lies before the year 1 or after 9999; the number is worked out once."""
    early, late = EARLIEST - 1, LATEST + 1
    return f"nullif(max(nullif(min({number}, {late}), {late}), {early}), {early})"
