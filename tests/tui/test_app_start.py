"""How the app begins and ends: what is painted first, failures to connect, quitting."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import Any

import pytest
from rich.console import RenderableType
from textual.app import App
from textual.css import stylesheet
from textual.screen import Screen

from support.fake_browser import FakeBrowser
from support.made_rows import make_task
from support.screens import running
from taskview_core.errors import CannotConnectError, SchemaError, UsageError
from taskview_core.interfaces import ITaskBrowser
from taskview_tui.app import TaskviewApp, run_app


def test_importing_the_app_leaves_sqlalchemy_out() -> None:
    heavy = "('sqlalchemy', 'alembic', 'aiosqlite', 'asyncpg')"
    code = f"import sys, taskview_tui.app; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_the_shell_is_painted_before_the_database_is_opened() -> None:
    browser = FakeBrowser([make_task(1)])
    go_on = threading.Event()

    def open_slowly() -> ITaskBrowser:
        assert go_on.wait(30)
        return browser

    async with running(browser, open_browser=open_slowly, settled=False) as run:
        await run.until(lambda: "connecting" in run.status)
        text = run.text()
        assert "agent" in text
        assert "taskview › tasks" in text
        assert "? help" in text
        assert browser.calls == []
        await run.press("r")  # nothing to read yet, and no harm
        go_on.set()
        await run.until(lambda: "task 1" in run.text())
        assert "memory.db" in run.lines()[0]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CannotConnectError("cannot reach db:5432", "connection refused"), 3),
        (SchemaError("there is no table tasks", "run taskview db upgrade"), 1),
        (UsageError("this is no database URL", "see --help"), 2),
    ],
)
async def test_a_failure_of_the_first_connection_ends_the_app(error: Exception, code: int) -> None:
    browser = FakeBrowser(failures={"connect": error})
    app = TaskviewApp(lambda: browser)
    async with app.run_test() as pilot:
        for _ in range(1000):
            if app.return_code is not None:
                break
            await pilot.pause(0.005)
    assert app.return_code == code
    assert app.failure is error
    assert browser.closed


def test_run_app_says_why_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = CannotConnectError("cannot reach \x1b[31mdb", "connection refused")
    app_run = TaskviewApp.run
    monkeypatch.setattr(TaskviewApp, "run", lambda self: app_run(self, headless=True))
    assert run_app(lambda: FakeBrowser(failures={"connect": error})) == 3
    captured = capsys.readouterr()
    assert captured.err == "taskview: cannot reach ␛[31mdb: connection refused\n"
    assert captured.out == ""


def test_a_fault_in_the_program_is_raised_and_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app_run = TaskviewApp.run
    monkeypatch.setattr(TaskviewApp, "run", lambda self: app_run(self, headless=True))
    browser = FakeBrowser(failures={"search_tasks": KeyError("a payload with a secret")})
    with pytest.raises(KeyError):
        run_app(lambda: browser)
    captured = capsys.readouterr()
    assert "secret" not in captured.err + captured.out


@pytest.mark.parametrize("key", ["ctrl+q", "q"])
async def test_quitting_while_a_query_runs_ends_at_once(key: str) -> None:
    browser = FakeBrowser([make_task(1)])
    browser.hold("search_tasks")
    async with running(browser, settled=False) as run:
        await run.until(lambda: bool(browser.named("search_tasks")))
        await run.pilot.press(key)
    assert run.app.return_code == 0
    assert browser.cancelled == ["search_tasks"]
    assert browser.closed


async def test_quitting_while_connecting_ends_at_once() -> None:
    browser = FakeBrowser()
    browser.hold("connect")
    async with running(browser, settled=False) as run:
        await run.until(lambda: bool(browser.named("connect")))
        await run.pilot.press("ctrl+q")
    assert run.app.return_code == 0
    assert browser.cancelled == ["connect"]
    assert browser.closed


async def test_a_database_that_will_not_close_does_not_hold_the_app() -> None:
    browser = FakeBrowser([make_task(1)])
    browser.hold("close")
    async with running(browser) as run:
        await run.pilot.press("q")
    assert run.app.return_code == 0
    assert browser.cancelled == ["close"]


async def test_no_color_leaves_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(FakeBrowser([make_task(1, status="failed", error="boom")])) as run:
        assert run.app.native_ansi_color
        strips = run.app.screen._compositor.render_strips()
        filters = run.app.get_line_filters()
        colours = set()
        for strip in strips:
            segments = list(strip)
            for line_filter in filters:
                segments = line_filter.apply(segments, run.app.screen.styles.background)
            for segment in segments:
                if segment.style is not None:
                    for colour in (segment.style.color, segment.style.bgcolor):
                        if colour is not None and not colour.is_default:
                            colours.add(colour)
        assert colours == set()
        assert "✗ failed" in run.text()


async def test_the_empty_screen_is_drawn_before_the_database_is_asked_and_no_frame_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = FakeBrowser([make_task(1)])
    browser.hold("connect")
    drawn: list[tuple[bool, int]] = []
    display = App._display

    def counted(app: App[None], screen: Screen[None], frame: RenderableType | None) -> None:
        if frame is not None:
            drawn.append((bool(browser.named("connect")), app._batch_count))
        display(app, screen, frame)

    monkeypatch.setattr(App, "_display", counted)
    async with running(browser, settled=False) as run:
        await run.until(lambda: bool(browser.named("connect")))
        await run.until(lambda: bool(drawn))
    before = [held_back for asked, held_back in drawn if not asked]
    assert before, "the shell comes first"
    assert not any(before), "no frame is drawn while the app holds them back"


async def test_no_styles_are_parsed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[object] = []
    parse = stylesheet.parse

    def counted(scope: str, css: str, read_from: object, **options: Any) -> Iterable[object]:
        parsed.append(read_from)
        return parse(scope, css, read_from, **options)

    monkeypatch.setattr(stylesheet, "parse", counted)
    async with running(FakeBrowser([make_task(1)])):
        assert parsed
    assert len(parsed) == len(set(parsed))
