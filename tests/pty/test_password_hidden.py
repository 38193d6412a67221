"""A password in the URL is on no screen, in no title, and in no command line that is copied."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.databases import migrate
from support.hurt import fill
from support.postgres import start_own_server
from support.tour import CTRL_Q, ENTER, ESCAPE, Step, Tour

pytestmark = pytest.mark.long

_WAY = [
    Step("?", "keys that work here"),
    Step((ESCAPE,)),
    Step(("Y", "G", ENTER), "copied"),
    Step("x", "export"),
    Step((ENTER, ENTER, ENTER), "exported"),
    Step((ESCAPE, ESCAPE)),
    Step("d", "Timings"),
    Step(("q", "C"), "120 tasks"),
    Step(("q", "2"), "conversations"),
    Step("1", "row 119"),
]


def test_no_screen_no_title_and_no_copied_line_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server of its own: one that the tests were given may take anybody without one."""
    monkeypatch.chdir(tmp_path)  # where an export goes
    server = start_own_server()
    terminal = None
    try:
        migrate(server.url())
        fill(server.url())
        password = urlsplit(server.url()).password
        assert password
        terminal = Tour([server.url()])
        terminal.wait_for("of 120")
        terminal.go(_WAY)
        server.halt()
        terminal.go([Step("r", "retrying")])
        terminal.type(CTRL_Q)
        assert terminal.finish() == 0
        output = terminal.output()
        assert output.offences == [], "no title of the terminal is set at all"
        assert any("postgresql://taskview@" in each for each in output.copied)
        assert not any(password in each for each in output.copied)
        assert password.encode() not in terminal.raw
    finally:
        if terminal is not None:
            terminal.close()
        server.stop()
