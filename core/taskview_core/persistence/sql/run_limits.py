"""How long the runs of each agent take, from the last of them that have ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import LargeBinary, literal, select

from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.mapping import text_of
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.source import expressions_for
from taskview_core.persistence.sql.tables import tasks
from taskview_core.query.stuck import ENDED, MOST_RUNS, RUNNING, run_limit

MOST_AGENTS = 100
"""Agents with running tasks that are looked at; the others have the usual limit."""
_MOST_NAMES = 10_000
"""Agents of which those are the first by name."""


async def running_agents(session: Session) -> tuple[list[Any], bool]:
    """Give the agents that have running tasks, as stored, and whether these are all of them.

    Of many they are always the same ones, so that it is the same tasks that are stuck.
    """
    # Sorted here: for the order of the database, a planner may go through an index of all agents.
    asked = select(tasks.c.agent_id).where(tasks.c.status == RUNNING).distinct().limit(_MOST_NAMES)
    stored = (await session.execute(asked)).scalars()
    found = sorted((agent for agent in stored if agent is not None), key=text_of)
    return found[:MOST_AGENTS], len(found) <= MOST_AGENTS


async def limit_of(session: Session, profile: Profile, agent: Any) -> timedelta | None:
    """Give how long the runs of an agent take at most, but for one in a hundred."""
    engine = expressions_for(profile)
    stored = literal(agent, LargeBinary) if isinstance(agent, bytes) else engine.text_value(agent)
    duration = engine.duration().label("duration")
    asked = (
        select(duration)
        .where(tasks.c.agent_id == stored, tasks.c.status.in_(ENDED), duration.is_not(None))
        .order_by(tasks.c.created_at.desc())
        .limit(MOST_RUNS)
    )
    found = (await session.execute(asked)).scalars()
    return run_limit([timedelta(microseconds=int(each)) for each in found])
