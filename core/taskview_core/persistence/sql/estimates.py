"""How many rows a list has, as the planner of a Postgres server estimates it without counting."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from sqlalchemy import Executable, Select, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

from taskview_core.entities import Count
from taskview_core.interfaces.browser import COUNT_CAP
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.conditions import Seeks
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.source import Source

T = TypeVar("T")


class Explained(Executable, ClauseElement):
    """The plan of a statement, as JSON, without running it."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(Explained, "postgresql")
def _explain(explained: Explained, compiler: SQLCompiler, **words: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(explained.statement, **words)}"


async def estimated(session: Session, profile: Profile, source: Source[T]) -> Count | None:
    """Say about how many rows a list has; None where an estimate would say little.

    The planner goes by the table's size and by samples of single columns: good for states, agents
    and times, and a guess for anything else. SQLite has no estimate that is better than half.
    What it takes for no more than a capped count has seen, it does not know.
    """
    if profile.kind != "postgresql" or not source.sampled:
        return None
    wanted = select(literal(1)).select_from(source.table).where(*source.where(Seeks()).where)
    plan = (await session.execute(Explained(wanted))).scalar_one()
    rows = int((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])
    return Count.estimated(rows) if rows > COUNT_CAP else None
