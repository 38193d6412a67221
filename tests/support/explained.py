"""The plans of what a browser asks, as the server makes them for the very statements."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from support.heard import heard
from taskview_core.persistence.browser import DatabaseBrowser


@dataclass(frozen=True)
class Plan:
    """The plan of one statement: its nodes, the outermost first, each as EXPLAIN has it."""

    statement: str
    nodes: tuple[Mapping[str, Any], ...]

    @property
    def kinds(self) -> list[str]:
        """What the nodes are."""
        return [str(node["Node Type"]) for node in self.nodes]

    @property
    def tables(self) -> set[str]:
        """The tables that are read."""
        return {str(node["Relation Name"]) for node in self.nodes if "Relation Name" in node}

    @property
    def read(self) -> set[str]:
        """The tables that were looked into, of a plan that was run."""
        return {
            str(node["Relation Name"])
            for node in self.nodes
            if "Relation Name" in node and node["Actual Loops"]
        }

    @property
    def remote(self) -> list[str]:
        """What other servers are asked."""
        return [str(node["Remote SQL"]) for node in self.nodes if "Remote SQL" in node]

    @property
    def local_filters(self) -> list[str]:
        """The conditions on rows that other servers have sent."""
        return [
            str(node["Filter"]) for node in self.nodes if "Remote SQL" in node and "Filter" in node
        ]


async def plans_of(
    browser: DatabaseBrowser, work: Callable[[], Awaitable[Any]], table: str = "tasks"
) -> list[Plan]:
    """Give the plans, with what they did, of the statements on a table that some work sends."""
    engine = browser._engine
    with heard(engine, lambda statement: f"FROM {table}" in statement) as sent:
        await work()
    plans = []
    async with engine.connect() as connection:
        for statement, parameters in sent:
            words = f"EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) {statement}"
            found = (await connection.exec_driver_sql(words, parameters)).scalar_one()
            whole = json.loads(found) if isinstance(found, str) else found
            plans.append(Plan(statement, tuple(_nodes(whole[0]["Plan"]))))
    assert plans, f"nothing was asked of {table}"
    return plans


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)
