"""`!`, `v` and `.`: payloads in other programs, whose file does not stay; going to a path."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from threading import Thread

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task
from support.screens import Running, running
from taskview_core.errors import TaskviewError
from taskview_tui.bars.line_input import LineInput
from taskview_tui.outside import Tool, command_of, private_file, run_command
from taskview_tui.screens.path_dialog import PathDialog
from taskview_tui.widgets.detail_pane import DetailPane


def nowhere(_name: str) -> str | None:
    return None


@pytest.mark.parametrize(
    ("tool", "environment", "command"),
    [
        (Tool.PAGER, {"PAGER": "less -R"}, ["less", "-R"]),
        (Tool.EDITOR, {"EDITOR": "vi", "VISUAL": "code --wait"}, ["code", "--wait"]),
        (Tool.EDITOR, {"EDITOR": "vi", "VISUAL": " "}, ["vi"]),
    ],
)
def test_the_users_own_command(tool: Tool, environment: dict[str, str], command: list[str]) -> None:
    assert command_of(tool, environment, nowhere) == command


def test_without_a_command_it_is_said_what_to_set() -> None:
    assert command_of(Tool.PAGER, {}, lambda name: name if name == "more" else None) == ["more"]
    with pytest.raises(TaskviewError, match=r"no pager is set: set \$PAGER"):
        command_of(Tool.PAGER, {}, nowhere)
    with pytest.raises(TaskviewError, match=r"no editor is set: set \$EDITOR"):
        command_of(Tool.EDITOR, {}, nowhere)
    with pytest.raises(TaskviewError, match=r"\$PAGER cannot be read"):
        command_of(Tool.PAGER, {"PAGER": "less '"}, nowhere)


def test_the_file_is_private_and_goes() -> None:
    with private_file("é\ud800", ".txt") as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_bytes() == "é\\ud800".encode()
    assert not path.exists()


def test_a_program_that_fails_is_told() -> None:
    with pytest.raises(TaskviewError, match="ended with 3"):
        run_command([sys.executable, "-c", "raise SystemExit(3)"], Path("x"))
    with pytest.raises(TaskviewError, match=r"cannot run /nowhere/pager: No such file"):
        run_command(["/nowhere/pager"], Path("x"))


def test_who_ends_us_meanwhile_ends_the_program_first(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    script = "import sys, time; open(sys.argv[1], 'w').close(); time.sleep(60)"

    def end_us() -> None:
        while not begun.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    thread = Thread(target=end_us)
    thread.start()
    assert run_command([sys.executable, "-c", script], begun) == signal.SIGTERM
    thread.join()
    assert signal.getsignal(signal.SIGTERM) == before


SAYS = [sys.executable, "-c", "print('what it says')"]


@pytest.fixture
def keyboard() -> Iterator[tuple[int, int]]:
    """A terminal to type at, and the side that types."""
    typing, terminal = os.openpty()
    yield terminal, typing
    os.close(typing)
    os.close(terminal)


def _while_it_waits(act: Callable[[], object], capsys: pytest.CaptureFixture[str]) -> Thread:
    """Do something as soon as it is said that Enter is waited for."""

    def watch() -> None:
        while "press Enter to go back" not in capsys.readouterr().out:
            time.sleep(0.01)
        act()

    thread = Thread(target=watch)
    thread.start()
    return thread


def test_a_signal_as_the_program_is_begun_ends_it_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begin = subprocess.Popen

    def begin_late(command: list[str]) -> subprocess.Popen[bytes]:
        signal.raise_signal(signal.SIGTERM)
        return begin(command)

    monkeypatch.setattr(subprocess, "Popen", begin_late)
    script = "import time; time.sleep(600)"
    assert run_command([sys.executable, "-c", script], tmp_path / "x") == signal.SIGTERM


def test_what_ends_at_once_can_be_read_until_enter(
    keyboard: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    terminal, typing = keyboard
    typed = _while_it_waits(lambda: os.write(typing, b"\n"), capsys)
    assert run_command(SAYS, Path("x"), terminal) is None
    typed.join()


@pytest.mark.parametrize(
    ("number", "given"), [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, None)]
)
def test_a_signal_ends_the_wait_for_enter(
    number: signal.Signals,
    given: signal.Signals | None,
    keyboard: tuple[int, int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended = _while_it_waits(lambda: os.kill(os.getpid(), number), capsys)
    assert run_command(SAYS, Path("x"), keyboard[0]) == given
    ended.join()


def test_what_was_read_is_left_at_once(
    keyboard: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    script = "import time; time.sleep(1.1)"
    assert run_command([sys.executable, "-c", script], Path("x"), keyboard[0]) is None
    assert capsys.readouterr().out == ""


def _browser() -> FakeBrowser:
    value = '{"n": 1.50, "route": ["to the sea", {"deep": [1, 2]}]}'
    return FakeBrowser([make_task(1, input=value, error="boom")], [make_conversation(1)])


async def _open(run: Running) -> DetailPane:
    await run.press("d")
    await run.until(lambda: run.app.screen.query(DetailPane).first().detail is not None, "it")
    return run.app.screen.query_one(DetailPane)


def _program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> Path:
    """Make a program that keeps a copy of what it is shown."""
    kept = tmp_path / "kept"
    script = tmp_path / "program.py"
    script.write_text(f"import shutil, sys; shutil.copy(sys.argv[1], {str(kept)!r})")
    monkeypatch.setenv(variable, f"{sys.executable} {script}")
    return kept


@pytest.mark.parametrize(("key", "variable"), [("!", "PAGER"), ("v", "VISUAL")])
async def test_a_payload_in_a_program(
    key: str, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = _program(tmp_path, monkeypatch, variable)
    pressed = "exclamation_mark" if key == "!" else key
    async with running(_browser()) as run:
        monkeypatch.setattr(run.app, "suspend", nullcontext)
        pane = await _open(run)
        await run.press("J", "J", "J", pressed)
        await run.until(kept.exists, "the program")
        assert kept.read_text().startswith('{\n  "n": 1.50,')
        await run.press("j", "j", "j", "j")
        assert pane.path == "input.route[0]"
        await run.press(pressed)
        await run.until(lambda: kept.read_text() == "to the sea", "the value")


@pytest.mark.parametrize(
    ("path", "shown", "said"),
    [
        ("input.code", b"a\tb\r\nc", ""),
        ("input.red", "␛[31m<U+202E>".encode(), "in what was shown, 2 characters made visible"),
    ],
)
async def test_a_program_gets_tabs_and_line_ends_as_they_are(
    path: str, shown: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = _program(tmp_path, monkeypatch, "PAGER")
    value = '{"code": "a\\tb\\r\\nc", "red": "\\u001b[31m\\u202e"}'
    browser = FakeBrowser([make_task(1, input=value)], [make_conversation(1)])
    async with running(browser) as run:
        monkeypatch.setattr(run.app, "suspend", nullcontext)
        pane = await _open(run)
        line = pane.seek(path).line
        assert line is not None
        pane.show_line(line)
        await run.press("exclamation_mark")
        await run.until(lambda: kept.exists() and kept.read_bytes() == shown, "the value")
        await run.until(lambda: run.said == said, "what was made visible")


async def test_what_cannot_be_shown_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PAGER", "cat")
    async with running(_browser()) as run:
        await _open(run)
        await run.press("v")
        words = "no editor is set: set $EDITOR to the program to use"
        await run.until(lambda: run.said == words, "the word")
        await run.press("exclamation_mark")
        words = "no pager can be shown here: this terminal cannot be left"
        await run.until(lambda: run.said == words, "the other word, in its place")


async def test_a_path_is_typed_and_gone_to() -> None:
    async with running(_browser()) as run:
        pane = await _open(run)
        await run.press("full_stop")
        dialog = run.app.screen
        assert isinstance(dialog, PathDialog)
        typed = dialog.query_one(LineInput)
        assert typed.value
        assert typed.selected_text == typed.value, "typing begins anew, an arrow goes on from it"
        typed.value = "input.rute"
        await run.press("enter")
        assert run.app.screen is dialog
        assert "did you mean .route" in str(dialog.query(".words").last().render())
        typed.value = "input.rou"
        typed.cursor_position = len(typed.value)
        await run.until(lambda: typed._suggestion == "input.route", "the suggestion")
        await run.press("tab")
        assert typed.value == "input.route"
        typed.value = "input.route[1].deep[1]"
        await run.press("enter")
        await run.until(lambda: pane.path == "input.route[1].deep[1]", "the place")
