"""One of the servers that tasks lie on goes away: it is named, all else stays, it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from support.postgres import OwnServer
from support.spread import Shards, three_shards
from support.standby import told
from support.stored import StoredConversation, StoredTask, insert
from taskview_core.errors import CannotConnectError, ServerBehindLostError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_tui.app import TaskviewApp
from taskview_tui.bars.banner import Banner
from taskview_tui.cli.main import main
from taskview_tui.screens.tasks import TasksScreen

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("shard away")]

_CONVERSATIONS = [UUID(int=(0xC << 124) | n) for n in range(12)]


@pytest.fixture(scope="module")
def shards() -> Iterator[Shards]:
    with three_shards() as shards:
        rows = [StoredTask.numbered(n, conversation_id=_CONVERSATIONS[n % 12]) for n in range(120)]
        insert(shards.url, rows, [StoredConversation(id=each) for each in _CONVERSATIONS])
        yield shards


@contextmanager
def _away(server: OwnServer) -> Iterator[None]:
    server.halt()
    try:
        yield
    finally:
        server.resume()


async def _home_of(shards: Shards, number: int) -> UUID:
    """Give a conversation that lies on a shard."""
    found = await told(shards.servers[number].url(), "SELECT id FROM conversations LIMIT 1")
    return UUID(int=found.int)


async def test_it_is_named_and_comes_back(shards: Shards) -> None:
    browser = DatabaseBrowser(shards.url)
    before = await browser.search_tasks(EVERYTHING, PageRequest(30))
    gone, there = await _home_of(shards, 1), await _home_of(shards, 2)
    tree = await browser.conversation_tree(there)
    with _away(shards.servers[1]):
        for _ in range(2):  # At first the coordinator finds its own connection broken.
            with pytest.raises(ServerBehindLostError) as caught:
                await browser.search_tasks(EVERYTHING, PageRequest(30))
            assert caught.value.server == "shard1"
            said = str(caught.value)
            assert f"{browser.label} cannot reach the server shard1" in said
            assert f"port {shards.servers[1].port} failed" in said
            assert "\n" not in said
        with pytest.raises(ServerBehindLostError):
            await browser.conversation_tree(gone)
        # What lies elsewhere can be read.
        assert await browser.conversation_tree(there) == tree
        some = await browser.search_tasks(
            TaskFilter.parse(f"conversation:{there}"), PageRequest(30)
        )
        assert {row.conversation_id for row in some.rows} == {there}
    assert (await browser.search_tasks(EVERYTHING, PageRequest(30))).rows == before.rows
    await browser.close()


def test_a_command_ends_with_its_name(shards: Shards, capsys: pytest.CaptureFixture[str]) -> None:
    with _away(shards.servers[0]):
        assert main(("ls", shards.url)) == 3
        assert "cannot reach the server shard0" in capsys.readouterr().err
    assert main(("ls", shards.url)) == 0


async def test_the_screen_keeps_its_rows_and_reads_on_by_itself(shards: Shards) -> None:
    app = TaskviewApp(lambda: DatabaseBrowser(shards.url))
    async with app.run_test(size=(140, 30)) as pilot:

        async def banner(words: str) -> None:
            for _ in range(3_000):
                shown = (each for each in app.screen.query(Banner) if each.display)
                said = "".join(str(each.render()) for each in shown)
                if (words in said) if words else not said:
                    return
                await pilot.pause(0.01)
            raise AssertionError(f"{words!r} never came: {said}")

        for _ in range(3_000):
            await pilot.pause(0.01)
            screen = app.screen
            if isinstance(screen, TasksScreen) and screen.table.rows and not screen.is_busy:
                break
        assert isinstance(screen, TasksScreen)
        rows = list(screen.table.rows)
        assert len(rows) == 50
        with _away(shards.servers[2]):
            await pilot.press("r")
            await banner("a server behind is away - retrying in")
            await banner("cannot reach the server shard2, where some of the rows are")
            assert list(screen.table.rows) == rows
            await banner("retrying in 4 s")  # It has been tried again meanwhile.
            assert list(screen.table.rows) == rows
        await banner("")
        assert list(screen.table.rows) == rows


def test_its_status_tells_where_the_rows_are(
    shards: Shards, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("db", "status", shards.url)) == 0
    said = capsys.readouterr().out
    for table, rows in (("tasks", 120), ("conversations", 12)):
        assert f"{table:<14} {rows} rows" in said
        assert f"those of {table} are on shard0, shard1, shard2, and not to be seen" in said
        where = "has its rows on other servers (shard0, shard1, shard2): upgrade each of these"
        assert f"problem    its table {table} {where} by itself" in said
    assert "✗" not in said
    assert "✓" not in said
    assert main(("db", "upgrade", shards.url)) == 1
    assert "cannot be upgraded: its table conversations has its rows" in capsys.readouterr().err


async def test_the_coordinator_itself_is_told_apart(shards: Shards) -> None:
    browser = DatabaseBrowser(shards.url)
    await browser.search_tasks(EVERYTHING, PageRequest(5))
    with _away(shards.coordinator):
        with pytest.raises(CannotConnectError) as caught:
            await browser.search_tasks(EVERYTHING, PageRequest(5))
        assert not isinstance(caught.value, ServerBehindLostError)
    assert (await browser.search_tasks(EVERYTHING, PageRequest(5))).rows
    await browser.close()
