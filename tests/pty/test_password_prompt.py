"""Passwords that are asked for on a terminal, and never seen there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from support.cli_process import COMMAND, Terminal
from support.databases import migrate
from support.postgres import start_own_server

Opener = Callable[..., Terminal]


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[str, str]]:
    """A database's URL without its password, and the password.

    On a server of its own: one that the tests were given may let anybody in.
    """
    server = start_own_server()
    url = server.databases.url_of(server.databases.create())
    migrate(url)
    parts = urlsplit(url)
    bare = parts._replace(netloc=f"{parts.username}@127.0.0.1:{parts.port}").geturl()
    yield bare, unquote(parts.password or "")
    server.stop()


@pytest.fixture
def open_terminal() -> Iterator[Opener]:
    opened: list[Terminal] = []

    def open_one(*words: str, **variables: str) -> Terminal:
        opened.append(Terminal(words, variables=variables))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()


def test_the_browser_asks_where_the_server_does(
    guarded: tuple[str, str], open_terminal: Opener
) -> None:
    url, password = guarded
    terminal = open_terminal(url)
    terminal.wait_for("Password for postgresql://")
    terminal.type(f"{password}\r")
    terminal.wait_for("no tasks")
    terminal.type("q")
    assert terminal.finish() == 0
    assert password.encode() not in terminal.raw


@pytest.mark.parametrize("words", [("count", "-W"), ("ls",), ("db", "status", "-W")])
def test_every_command_asks(
    guarded: tuple[str, str], open_terminal: Opener, words: tuple[str, ...]
) -> None:
    url, password = guarded
    terminal = open_terminal(*words, url)
    terminal.wait_for("Password for postgresql://")
    terminal.type(f"{password}\r")
    assert terminal.finish() == 0
    assert password.encode() not in terminal.raw


def test_a_wrong_password_is_refused_once(guarded: tuple[str, str], open_terminal: Opener) -> None:
    url, _ = guarded
    terminal = open_terminal(url, "-W")
    terminal.wait_for("Password for postgresql://")
    terminal.type("not the one\r")
    assert terminal.finish() == 3
    assert "refused the login" in terminal.shown
    assert b"not the one" not in terminal.raw


def test_nobody_is_asked_who_does_not_want_to_be(
    guarded: tuple[str, str], open_terminal: Opener
) -> None:
    terminal = open_terminal("count", "-w", guarded[0])
    assert terminal.finish() == 3
    assert "asks for a password" in terminal.shown


def test_a_pipe_is_not_asked(guarded: tuple[str, str]) -> None:
    """Without a terminal at all; what waits in the pipe is no password."""
    url, password = guarded
    for words, code, said in (
        (["count", "-W", url], 2, "there is no terminal to ask for a password on"),
        (["count", url], 3, "asks for a password, and none is known here"),
    ):
        ran = subprocess.run(
            [COMMAND, *words],
            input=f"{password}\n",
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
        )
        assert (ran.returncode, ran.stdout) == (code, "")
        assert said in ran.stderr


def test_a_program_gives_it(guarded: tuple[str, str], tmp_path: Path) -> None:
    url, password = guarded
    (tmp_path / "secret").write_text(f"{password}\nuser: ada\n")
    command = f"cat '{tmp_path / 'secret'}'"
    ran = subprocess.run(
        [COMMAND, "count", url, "--password-command", command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "0\n", "")
