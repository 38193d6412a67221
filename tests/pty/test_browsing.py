"""The installed program on a real terminal, used as a person uses it."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.cli_process import Terminal, run_process
from support.databases import migrate, run
from support.endless import make_endless, running_statements
from support.engines import long
from support.postgres import start_own_server
from support.stored import StoredConversation, StoredTask, insert, number

pytestmark = pytest.mark.long

Opener = Callable[..., Terminal]

ENTER, ESCAPE, CTRL_P, CTRL_Q = "\r", "\x1b", "\x10", "\x11"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo database."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    made = run_process("demo", "--tasks", "600", "--path", str(path))
    assert made.returncode == 0, made.stderr
    return path


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """Terminals that are closed after the test, whatever runs on them."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


@pytest.fixture
def open_terminal(terminals: list[Terminal]) -> Opener:
    def open_one(*words: str, width: int = 120, height: int = 36, **variables: str) -> Terminal:
        terminal = Terminal(words, width=width, height=height, variables=variables)
        terminals.append(terminal)
        return terminal

    return open_one


def test_the_demo_opens_filters_and_leads_to_a_failure(open_terminal: Opener, demo: Path) -> None:
    terminal = open_terminal("demo", "--path", str(demo))
    terminal.wait_for("rows 1-50 of 600")
    terminal.type("/")
    terminal.wait_for("leave")  # the footer of an input that has the focus
    terminal.type("status:failed")
    shown = terminal.wait_for(lambda text: "completed" not in text and "failed" in text)
    assert re.search(r"rows 1-\d+ of \d\d\b", shown)
    terminal.type(ENTER)
    terminal.wait_for("? help")
    shown_before = terminal.shown
    terminal.type(ENTER)
    shown = terminal.wait_for("▾ Error")
    assert "status:" not in shown, "the tree has taken the list's place"
    assert re.search(r"Traceback|Error|Failed|Limited", shown)
    terminal.type("q")
    terminal.wait_for(shown_before.splitlines()[-2].strip())
    terminal.type("q")
    assert terminal.finish() == 0


@pytest.mark.long
def test_words_narrow_the_list_as_they_are_typed(open_terminal: Opener, demo: Path) -> None:
    terminal = open_terminal(str(demo), width=80, height=24)
    terminal.wait_for("of 600")
    terminal.type("/")
    terminal.wait_for("leave")
    terminal.type("nowhere-at-all")
    terminal.wait_for(lambda text: "completed" not in text)
    terminal.type(ESCAPE)
    terminal.wait_for("? help")
    terminal.type(ESCAPE)
    terminal.wait_for("of 600")
    terminal.type(CTRL_Q)
    assert terminal.finish() == 0


@pytest.mark.long
def test_what_is_typed_behind_the_slash_in_one_go_is_the_filter(
    open_terminal: Opener, demo: Path
) -> None:
    """Over a slow line the keys of a second arrive together."""
    terminal = open_terminal(str(demo))
    terminal.wait_for("of 600")
    terminal.type("/status:failed")
    terminal.wait_for("/ status:failed")
    terminal.wait_for(lambda text: "completed" not in text)


def test_esc_is_heard_though_a_key_comes_right_behind_it(open_terminal: Opener, demo: Path) -> None:
    """As over a slow line, and from tmux, where the two are one key with Alt."""
    terminal = open_terminal("demo", "--path", str(demo))
    terminal.wait_for("rows 1-50 of 600")
    terminal.type("?")
    terminal.wait_for("keys that work here")
    terminal.type(ESCAPE + CTRL_P)
    terminal.wait_for(lambda shown: "Search for commands" in shown and "work here" not in shown)
    terminal.type(ESCAPE + "]")
    terminal.wait_for("rows 51-100 of 600")


def test_small_screens_show_the_error_below(open_terminal: Opener, demo: Path) -> None:
    terminal = open_terminal(str(demo), width=80, height=24)
    terminal.wait_for("of 600")
    terminal.type("/")
    terminal.wait_for("leave")
    terminal.type("status:failed")
    terminal.wait_for(lambda text: "completed" not in text)
    terminal.type(ENTER)
    terminal.wait_for("? help")
    terminal.type(ENTER)
    shown = terminal.wait_for("▾ Error")
    lines = shown.splitlines()
    tree = next(at for at, line in enumerate(lines) if "failed" in line)
    assert tree < next(at for at, line in enumerate(lines) if "Error" in line and "▾" in line)


def test_the_terminal_is_as_it_was_afterwards(open_terminal: Opener, demo: Path) -> None:
    terminal = open_terminal(str(demo))
    terminal.wait_for("of 600")
    terminal.type("q")
    assert terminal.finish() == 0
    for on, off in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h")):
        assert terminal.raw.rfind(off) > terminal.raw.rfind(on) >= 0
    for mouse in (b"1000", b"1003", b"1006", b"2004"):
        on, off = b"\x1b[?" + mouse + b"h", b"\x1b[?" + mouse + b"l"
        assert on not in terminal.raw or terminal.raw.rfind(off) > terminal.raw.rfind(on)


@pytest.mark.long
def test_without_colours_nothing_is_coloured(open_terminal: Opener, demo: Path) -> None:
    terminal = open_terminal(str(demo), NO_COLOR="1")
    shown = terminal.wait_for("of 600")
    assert "✓ completed" in shown
    codes = {
        code for each in re.findall(rb"\x1b\[([\d;]*)m", terminal.raw) for code in each.split(b";")
    }
    styles = {b"", *(b"%d" % code for code in (0, 1, 2, 3, 4, 7, 9, 22, 39, 49))}
    assert codes <= styles


