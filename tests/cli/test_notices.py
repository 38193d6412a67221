"""What of a URL cannot be honoured is said once by each command, and not among the data."""

from __future__ import annotations

import pytest

from support.cli_browser import Run, Serve

_URL = "postgresql://ada@db.example/t?channel_binding=require&hostaddr=203.0.113.1"
_SAID = (
    "taskview: channel_binding=require cannot be honoured and was left out\n"
    "taskview: hostaddr cannot be honoured: the host is looked up by its name\n"
)


@pytest.mark.parametrize("words", [["count", _URL], ["ls", _URL, "-o", "ids"]])
def test_each_notice_is_said_once(run: Run, serve: Serve, words: list[str]) -> None:
    serve()
    ran = run(*words)
    assert ran.err.startswith(_SAID)
    assert ran.err.count("honoured") == 2
    assert "honoured" not in ran.out
