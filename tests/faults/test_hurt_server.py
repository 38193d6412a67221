"""A server that is killed, stopped, full or shut to us: what the user sees, and that it passes."""

from __future__ import annotations

import signal
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from support.cli_process import Terminal, run_process
from support.hurt import Opener, connections, execute, locked, rows_to_load
from support.pausing import paused
from support.postgres import OwnServer
from support.waiting import until

pytestmark = pytest.mark.servers

CTRL_C, CTRL_Q, ESCAPE = "\x03", "\x11", "\x1b"
NEWEST = "row 119"


def _as(url: str, role: str, password: str = "word") -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{parts.hostname}:{parts.port}"))


def _lost(shown: str) -> bool:
    return "connection lost - retrying" in shown


def _back(shown: str) -> bool:
    return NEWEST in shown and "retrying" not in shown


def _leave(terminal: Terminal, url: str) -> None:
    terminal.type("q")
    assert terminal.finish() == 0
    until(lambda: connections(url) == 0, "no connection is left on the server")


def test_a_killed_server(open_terminal: Opener, hurt_server: OwnServer) -> None:
    url = hurt_server.url()
    terminal = open_terminal(url)
    terminal.wait_for(NEWEST)
    hurt_server.kill()
    terminal.type("r")
    assert NEWEST in terminal.wait_for(_lost), "what was there stays"
    assert run_process("count", url).returncode == 3
    terminal.type("?")
    terminal.wait_for("keys that work here")
    terminal.type(ESCAPE)
    hurt_server.resume()
    terminal.wait_for(_back)
    _leave(terminal, url)


def test_a_server_that_is_restarted_below_a_tree(
    open_terminal: Opener, hurt_server: OwnServer
) -> None:
    url = hurt_server.url()
    terminal = open_terminal(url)
    terminal.wait_for(NEWEST)
    terminal.type("C")
    terminal.wait_for("120 tasks")
    hurt_server.halt()
    hurt_server.resume()
    terminal.type("r")  # the first question after it is simply asked again
    terminal.type("G")
    terminal.wait_for(lambda shown: "row 119" in shown and "retrying" not in shown)
    terminal.type("q")
    terminal.wait_for(_back)
    _leave(terminal, url)


def test_a_stopped_server_is_told_and_may_go_on(
    open_terminal: Opener, hurt_server: OwnServer
) -> None:
    url = hurt_server.url()
    terminal = open_terminal(url, "--timeout", "1")
    terminal.wait_for("of 120")
    with paused(hurt_server.pid):
        terminal.type("r")
        shown = terminal.wait_for(lambda shown: "answer" in shown)
        assert _lost(shown)
        assert NEWEST in shown
        terminal.type("j?")
        terminal.wait_for("keys that work here")
        terminal.type(ESCAPE)
        terminal.wait_for(NEWEST)
    terminal.wait_for(_back)
    _leave(terminal, url)


@pytest.mark.parametrize(("screen", "key"), [("", "q"), ("C", "q"), ("d", CTRL_Q)])
def test_who_leaves_does_not_wait_for_a_stopped_server(
    open_terminal: Opener, hurt_server: OwnServer, key: str, screen: str
) -> None:
    """No statement has an end here: whoever waited for one would wait for ever."""
    terminal = open_terminal(hurt_server.url(), "--timeout", "0")
    terminal.wait_for("of 120")
    with paused(hurt_server.pid):
        terminal.type(screen or "r")
        terminal.wait_for(lambda shown: "reading" in shown or "searching" in shown)
        # From any other screen than the first, `q` goes back at once.
        for each in key if key == CTRL_Q or screen in {"", "2"} else key * 2:
            terminal.type(each)
        assert terminal.finish() == 0
    until(lambda: connections(hurt_server.url()) == 0, "no connection is left on the server")


def test_a_server_that_was_stopped_before(open_terminal: Opener, hurt_server: OwnServer) -> None:
    url = f"{hurt_server.url()}?connect_timeout=1"
    with paused(hurt_server.pid):
        terminal = open_terminal(url)
        assert terminal.finish() == 3
        assert "no answer in the time allowed" in terminal.shown
        ended = run_process("ls", url)
        assert ended.returncode == 3
        assert b"no answer in the time allowed" in ended.stderr
        waits = open_terminal(hurt_server.url())
        waits.wait_for("connecting")
        waits.type("q")
        assert waits.finish() == 0


