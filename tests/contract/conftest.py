"""What the contract tests share: a browser and sessions on a fresh database of each engine."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine that writes, on a fresh database with the tables."""
    engine = create_engine(migrated_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """What makes sessions on that database."""
    return async_sessionmaker(engine, expire_on_commit=False)


@pytest.fixture
async def browser(migrated_url: str) -> AsyncIterator[DatabaseBrowser]:
    """A connected browser on a fresh database with the tables."""
    browser = DatabaseBrowser(migrated_url)
    await browser.connect()
    yield browser
    await browser.close()
