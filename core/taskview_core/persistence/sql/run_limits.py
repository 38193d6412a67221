"""How long the runs of each agent take, from the last of them that have ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import LargeBinary, literal, select

from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.source import expressions_for
from taskview_core.persistence.sql.tables import tasks
from taskview_core.query.stuck import ENDED, MOST_RUNS, RUNNING, run_limit

MOST_AGENTS = 100
"""Agents with running tasks that are looked at; the others have the usual limit."""


async def running_agents(session: Session) -> list[Any]:
    """Give the agents that have running tasks, as stored; an odd one is not among them."""
    asked = select(tasks.c.agent_id).where(tasks.c.status == RUNNING).distinct().limit(MOST_AGENTS)
    return [agent for agent in (await session.execute(asked)).scalars() if agent is not None]


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


Limits = Mapping[str, timedelta]
"""By agent, how long its runs take at most; an agent that is not there has the usual limit."""
