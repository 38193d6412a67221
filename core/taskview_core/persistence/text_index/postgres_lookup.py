"""Asks a trigram index of Postgres which tasks may hold some terms.

The index is on the stored text of all that is searched, lowered in ASCII. A term is looked for
there by the same pattern as in a scan, with the escapes that JSON may write it in (see
`sql.prefilter`), so every task that holds it is found. Those with an ASCII character written as an
escape, who may hold anything, bear a mark in the index: by the escapes themselves a trigram index
would find all that have such letters and digits somewhere. The server keeps the index up to date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Text,
    Uuid,
    func,
    literal,
    literal_column,
    not_,
    select,
    union_all,
)

from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.running import Session, Work
from taskview_core.persistence.sql.expressions import Condition, Expression
from taskview_core.persistence.sql.prefilter import sieve
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.source import Few
from taskview_core.persistence.sql.tables import tasks
from taskview_core.persistence.sql.windows import MOST_SECONDS_SERVED
from taskview_core.query.terms import TextTerm

INDEX = "ix_tasks_text"
_MARK = "zqxjkzqxjk"
_STORED = (
    "coalesce(input::text, '') || E'\\n' || coalesce(output::text, '') || E'\\n' ||"
    " coalesce(error, '')"
)
EXPRESSION = (
    f'lower(({_STORED}) COLLATE "C") ||'
    f" CASE WHEN ({_STORED}) ~ '\\\\u00[2-7]' THEN E'\\n{_MARK}' ELSE '' END"
)
_IS_VALID: Condition = literal_column(
    "coalesce((SELECT i.indisvalid FROM pg_index i WHERE i.indrelid = to_regclass('tasks')"
    f" AND i.indexrelid = to_regclass('{INDEX}')), false)",
    Boolean,
)
MOST_CANDIDATES = 2_000


class PostgresTextIndex:
    """The trigram index of a database, if there is one: it may come and go."""

    async def candidates(
        self, reads: Reads, terms: Sequence[TextTerm], *, some: bool
    ) -> Few | None:
        """Give the few tasks that may hold all terms: all of them, whatever `some` says."""
        patterns = _patterns(terms)
        if not patterns:
            return None
        try:
            # A session need not be told another limit than for the windows before.
            found = await reads.run(_looking(patterns), MOST_SECONDS_SERVED)
        except QueryTimeoutError:
            return None  # so many that windows find a page sooner
        ids = [row.id for row in found]
        if len(ids) > MOST_CANDIDATES or None in ids:
            return None
        return Few(tasks.c.id == func.any(literal(ids, ARRAY(Uuid))))


def _looking(patterns: Sequence[Sequence[str]]) -> Work[Sequence[Any]]:
    """Ask for the ids of rows that match all of some patterns, for each of these lists.

    They are asked for each by itself: what the index gives is looked at again by the server, with
    more care, and of rows that are to match one OR the other it would read the payload twice.
    Where there is no index, the only id is NULL.
    """
    stored: Expression = literal_column(EXPRESSION, Text)
    asked = [
        select(tasks.c.id)
        .where(
            _IS_VALID, *(stored.like(literal(pattern, Text), escape="!") for pattern in together)
        )
        .limit(MOST_CANDIDATES + 1)
        for together in patterns
    ]
    none = select(literal_column("NULL::uuid", Uuid).label("id")).where(not_(_IS_VALID))
    statement = union_all(none, *asked)

    async def look(session: Session) -> Sequence[Any]:
        return (await session.execute(statement)).all()

    return look


def _patterns(terms: Sequence[TextTerm]) -> list[list[str]]:
    """Give what rows that hold all terms match one of: the terms themselves, or what hides them.

    None where no term has a trigram.
    """
    together: list[str] = []
    hidden = {_MARK: None}
    for term in terms:
        wanted = sieve(term.text)
        if term.denied or wanted.pattern is None:
            continue
        # An escaped character is a `!` and itself, and parts of words that it stands between.
        if not re.search(r"(?<![!_%])[a-z0-9]{3}", wanted.pattern):
            continue
        together.append(wanted.pattern)
        hidden |= {f"\\u{digits}": None for digits in wanted.exotic}
    return [together, *([f"%{text}%"] for text in hidden)] if together else []
