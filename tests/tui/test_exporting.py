"""`x`: what is written where, and what stops it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import conversation_id, make_conversation, make_task, task_id
from support.screens import running
from taskview_core.errors import QueryError
from taskview_tui.bars.line_input import LineInput
from taskview_tui.screens.export import ExportDialog, FileDialog
from taskview_tui.screens.tree import TreeScreen


def _browser() -> FakeBrowser:
    tasks = [
        make_task(1, input='{"password": "hunter2"}'),
        make_task(2, parent=1, status="failed", error="no route"),
        make_task(3, conversation=2),
    ]
    return FakeBrowser(tasks, [make_conversation(1), make_conversation(2)])


def _ids(file: Path) -> list[str]:
    return [json.loads(line)["id"] for line in file.read_text().splitlines()]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def test_the_list_goes_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "taskview-tasks.ndjson"
    async with running(_browser()) as run:
        await run.press("x", "enter", "enter", "enter")
        await run.until(file.exists, "the file")
        assert set(_ids(file)) == {
            *(str(task_id(each)) for each in (1, 2, 3)),
            *(str(conversation_id(each)) for each in (1, 2)),
        }
        assert "hunter2" in file.read_text()
        await run.until(lambda: not isinstance(run.app.screen, ExportDialog), "the end")


async def test_a_subtree_as_a_report_under_another_name(tmp_path: Path) -> None:
    file = tmp_path / "bug.md"
    async with running(_browser()) as run:
        await run.press("G", "enter")
        await run.until(lambda: "tree" in type(run.app.screen).__name__.lower(), "the tree")
        await run.press("x", "enter", *["j"] * 4, "enter")
        await run.until(lambda: isinstance(run.app.screen, FileDialog), "the dialog")
        run.app.screen.query_one(LineInput).value = str(file)
        await run.press("enter")
        await run.until(file.exists, "the file")
        text = file.read_text()
        assert "no route" in text
        assert "hunter2" not in text


async def test_a_file_that_is_there_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "taskview-tasks.ndjson"
    file.write_text("mine")
    async with running(_browser()) as run:
        await run.press("x", "enter", "enter", "enter")
        assert isinstance(run.app.screen, FileDialog)
        assert "is there already" in str(run.app.screen.query(".words").last().render())
        await run.press("escape")
        assert file.read_text() == "mine"


async def test_a_file_that_is_there_is_replaced_when_enter_is_pressed_again(tmp_path: Path) -> None:
    file = tmp_path / "taskview-tasks.ndjson"
    file.write_text("mine")
    other = tmp_path / "other.ndjson"
    other.write_text("theirs")
    async with running(_browser()) as run:
        await run.press("x", "enter", "enter", "enter")
        dialog = run.app.screen
        assert isinstance(dialog, FileDialog)
        dialog.query_one(LineInput).value = str(other)
        await run.press("enter")
        dialog.query_one(LineInput).value = str(file)  # What was said of the other is forgotten.
        await run.press("enter")
        assert "Enter again replaces it" in str(dialog.query(".words").last().render())
        assert (file.read_text(), other.read_text()) == ("mine", "theirs")
        await run.press("enter")
        await run.until(lambda: file.read_text() != "mine", "the export")
        assert other.read_text() == "theirs"


async def test_esc_stops_an_export_and_leaves_nothing(tmp_path: Path) -> None:
    browser = _browser()
    async with running(browser) as run:
        browser.hold("get_tasks")
        await run.press("x", "enter", "enter", "enter")
        await run.until(lambda: isinstance(run.app.screen, ExportDialog), "the export")
        await run.until(lambda: browser.named("get_tasks") != [], "the reading")
        await run.press("escape")
        await run.until(lambda: "get_tasks" in browser.cancelled, "the stop")
        await asyncio.sleep(0)
        await run.until(lambda: list(tmp_path.iterdir()) == [], "the clearing up")


async def test_a_failure_is_told(tmp_path: Path) -> None:
    browser = _browser()
    async with running(browser) as run:
        browser.failures["get_tasks"] = QueryError("the query failed")
        await run.press("x", "enter", "enter", "enter")
        await run.until(lambda: len(run.app._notifications) > 0, "the word")
        words = [note.message for note in run.app._notifications]
        assert words == ["not exported: the query failed"]
        assert list(tmp_path.iterdir()) == []


async def test_where_there_is_nothing_to_export_that_is_said() -> None:
    browser = _browser()
    async with running(browser) as run:
        gate = browser.hold("get_task")
        browser.hold("subtree")
        run.app.open_subtree(task_id(1))
        await run.until(lambda: isinstance(run.app.screen, TreeScreen), "the tree")
        await run.press("x")
        assert "there is nothing here to be exported yet" in run.said
        gate.set()


async def test_a_conversation_of_their_list(tmp_path: Path) -> None:
    async with running(_browser()) as run:
        await run.press("2")
        await run.until(lambda: "Conversations" in type(run.app.screen).__name__, "the list")
        await run.press("x", "enter", "enter", "enter")
        await run.until(lambda: list(tmp_path.glob("*.ndjson")) != [], "the file")
        assert [path.name for path in tmp_path.iterdir()] == [
            "taskview-conversation-c0000000.ndjson"
        ]