def test_payloads_never_reach_the_terminal_as_commands(
    open_terminal: Opener,
    migrated_sqlite_url: str,
) -> None:
    evil = "\\u001b]0;owned\\u0007 \\u001b[2J \\u009b31m [/nope] [@click=app.quit]x[/] \\u202e"
    raw = "\x1b]0;owned\x07 \x9b31m\r\b\x7f [/nope] [@click=app.quit]x[/]\u202e end"
    insert(
        migrated_sqlite_url,
        [
            StoredTask.numbered(
                1, status="failed\x1b[31m", agent_id=raw, input=f'{{"{evil}": "{evil}"}}', error=raw
            )
        ],
        [StoredConversation(title=raw, user_id=raw)],
    )
    terminal = open_terminal(migrated_sqlite_url)
    terminal.wait_for("of 1")
    terminal.type(ENTER)
    terminal.wait_for("▾ Error")
    terminal.type("d")
    terminal.wait_for("Timings")
    terminal.type("2")
    terminal.wait_for("conversations")
    terminal.type(CTRL_Q)
    assert terminal.finish() == 0
    assert b"owned" in terminal.raw, "it is shown"
    assert b"\x1b]0;owned" not in terminal.raw
    assert b"\x1b[2J \x9b" not in terminal.raw
    assert "\x9b".encode() not in terminal.raw
    assert "\u202e".encode() not in terminal.raw


@pytest.mark.parametrize("key", ["q", long(CTRL_Q)])
def test_quitting_while_a_slow_query_runs(
    open_terminal: Opener, migrated_url: str, key: str
) -> None:
    insert(migrated_url, [StoredTask.numbered(n) for n in range(20)])
    terminal = open_terminal(migrated_url)
    terminal.wait_for("of 20")
    run(make_endless(migrated_url))
    terminal.type("r")
    terminal.wait_for(lambda text: "reading" in text or "searching" in text or "still" in text)
    terminal.type(key)
    assert terminal.finish() == 0
    deadline = time.monotonic() + 2.0  # what the issue allows a server
    while left := run(running_statements(migrated_url)):
        assert time.monotonic() < deadline, left


def test_a_lost_connection_shows_and_comes_back_by_itself(open_terminal: Opener) -> None:
    server = start_own_server()
    try:
        migrate(server.url())
        insert(server.url(), [StoredTask.numbered(n, input=f'"row {n}"') for n in range(20)])
        terminal = open_terminal(server.url())
        terminal.wait_for("row 19")
        server.halt()
        terminal.type("r")
        shown = terminal.wait_for(lambda text: "lost" in text or "cannot connect" in text)
        assert "row 19" in shown, "what was there stays"
        server.resume()
        terminal.wait_for(lambda text: "lost" not in text and "cannot connect" not in text)
        terminal.type("q")
        assert terminal.finish() == 0
    finally:
        server.stop()


def test_a_first_failure_is_one_sentence_and_code_three(
    open_terminal: Opener, tmp_path: Path
) -> None:
    terminal = open_terminal(str(tmp_path / "nosuch.db"))
    assert terminal.finish() == 3
    shown = terminal.shown
    assert "nosuch.db does not exist" in shown
    assert "Traceback" not in shown
    assert list(tmp_path.iterdir()) == []
    secret = open_terminal("postgresql://ada:s3cret@127.0.0.1:1/tasks")
    assert secret.finish() == 3
    assert "ada@127.0.0.1:1/tasks" in secret.shown
    assert b"s3cret" not in secret.raw


@pytest.mark.long
def test_a_row_can_be_copied_by_its_id(open_terminal: Opener, migrated_sqlite_url: str) -> None:
    insert(migrated_sqlite_url, [StoredTask.numbered(7)])
    terminal = open_terminal(migrated_sqlite_url)
    terminal.wait_for("of 1")
    terminal.type("y")
    terminal.wait_for("copied")
    wanted = base64.b64encode(str(number(7)).encode())
    assert b"\x1b]52;c;" + wanted in terminal.raw


@pytest.mark.long
def test_a_pager_that_ends_at_once_is_read_until_enter(open_terminal: Opener, demo: Path) -> None:
    terminal = open_terminal(str(demo), PAGER="cat", width=80, height=24)
    terminal.wait_for("of 600")
    terminal.type("d")
    terminal.wait_for("▾ Input")
    terminal.type("!")
    shown = terminal.wait_for("press Enter to go back")
    assert '"conversation_id"' in shown, "the whole task, as its heading stands for"
    terminal.type(ENTER)
    terminal.wait_for("▾ Input")
    terminal.type(CTRL_Q)
    assert terminal.finish() == 0


@pytest.mark.parametrize(
    ("editor", "said"), [("no-such-editor", "cannot run no-such-editor"), ("false", "ended with 1")]
)
def test_an_editor_that_fails_gives_the_terminal_back(
    open_terminal: Opener, demo: Path, editor: str, said: str
) -> None:
    terminal = open_terminal(str(demo), EDITOR=editor, VISUAL="", width=80, height=24)
    terminal.wait_for("of 600")
    terminal.type("d")
    terminal.wait_for("▾ Input")
    terminal.type("v")
    if editor == "false":
        terminal.wait_for("press Enter to go back")
        terminal.type(ENTER)
    terminal.wait_for(said)
    terminal.wait_for("▾ Input")
    terminal.type("?")
    terminal.wait_for("keys that work here")
    terminal.type(CTRL_Q)
    assert terminal.finish() == 0
