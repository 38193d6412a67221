"""Which stored times do not lie where they sort, in the words of a SQLite index of those alone.

Nearly all times of nearly all databases name UTC or no zone, and have seconds. Such texts sort as
the times do, but for the letter between day and clock. Whatever else is text is odd: other zones,
days without a clock, and what is no time at all. Numbers are not among them, for they sort before
every text.
"""

from __future__ import annotations

ODD_TIMES_INDEX = "ix_tasks_created_odd"

_D = "[0-9]"
_SHAPE = f"{_D}{_D}{_D}{_D}-[01]{_D}-[0-3]{_D}[ T][0-2]{_D}:[0-5]{_D}:[0-5]{_D}*"
_UTC = "('', 'Z', '+00:00')"


def odd_time(column: str) -> str:
    """Give the condition that an odd time stands in a column; never NULL.

    A query is served by the index where it has the very same words.
    """
    c = column
    return (
        f"CASE WHEN typeof({c}) <> 'text' THEN 0 WHEN {c} GLOB '{_SHAPE}' THEN"
        f" strftime('%d', substr({c}, 1, 10), '+0 days') IS NOT substr({c}, 9, 2)"
        f" OR substr({c}, 12, 2) > '23' OR {c} < '0001' OR instr({c}, char(0)) > 0"
        f" OR NOT (substr({c}, 20) IN {_UTC} OR substr({c}, 20, 2) GLOB '.{_D}'"
        f" AND ltrim(substr({c}, 21), '0123456789') IN {_UTC}) ELSE 1 END"
    )
