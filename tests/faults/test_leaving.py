"""Leaving while a thread is held up by something that cannot be stopped."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import pytest

from support.cli_process import Terminal

pytestmark = pytest.mark.long

_PROGRAM = """
import socket, sys, threading

def ask(*_args, **_options):
    print('asking', file=sys.__stderr__, flush=True) if 'count' in sys.argv else None
    threading.Event().wait()  # a name server that never answers

socket.getaddrinfo = ask
from taskview_tui.cli.main import main
sys.exit(main())
"""
_URL = "postgresql://ada@db.example/agents?connect_timeout=0"


@pytest.fixture
def held_up(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    program = (sys.executable, "-c", _PROGRAM)
    terminal = Terminal(request.param, width=120, height=36, program=program)
    yield terminal
    terminal.close()


@pytest.mark.parametrize("held_up", [[_URL]], indirect=True)
@pytest.mark.parametrize("key", ["q", "\x11"])
def test_the_browser(held_up: Terminal, key: str) -> None:
    held_up.wait_for("connecting")
    held_up.type(key)
    assert held_up.finish() == 0
    assert held_up.raw.rfind(b"\x1b[?1049l") > held_up.raw.rfind(b"\x1b[?1049h")


@pytest.mark.parametrize("held_up", [["count", _URL]], indirect=True)
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_command(held_up: Terminal, by: signal.Signals) -> None:
    held_up.wait_for("asking")
    held_up.process.send_signal(by)
    assert held_up.finish() == 128 + by
