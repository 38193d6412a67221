"""Hears the statements of an engine, those too that its driver is handed straight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.one_hop import OneHopConnection

Sent = tuple[str, tuple[Any, ...]]
"""A statement as the driver was given it, and its parameters."""


@contextmanager
def heard(
    engine: AsyncEngine, wanted: Callable[[str], bool] = lambda statement: True
) -> Iterator[list[Sent]]:
    """Collect the statements that are `wanted`, in the order in which they are sent.

    Those that a driver is handed are heard of all engines of this process.
    """
    sent: list[Sent] = []

    def keep(statement: str, parameters: Any) -> None:
        if wanted(statement):
            sent.append((statement, tuple(parameters)))

    def executed(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        keep(statement, parameters)

    event.listen(engine.sync_engine, "before_cursor_execute", executed)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for driver in (OneHopConnection, LimitedConnection):
                patch.setattr(driver, "read", _hearing(driver.read, keep))
            yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", executed)


def _hearing(read: Any, keep: Callable[[str, Any], None]) -> Any:
    async def hearing(driver: Any, statement: str, values: Any) -> Any:
        keep(statement, values)
        return await read(driver, statement, values)

    return hearing
