"""The twenty agents of the demo, in the order of how often each is at work."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

Shape = Literal[
    "agent", "bash", "read", "write", "search", "http", "sql", "vector", "model", "message"
]
"""Which form the payloads have."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: `delegates` where it hands work on; `usual_ms` is its own usual time."""

    name: str
    shape: Shape
    delegates: bool
    usual_ms: int


AGENTS = (
    Agent("tool:bash", "bash", False, 900),
    Agent("researcher", "agent", True, 2600),
    Agent("tool:read_file", "read", False, 40),
    Agent("coder", "agent", True, 4200),
    Agent("tool:web_search", "search", False, 1300),
    Agent("planner", "agent", True, 3100),
    Agent("tool:http_get", "http", False, 700),
    Agent("llm:summarize", "model", False, 3800),
    Agent("reviewer", "agent", True, 2900),
    Agent("tool:sql_query", "sql", False, 450),
    Agent("tool:write_file", "write", False, 60),
    Agent("orchestrator", "agent", True, 1800),
    Agent("llm:classify", "model", False, 800),
    Agent("tester", "agent", True, 2200),
    Agent("tool:vector_search", "vector", False, 210),
    Agent("llm:translate", "model", False, 2500),
    Agent("data-analyst", "agent", True, 3300),
    Agent("tool:send_email", "message", False, 350),
    Agent("tool:calendar", "message", False, 280),
    Agent("notifier", "message", False, 120),
)

_WEIGHTS = tuple(accumulate(1 / rank for rank in range(1, len(AGENTS) + 1)))
_DELEGATING = tuple(agent for agent in AGENTS if agent.delegates)
_DELEGATING_WEIGHTS = tuple(
    accumulate(1 / rank for rank, agent in enumerate(AGENTS, 1) if agent.delegates)
)


def any_agent(chance: float) -> Agent:
    """Give the agent for a chance in [0, 1): the one of rank r with a share of 1/r (Zipf)."""
    return AGENTS[bisect(_WEIGHTS, chance * _WEIGHTS[-1])]


def delegating_agent(chance: float) -> Agent:
    """Give an agent that hands work on, by the same shares."""
    return _DELEGATING[bisect(_DELEGATING_WEIGHTS, chance * _DELEGATING_WEIGHTS[-1])]