@pytest.mark.parametrize("words", [["tree"], ["export"]])
def test_commands_end_when_a_server_stops_under_them(
    hurt_server: OwnServer, words: list[str]
) -> None:
    """A lock that is held has the command wait on the server, which is stopped then."""
    url = hurt_server.url()
    command, *options = words
    ident = ["a0000000"] if command == "tree" else []
    with locked(url) as waiting:
        process = Terminal([command, url, *ident, *options, "--timeout", "1"])
        try:
            until(waiting, "the command waits")
            with paused(hurt_server.pid):
                assert process.finish() == 3
                assert "does not answer" in process.shown
        finally:
            process.close()
    until(lambda: connections(url) == 0, "no connection is left on the server")


@pytest.mark.parametrize(
    ("command", "by"),
    [
        ("count", signal.SIGINT),
        ("count", signal.SIGHUP),
        ("load", signal.SIGINT),
        ("load", signal.SIGTERM),
    ],
)
def test_commands_that_wait_for_a_stopped_server_can_be_ended(
    hurt_server: OwnServer, tmp_path: Path, command: str, by: signal.Signals
) -> None:
    url = hurt_server.url()
    words = (
        ["count", url, "--timeout", "0"]
        if command == "count"
        else ["load", url, str(rows_to_load(tmp_path))]
    )
    with locked(url) as waiting:
        process = Terminal(words)
        try:
            until(waiting, "the command waits")
            with paused(hurt_server.pid):
                process.process.send_signal(by)
                assert process.finish() == 128 + by
                assert "Traceback" not in process.shown
        finally:
            process.close()
    until(lambda: connections(url) == 0, "no connection is left on the server")


def test_a_server_without_a_connection_to_spare(
    open_terminal: Opener, hurt_server: OwnServer
) -> None:
    url = hurt_server.url()
    execute(
        url,
        "CREATE ROLE crowd LOGIN PASSWORD 'word' CONNECTION LIMIT 1",
        "GRANT SELECT ON tasks, conversations TO crowd",
    )
    try:
        theirs = _as(url, "crowd")
        terminal = open_terminal(theirs)
        terminal.wait_for("of 120")  # by the one connection that there is
        refused = run_process("count", theirs)
        assert refused.returncode == 3
        assert b"has no connection to spare" in refused.stderr
        execute(url, "ALTER ROLE crowd CONNECTION LIMIT 0", _END_OF.format("crowd"))
        terminal.type("r")
        shown = terminal.wait_for("has no connection to spare")
        assert _lost(shown)
        assert NEWEST in shown
        execute(url, "ALTER ROLE crowd CONNECTION LIMIT 2")
        terminal.wait_for(_back)
        _leave(terminal, url)
    finally:
        execute(url, _END_OF.format("crowd"), "DROP OWNED BY crowd", "DROP ROLE crowd")


def test_a_role_that_loses_its_rights_and_is_dropped(
    open_terminal: Opener, hurt_server: OwnServer
) -> None:
    url = hurt_server.url()
    make = (
        "CREATE ROLE guest LOGIN PASSWORD 'word'",
        "GRANT SELECT ON tasks, conversations TO guest",
    )
    drop = (_END_OF.format("guest"), "DROP OWNED BY guest", "DROP ROLE guest")
    execute(url, *make)
    theirs = _as(url, "guest")
    terminal = open_terminal(theirs)
    terminal.wait_for("of 120")
    execute(url, "REVOKE SELECT ON tasks FROM guest")
    terminal.type("r")
    shown = terminal.wait_for("does not allow this")
    assert "permission denied for table tasks" in shown
    assert "r: try again" in shown
    assert NEWEST in shown
    refused = run_process("count", theirs)
    assert (refused.returncode, b"permission denied" in refused.stderr) == (1, True)
    execute(url, "GRANT SELECT ON tasks TO guest")
    terminal.type("r")
    terminal.wait_for(lambda shown: "does not allow" not in shown)
    execute(url, *drop)
    terminal.type("r")
    shown = terminal.wait_for(lambda shown: "refused the login" in shown)
    assert NEWEST in shown
    refused = run_process("count", theirs)
    assert (refused.returncode, b"refused the login" in refused.stderr) == (3, True)
    execute(url, *make)
    terminal.wait_for(_back)
    _leave(terminal, url)
    execute(url, *drop)


_END_OF = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{}'"
