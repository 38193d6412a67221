"""The machine's clock jumps under the program: ages follow it, and nothing else does.

libfaketime tells the program another time of day, as it is told while it runs; what counts the
seconds that a wait lasts goes on, as it does on a machine whose clock is set.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support.faulty_line import FaultyLine
from support.hurt import Opener
from support.waiting import until

pytestmark = pytest.mark.servers

NEWEST = "row 119"
_YEARS = {"+3653d": re.compile(r"\b1[01]y\b"), "-3653d": re.compile(r"\bin (?:8|9|10)y\b")}
"""Ten years on or back, and the ages of rows of this year, as a screen has them."""


class Clock:
    """The clock of the programs that are started with its `variables`."""

    def __init__(self, folder: Path, library: Path) -> None:
        self._place = folder / "clock"
        self.jump("+0")
        self.variables = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._place),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, by: str) -> None:
        """Set it so far from the true time."""
        whole = self._place.with_suffix(".new")
        whole.write_text(by)
        whole.rename(self._place)  # It is read at any moment.


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    libraries = list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    assert libraries, "install faketime, as .ci/run does"
    return Clock(tmp_path, libraries[0])


def _ages(by: str) -> Callable[[str], bool]:
    return lambda shown: NEWEST in shown and _YEARS[by].search(shown) is not None


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_ages_follow_and_every_key_goes_on(
    open_terminal: Opener, clock: Clock, engine: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(f"filled_{engine}")
    terminal = open_terminal(url, "--timeout", "2", **clock.variables)
    terminal.wait_for("of 120")
    for by in _YEARS:
        clock.jump(by)
        terminal.wait_for(_ages(by))
        terminal.type("r]")
        shown = terminal.wait_for("row 69")
        assert "lost" not in shown
        assert "stopped" not in shown
        terminal.type("[")
        terminal.wait_for(_ages(by))
        clock.jump("+0")
        terminal.wait_for(lambda shown, by=by: NEWEST in shown and not _ages(by)(shown))
    terminal.type("q")
    assert terminal.finish() == 0


@pytest.mark.parametrize("by", _YEARS)
def test_a_wait_ends_when_it_was_to_end(
    open_terminal: Opener, clock: Clock, line: FaultyLine, by: str
) -> None:
    """A server that says nothing is given up as if the clock had not moved, and comes back."""
    terminal = open_terminal(line.url, "--timeout", "2", **clock.variables)
    terminal.wait_for("of 120")
    line.go_silent()
    terminal.type("r")
    terminal.wait_for("searching")
    clock.jump(by)
    shown = terminal.wait_for("connection lost - retrying")
    assert NEWEST in shown
    line.mend()
    terminal.wait_for(lambda shown: _ages(by)(shown) and "retrying" not in shown)
    terminal.type("q")
    assert terminal.finish() == 0
    until(lambda: line.open_lines == 0, "it has hung up")
