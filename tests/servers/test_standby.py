"""On a hot standby: all that reads works, how far it is behind is told, nothing can be changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event

from support.databases import migrate, run
from support.postgres import OwnServer
from support.standby import Standby, execute, primary_and_standby, told, until
from support.stored import CONVERSATION, StoredConversation, StoredTask, insert, number
from taskview_core.entities import Replica
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.late_browser import LateBrowser
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_migrations import status
from taskview_tui.app import TaskviewApp
from taskview_tui.bars.title_line import TitleLine
from taskview_tui.cli.main import main
from taskview_tui.screens.tasks import TasksScreen

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("standby")]

_MANY = 400
_ALL_HERE = "pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()"
_FOLLOWS = "EXISTS (SELECT FROM pg_stat_wal_receiver)"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[OwnServer, Standby]]:
    """A primary with some tasks, all of which the standby has."""
    with primary_and_standby() as (primary, standby):
        migrate(primary.url())
        insert(
            primary.url(),
            [
                StoredTask.numbered(
                    n,
                    parent_task_id=number(n // 3) if n else None,
                    status="failed" if n % 5 == 0 else "completed",
                    input=f'{{"word": "needle{n % 7}"}}',
                )
                for n in range(_MANY)
            ],
        )
        run(standby.catch_up())
        yield primary, standby


async def test_what_is_read_is_the_same_as_on_the_primary(
    servers: tuple[OwnServer, Standby],
) -> None:
    one, other = (DatabaseBrowser(server.url()) for server in servers)
    for text in ("", "status:failed", "needle3", "is:leaf", "is:stuck", "since:2026-01-01"):
        wanted, request = TaskFilter.parse(text), PageRequest(30)
        for _ in range(2):
            expected = await one.search_tasks(wanted, request)
            assert (await other.search_tasks(wanted, request)).rows == expected.rows
            request = replace(request, cursor=expected.next)
        assert await other.count_tasks(wanted) == await one.count_tasks(wanted)
        assert await other.facets(wanted) == await one.facets(wanted)
    assert await other.conversation_tree(CONVERSATION) == await one.conversation_tree(CONVERSATION)
    assert (await other.search_conversations(ConversationFilter(), PageRequest(5))).rows
    assert await other.get_task(number(7)) == await one.get_task(number(7))
    assert await one.replica() is None
    assert str(await other.replica()) == "replica, up to date"
    await one.close()
    await other.close()


async def test_the_first_page_comes_from_it_too(servers: tuple[OwnServer, Standby]) -> None:
    url = parse_database_url(servers[1].url())
    browser = LateBrowser(url, lambda opened: DatabaseBrowser(url, opened=opened))
    await browser.connect()
    page = await browser.search_tasks(EVERYTHING, PageRequest())
    assert page.rows[0].id == number(_MANY - 1)
    assert isinstance(await browser.replica(), Replica)
    await browser.close()


def test_commands_read_it(
    servers: tuple[OwnServer, Standby], capsys: pytest.CaptureFixture[str]
) -> None:
    url = servers[1].url()
    for words in (
        ("ls", url, "--filter", "needle3 status:failed"),
        ("tree", url, str(CONVERSATION)),
        ("show", url, str(number(3))),
        ("count", url, "--exact"),
        ("export", url, str(number(3))),
    ):
        assert main(words) == 0
        assert capsys.readouterr().out
    assert main(("db", "status", url)) == 0
    lines = capsys.readouterr().out.splitlines()
    server = next(line for line in lines if line.startswith("server"))
    assert server == f"server     replica, up to date (of 127.0.0.1:{servers[0].port})"


async def test_a_query_that_is_cancelled_for_the_primary_is_asked_again(
    servers: tuple[OwnServer, Standby],
) -> None:
    """What it reads is cleaned away on the primary, and the standby waits for it no longer."""
    primary, standby = servers
    extra = StoredConversation(id=number(0xFF))
    await asyncio.to_thread(insert, primary.url(), [], [extra])
    await standby.catch_up()
    browser = DatabaseBrowser(standby.url(), timeout=60)
    await browser.connect()
    asked: list[str] = []

    def slow(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        if "FROM conversations" in statement:
            asked.append(statement)
            if len(asked) == 1:
                statement = statement.replace("SELECT ", "SELECT pg_sleep(50), ", 1)
        return statement, parameters

    event.listen(browser._engine.sync_engine, "before_cursor_execute", slow, retval=True)
    reading = asyncio.ensure_future(
        browser.search_conversations(ConversationFilter(), PageRequest(5))
    )
    watcher = await asyncpg.connect(standby.url())
    sleeps = "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')"
    await until(watcher, sleeps)
    await execute(
        primary.url(),
        f"DELETE FROM conversations WHERE id = '{number(0xFF)}'",
        "VACUUM conversations",
    )
    page = await reading
    conflicts = "SELECT confl_snapshot FROM pg_stat_database_conflicts WHERE datname = 'postgres'"
    await until(watcher, f"({conflicts}) > 0")
    assert [row.id for row in page.rows] == [CONVERSATION]
    assert len(asked) == 2
    await watcher.close()
    await browser.close()


async def test_how_far_it_is_behind_is_told(servers: tuple[OwnServer, Standby]) -> None:
    primary, standby = servers
    browser = DatabaseBrowser(standby.url())
    await browser.connect()
    watcher = await asyncpg.connect(standby.url())
    await watcher.execute("SELECT pg_wal_replay_pause()")
    await execute(primary.url(), "CREATE TABLE something (n int)", "DROP TABLE something")
    await until(watcher, f"NOT ({_ALL_HERE})")
    replica = await browser.replica()
    assert replica is not None
    assert replica.behind is not None
    assert replica.behind.total_seconds() > 0
    assert not replica.is_cut_off
    assert replica.primary == f"127.0.0.1:{primary.port}"
    await watcher.execute("SELECT pg_wal_replay_resume()")
    await until(watcher, _ALL_HERE)
    assert str(await browser.replica()) == "replica, up to date"
    await watcher.close()
    await browser.close()


async def test_who_may_only_select_is_told_as_much_as_the_server_tells(
    servers: tuple[OwnServer, Standby],
) -> None:
    primary, standby = servers
    await execute(
        primary.url(),
        "CREATE ROLE reader LOGIN PASSWORD 'reader'",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    )
    await standby.catch_up()
    browser = DatabaseBrowser(f"postgresql://reader:reader@127.0.0.1:{standby.port}/postgres")
    assert len((await browser.search_tasks(EVERYTHING, PageRequest(5))).rows) == 5
    replica = await browser.replica()
    assert str(replica) == "replica, up to date"
    assert replica is not None
    assert replica.primary == ""
    await browser.close()


async def test_one_that_does_not_say_how_it_is_doing_is_read_all_the_same(
    servers: tuple[OwnServer, Standby],
) -> None:
    """As by servers of another make, which know no such functions."""
    primary, standby = servers
    mute = "ON FUNCTION pg_last_wal_receive_lsn()"
    await execute(
        primary.url(),
        "CREATE ROLE mute LOGIN PASSWORD 'mute'",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO mute",
        f"REVOKE EXECUTE {mute} FROM PUBLIC",
    )
    await standby.catch_up()
    url = f"postgresql://mute:mute@127.0.0.1:{standby.port}/postgres"
    browser = DatabaseBrowser(url)
    assert await browser.replica() == Replica()
    assert (await browser.search_tasks(EVERYTHING, PageRequest(5))).rows
    await browser.close()
    assert (await status(parse_database_url(url))).replica == Replica()
    await execute(primary.url(), f"GRANT EXECUTE {mute} TO PUBLIC")
    await standby.catch_up()


@pytest.mark.parametrize("what", ["load", "upgrade", "index-text"])
def test_what_would_change_it_says_that_it_cannot(
    servers: tuple[OwnServer, Standby],
    what: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    primary, standby = servers
    url = standby.url()
    if what == "load":
        file = tmp_path / "conversations.ndjson"
        new = {"id": str(number(0xF0)), "user_id": "ada", "title": None, "metadata": None}
        moment = "2026-01-31T10:00:00Z"
        file.write_text(json.dumps({**new, "created_at": moment, "updated_at": moment}))
        words = ["load", url, str(file)]
    elif what == "upgrade":
        assert main(("db", "upgrade", url)) == 0, "there is nothing to do"
        assert "newest revision already" in capsys.readouterr().err
        run(execute(primary.url(), "DROP INDEX ix_tasks_updated"))
        run(standby.catch_up())
        words = ["db", "upgrade", url]
    else:
        words = ["db", "index-text", url]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert f"127.0.0.1:{standby.port}/postgres takes no changes, and nothing was changed" in said
    assert "it is a replica or set to be only read: name its primary" in said
    if what == "upgrade":
        migrate(primary.url())
        run(standby.catch_up())
    assert run(told(url, "SELECT count(*) FROM conversations")) == 1


async def test_a_primary_that_goes_away_is_named_and_what_is_here_can_be_read(
    servers: tuple[OwnServer, Standby],
) -> None:
    primary, standby = servers
    browser = DatabaseBrowser(standby.url())
    await browser.connect()
    watcher = await asyncpg.connect(standby.url())
    primary.halt()
    try:
        await until(watcher, f"NOT {_FOLLOWS}")
        replica = await browser.replica()
        assert replica is not None
        assert replica.is_cut_off
        words = f"replica, its primary 127.0.0.1:{primary.port} is away, last change "
        assert str(replica).startswith(words)
        assert len((await browser.search_tasks(EVERYTHING, PageRequest(50))).rows) == 50
    finally:
        primary.resume()
    await until(watcher, _FOLLOWS)
    await standby.catch_up()
    assert str(await browser.replica()) == "replica, up to date"
    await watcher.close()
    await browser.close()


async def test_the_screen_says_so_and_when_it_is_over(
    servers: tuple[OwnServer, Standby], monkeypatch: pytest.MonkeyPatch
) -> None:
    primary, standby = servers
    monkeypatch.setattr("taskview_tui.watches_replica._EVERY", 0.3)
    app = TaskviewApp(lambda: DatabaseBrowser(standby.url()))
    async with app.run_test(size=(140, 30)) as pilot:

        async def title(words: str) -> None:
            for _ in range(3_000):
                shown = str(app.screen.query_one(TitleLine).render())
                if words in shown:
                    return
                await pilot.pause(0.01)
            raise AssertionError(f"{words!r} never came: {shown}")

        await title("replica, up to date")
        screen = app.screen
        assert isinstance(screen, TasksScreen)
        rows = list(screen.table.rows)
        assert rows
        primary.halt()
        try:
            for _ in range(100):  # Until the standby has noticed, each time that rows are read.
                await pilot.press("r")
                await pilot.pause(0.1)
                if app.replica is not None and app.replica.is_cut_off:
                    break
            await title(f"replica, its primary 127.0.0.1:{primary.port} is away")
            assert list(screen.table.rows) == rows
            assert not screen.has_trouble
        finally:
            primary.resume()
        await title("replica, up to date")


async def test_once_promoted_it_is_no_replica_any_more(
    servers: tuple[OwnServer, Standby],
) -> None:
    """The last of these tests: there is no way back."""
    standby = servers[1]
    browser = DatabaseBrowser(standby.url())
    await browser.search_tasks(EVERYTHING, PageRequest(5))
    assert await browser.replica() is not None
    assert await told(standby.url(), "SELECT pg_promote()")
    assert await browser.replica() is None
    await execute(standby.url(), "UPDATE tasks SET status = 'cancelled' WHERE status = 'failed'")
    cancelled = await browser.count_tasks(TaskFilter.parse("status:cancelled"))
    assert cancelled.value == _MANY // 5
    await browser.close()
