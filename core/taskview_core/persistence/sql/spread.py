"""Lists whose rows lie on other servers, behind foreign tables of postgres_fdw and the like.

Such a server is asked for whole columns, and for a hundred rows at a time, whatever is left of them
here: so of a list it is asked for the sort values alone, and then for the rows of the page. That is
two statements, each a question to every server, instead of hundreds of payloads from each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from taskview_core.entities import Ident, TaskRow
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.expressions import Expressions
from taskview_core.persistence.sql.mapping import ident_of, optional_text
from taskview_core.persistence.sql.order import Order
from taskview_core.persistence.sql.reads import Reads, rows_of
from taskview_core.persistence.sql.source import Source
from taskview_core.persistence.sql.tables import conversations, tasks

HOME = tasks.c.conversation_id.label("home")
"""What is asked for beside the sort values: tasks are mostly spread by their conversation."""


class WholeRow(tuple[Any, ...]):
    """A row that was read in two steps; the sort values are attributes, as of other rows."""


async def whole_rows(
    reads: Reads, source: Source[Any], order: Order, keys: Sequence[Any]
) -> list[Any] | None:
    """Give the rows of which these are the keys; None where one of them has gone meanwhile."""
    if not keys:
        return []
    places = [(getattr(row, f"key_{len(order.columns) - 1}"), row.home) for row in keys]
    where = [source.engine.idents(tasks.c.id, _unique(ident for ident, _ in places))]
    homes = _unique(home for _, home in places)
    if None not in homes:
        where.append(source.engine.idents(tasks.c.conversation_id, homes))
    found = await rows_of(reads, select(*source.columns).where(*where))
    rows = {(row[0], row[1]): row for row in found}
    if not rows.keys() >= set(places):
        return None
    return [_joined(rows[place], key) for place, key in zip(places, keys, strict=True)]


def _unique(values: Any) -> list[Any]:
    return list(dict.fromkeys(values))


def _joined(row: Any, key: Any) -> WholeRow:
    whole = WholeRow(row)
    whole.__dict__.update(key._asdict())
    return whole


async def titles_of(
    session: Session, engine: Expressions, rows: Sequence[TaskRow]
) -> list[TaskRow]:
    """Give the rows with the titles of their conversations, asked for at once."""
    ids = _unique(row.conversation_id for row in rows)
    asked = select(conversations.c.id, conversations.c.title).where(
        engine.idents(conversations.c.id, ids)
    )
    titles: dict[Ident, str | None] = {
        ident_of(row.id): optional_text(row.title) for row in await session.execute(asked)
    }
    return [row._replace(conversation_title=titles.get(row.conversation_id)) for row in rows]
