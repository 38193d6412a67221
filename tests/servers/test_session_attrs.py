"""Several hosts with `target_session_attrs`: which of a primary and its standby is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest

from support.databases import migrate, run
from support.postgres import OwnServer
from support.standby import Standby, primary_and_standby
from support.stored import StoredTask, insert
from taskview_core.errors import CannotConnectError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.late_browser import LateBrowser
from taskview_core.persistence.postgres_connection import open_connection
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("standby")]


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[OwnServer, Standby]]:
    """A primary and its standby, with three tasks."""
    with primary_and_standby() as (primary, standby):
        migrate(primary.url())
        insert(primary.url(), [StoredTask.numbered(n) for n in range(3)])
        run(standby.catch_up())
        yield primary, standby


def _url(servers: Sequence[OwnServer], asked: str | None, *ports: int) -> str:
    parts = urlsplit(servers[0].url())
    places = ",".join(f"127.0.0.1:{port}" for port in ports or [each.port for each in servers])
    ending = "" if asked is None else f"?target_session_attrs={asked}"
    return f"postgresql://{parts.username}:{parts.password}@{places}{parts.path}{ending}"


async def _taken(url: str) -> int:
    connection = await open_connection(parse_database_url(url))
    port = int(await connection.fetchval("SHOW port"))
    await connection.close()
    return port


@pytest.mark.parametrize(
    ("asked", "takes"),
    [
        (None, "first"),
        ("any", "first"),
        ("primary", "primary"),
        ("read-write", "primary"),
        ("standby", "standby"),
        ("read-only", "standby"),
        ("prefer-standby", "standby"),
    ],
)
@pytest.mark.parametrize("standby_first", [False, True])
async def test_the_one_that_is_asked_for_is_taken(
    servers: tuple[OwnServer, Standby], asked: str | None, takes: str, standby_first: bool
) -> None:
    primary, standby = servers
    order = servers[::-1] if standby_first else servers
    wanted = {"first": order[0], "primary": primary, "standby": standby}[takes]
    assert await _taken(_url(order, asked)) == wanted.port


async def test_a_standby_that_is_away_is_only_preferred(
    servers: tuple[OwnServer, Standby],
) -> None:
    primary, _ = servers
    for ports in ((1, primary.port), (primary.port, 1), (primary.port, primary.port)):
        assert await _taken(_url(servers, "prefer-standby", *ports)) == primary.port
    assert await _taken(_url([primary], "prefer-standby")) == primary.port


async def test_none_that_fits_is_told(servers: tuple[OwnServer, Standby]) -> None:
    primary, standby = servers
    for asked, port in (("standby", primary.port), ("primary", standby.port)):
        browser = DatabaseBrowser(_url(servers, asked, port, port))
        with pytest.raises(CannotConnectError) as caught:
            await browser.connect()
        assert f"none of its servers is what target_session_attrs={asked} asks for" in str(
            caught.value
        )
        assert str(port) in str(caught.value)
        await browser.close()
    # Who might have fitted was not there: that is what is wrong.
    with pytest.raises(ConnectionRefusedError):
        await _taken(_url(servers, "standby", primary.port, 1))


async def test_a_browser_looks_at_the_one_that_was_asked_for(
    servers: tuple[OwnServer, Standby],
) -> None:
    url = parse_database_url(_url(servers, "prefer-standby"))
    late = LateBrowser(url, lambda opened: DatabaseBrowser(url, opened=opened))
    await late.connect()
    assert len((await late.search_tasks(EVERYTHING, PageRequest())).rows) == 3
    assert str(await late.replica()) == "replica, up to date"
    await late.close()
