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

from sqlalchemy import ARRAY, Text, Uuid, and_, func, literal, literal_column, or_, select, text

from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.expressions import Condition, Expression
from taskview_core.persistence.sql.prefilter import sieve
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.tables import tasks
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
IS_VALID = text(
    "SELECT i.indisvalid FROM pg_index i WHERE i.indrelid = to_regclass('tasks')"
    f" AND i.indexrelid = to_regclass('{INDEX}')"
)
MOST_CANDIDATES = 2_000
_SECONDS = 0.4


class PostgresTextIndex:
    """The trigram index of a database, if there is one: it may come and go."""

    async def candidates(
        self, reads: Reads, profile: Profile, terms: Sequence[TextTerm]
    ) -> Condition | None:
        """Give a condition that holds for the few tasks that may hold all terms."""
        asked = [condition for term in terms if (condition := _may_hold(term)) is not None]
        if not asked:
            return None
        some = select(tasks.c.id).where(and_(*asked)).limit(MOST_CANDIDATES + 1)

        async def look(session: Session) -> Sequence[Any] | None:
            valid = (await session.execute(IS_VALID)).scalar()
            return (await session.execute(some)).all() if valid else None

        try:
            found = await reads.run(look, _SECONDS)
        except QueryTimeoutError:
            return None  # so many that windows find a page sooner
        if found is None or len(found) > MOST_CANDIDATES:
            return None
        return tasks.c.id == func.any(literal([row.id for row in found], ARRAY(Uuid)))


def _may_hold(term: TextTerm) -> Condition | None:
    """Give a condition that the index serves, or None where the term has no trigram."""
    wanted = sieve(term.text)
    if term.denied or wanted.pattern is None:
        return None
    # An escaped character is a `!` and itself, and parts of words that it stands between.
    if not re.search(r"(?<![!_%])[a-z0-9]{3}", wanted.pattern):
        return None
    hidden = [f"%{_MARK}%", *(f"%\\u{digits}%" for digits in wanted.exotic)]
    stored: Expression = literal_column(EXPRESSION, Text)
    return or_(
        *(stored.like(literal(pattern, Text), escape="!") for pattern in (wanted.pattern, *hidden))
    )
