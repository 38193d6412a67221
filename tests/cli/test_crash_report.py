"""A fault of the program leaves a report that helps, and that holds nothing of the data."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from types import TracebackType

import pytest

from support.cli_process import PATIENCE, Terminal
from support.faulty_program import SECRETS, OddError, fail
from support.stored import StoredTask, insert
from taskview_tui.cli import crash_report, failures

FAULTY = (sys.executable, "-m", "support.faulty_program")
TESTS = str(Path(__file__).resolve().parents[1])


@pytest.fixture
def url(migrated_sqlite_url: str) -> str:
    insert(migrated_sqlite_url, [StoredTask.numbered(n, input='"hello"') for n in range(3)])
    return migrated_sqlite_url


@pytest.fixture
def variables() -> dict[str, str]:
    path = os.pathsep.join(each for each in (TESTS, os.environ.get("PYTHONPATH")) if each)
    return {"PYTHONPATH": path, "PGPASSWORD": SECRETS[1]}


def reports() -> list[Path]:
    return sorted(crash_report.state_folder().glob("*"))


def caught(function: object) -> OddError:
    with pytest.raises(OddError) as found:
        function()  # type: ignore[operator]  # a function
    return found.value


def the_report() -> str:
    (path,) = reports()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    return path.read_text()


def holds_no_secret(text: str) -> bool:
    return not any(secret in text for secret in (*SECRETS, "owned", "\x1b", "agents"))


def test_it_tells_types_and_code_and_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["taskview", "ls", f"postgresql://{SECRETS[2]}/agents"])
    monkeypatch.setenv("TERM_PROGRAM", f"\x1b]0;{SECRETS[0]}")
    error = caught(fail)
    text = "\n".join(crash_report.report_lines(error, error.__traceback__))
    assert holds_no_secret(text)
    for words in (
        "command    ls",
        "TERM_PROGRAM=(odd)",
        "builtins.KeyError",
        "which was the cause of",
        "support.faulty_program.OddError",
        "support/faulty_program.py:",
        "in fail\n    raise error from KeyError(payload)",
    ):
        assert words in text
    assert text.index("builtins.KeyError") < text.index("OddError")


def _group() -> None:
    def failed(number: int) -> Exception:
        try:
            fail()
        except OddError as error:
            return error if number else OSError(28, SECRETS[0])
        raise AssertionError

    raise ExceptionGroup(SECRETS[0], [failed(0), failed(1)])


def test_groups_and_systems_errors_are_told_by_kind_and_number() -> None:
    with pytest.raises(ExceptionGroup) as found:
        _group()
    text = "\n".join(crash_report.report_lines(found.value, found.value.__traceback__))
    assert holds_no_secret(text)
    assert "of which number 1:\nbuiltins.OSError, errno 28" in text
    assert "of which number 2:" in text


def _deep(left: int) -> None:
    if not left:
        fail()
    _deep(left - 1)


def test_a_long_way_is_told_at_both_ends() -> None:
    error = caught(lambda: _deep(500))
    lines = list(crash_report.report_lines(error, error.__traceback__))
    assert len(lines) < 200
    assert any(line.endswith(" more") for line in lines)
    assert any(line.endswith("in fail") for line in lines)


def test_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash_report, "KEPT", 3)
    error = caught(fail)
    made = [crash_report.write_report(error, error.__traceback__) for _ in range(5)]
    assert reports() == made[2:]


def test_where_no_report_can_be_written_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    monkeypatch.setattr(sys, "argv", ["taskview", "ls"])
    error = caught(fail)
    trace: TracebackType | None = error.__traceback__
    failures.report_unexpected(type(error), error, trace)
    words = capsys.readouterr().err
    assert "no report could be written (Not a directory); --debug shows where" in words
    assert holds_no_secret(words)


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [("reading", 1, "ended this command"), ("thread", 0, "ended a thread of it")],
)
def test_a_command_ends_with_a_sentence(
    url: str, variables: dict[str, str], place: str, code: int, words: str
) -> None:
    ran = subprocess.run(
        [*FAULTY, place, "ls", url],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == code
    assert len(ran.stderr.splitlines()) == 1, ran.stderr
    assert f"an error in taskview itself (OddError) {words}" in ran.stderr
    assert holds_no_secret(ran.stdout + ran.stderr)
    (path,) = reports()
    assert ran.stderr.rstrip().endswith(str(path))
    report = the_report()
    assert holds_no_secret(report)
    assert "OddError" in report
    assert url not in report


@pytest.mark.parametrize("place", ["reading", "drawing", "key"])
def test_the_browser_leaves_the_terminal_whole(
    url: str, variables: dict[str, str], place: str
) -> None:
    terminal = Terminal([place, url], variables=variables, program=FAULTY)
    try:
        if place != "drawing":
            terminal.wait_for("of 3")
            terminal.type("t" if place == "key" else "d")
        assert terminal.finish() == 1
        shown = " ".join(terminal.shown.split())
    finally:
        terminal.close()
    assert "an error in taskview itself (OddError) ended this command" in shown
    assert "Traceback" not in shown
    assert holds_no_secret(terminal.raw.decode().rpartition("\x1b[?1049l")[2].replace("\x1b", ""))
    for on, off in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h")):
        assert terminal.raw.rfind(off) > terminal.raw.rfind(on) >= 0
    report = the_report()
    assert holds_no_secret(report)
    assert "command    the browser" in report
    assert "OddError" in report
