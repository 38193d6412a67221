"""`y` and `Y`: what is copied, on which way, and what is said of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task, task_id
from support.screens import Running, running
from taskview_core.errors import QueryError
from taskview_tui.clipboard import (
    TERMINAL_LIMIT,
    ClipboardProgram,
    clipboard_program,
    cut,
)
from taskview_tui.render.copies import Copied
from taskview_tui.screens.picker import ChoiceList
from taskview_tui.widgets.detail_pane import DetailPane

INPUT = '{"n": 1.50, "route": ["to the sea", "x\\u202ey"]}'


def _browser() -> FakeBrowser:
    task = make_task(1, input=INPUT, output="no JSON\x1b", error="no sea\nat all")
    return FakeBrowser([task], [make_conversation(1)])


async def _copy(run: Running, what: Copied) -> str:
    """Choose in the menu what to copy; give what came to the clipboard."""
    run.app.copy_to_clipboard("nothing yet")
    await run.press("Y")
    menu = run.app.screen.query_one(ChoiceList)
    words = [str(menu.get_option_at_index(at).prompt) for at in range(menu.option_count)]
    await run.press(*["j"] * words.index(what.value), "enter")
    await run.until(lambda: run.app.clipboard != "nothing yet", "the copy")
    return run.app.clipboard


async def test_the_menu_copies_what_no_list_has() -> None:
    async with running(_browser()) as run:
        assert await _copy(run, Copied.ERROR) == "no sea\nat all"
        text = await _copy(run, Copied.INPUT)
        assert json.loads(text) == json.loads(INPUT)
        assert "1.50" in text
        assert "\u202e" not in text
        assert await _copy(run, Copied.OUTPUT) == "no JSON␛"
        row = json.loads(await _copy(run, Copied.ROW))
        assert row["id"] == str(task_id(1))
        assert row["input"] == json.loads(INPUT)
        assert await _copy(run, Copied.COMMAND) == (
            f"taskview show '/data/my memory.db' {task_id(1)}"
        )


async def test_what_the_cursor_is_on() -> None:
    async with running(_browser()) as run:
        await run.press("Y")
        assert "under the cursor" not in run.text()
        await run.press("escape", "d")
        await run.until(lambda: "to the sea" in run.text(), "the details")
        pane = run.one(DetailPane)
        for _ in range(40):
            if pane.path != "input.route[0]":
                await run.press("j")
        assert run.text().count("input.route[0]") == 1, "the path stands at the foot of the pane"
        assert await _copy(run, Copied.VALUE) == "to the sea"
        assert await _copy(run, Copied.PATH) == "input.route[0]"


async def test_a_copy_is_the_value_but_for_what_a_terminal_would_obey() -> None:
    task = make_task(
        1,
        input='{"code": "if x:\\r\\n\\tgo()"}',
        output="a\tb\r\n",
        error="at:\r\n\tgo()\x1b[2J\u202e",
    )
    async with running(FakeBrowser([task], [make_conversation(1)])) as run:
        assert await _copy(run, Copied.OUTPUT) == "a\tb\r\n"
        await run.until(lambda: "copied the output by the terminal (OSC 52)" in run.said, "it")
        assert "visible" not in run.said
        assert await _copy(run, Copied.ERROR) == "at:\r\n\tgo()␛[2J<U+202E>"
        words = "copied the error by the terminal (OSC 52); 2 characters made visible"
        await run.until(lambda: words in run.said, "what is not as it is stored")
        await run.press("d")
        await run.until(lambda: "code" in run.text(), "the details")
        pane = run.one(DetailPane)
        for path, copied in (
            ("input.code", "if x:\r\n\tgo()"),
            ("error", "\tgo()␛[2J<U+202E>"),
        ):
            line = pane.seek(path).line
            assert line is not None
            pane.show_line(line + 2 if path == "error" else line)
            assert await _copy(run, Copied.VALUE) == copied


async def test_what_is_not_there_or_cannot_be_read_is_said() -> None:
    browser = FakeBrowser([make_task(1)], [make_conversation(1)])
    async with running(browser) as run:
        await run.press("Y", *"jjjj", "enter")
        await run.until(lambda: "the error is NULL: nothing to copy" in run.said, "the word")
        browser.failures["get_task"] = QueryError("the disk is on fire")
        await run.press("Y", *"jj", "enter")
        await run.until(lambda: "not copied: the disk is on fire" in run.said, "the failure")


async def test_a_long_text_is_cut_with_a_word() -> None:
    task = make_task(1, error="é" * TERMINAL_LIMIT)
    async with running(FakeBrowser([task], [make_conversation(1)])) as run:
        text = await _copy(run, Copied.ERROR)
        assert text == "é" * (TERMINAL_LIMIT // 2)
        await run.until(lambda: "copied the first 74,994 of 149,988 bytes" in run.said, "a word")


@pytest.mark.parametrize(
    ("environment", "programs", "platform", "name"),
    [
        ({"TMUX": "x", "DISPLAY": ":0"}, "tmux xclip", "linux", "tmux"),
        ({"TMUX": "x", "SSH_TTY": "x"}, "tmux", "linux", "tmux"),
        ({}, "pbcopy", "darwin", "pbcopy"),
        ({"SSH_CONNECTION": "x"}, "pbcopy", "darwin", None),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "wl-copy xclip", "linux", "wl-copy"),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "xsel", "linux", "xsel"),
        ({"DISPLAY": ":10", "SSH_TTY": "x"}, "xclip wl-copy", "linux", "xclip"),
        ({}, "xclip wl-copy tmux", "linux", None),
    ],
)
def test_which_program_reaches_the_user(
    environment: dict[str, str], programs: str, platform: str, name: str | None
) -> None:
    there = programs.split()
    found = clipboard_program(environment, lambda each: each if each in there else None, platform)
    assert (found.name if found else None) == name


async def test_a_program_takes_the_text(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    code = f"import sys; open({str(taken)!r}, 'wb').write(sys.stdin.buffer.read())"
    program = ClipboardProgram("mine", (sys.executable, "-c", code))
    async with running(_browser(), clipboard=program) as run:
        await run.press("y")
        await run.until(lambda: "copied the task's id with mine" in run.said, "the word")
        assert taken.read_text() == str(task_id(1))


@pytest.mark.parametrize("command", [("/no/such/program",), (sys.executable, "-c", "exit(1)")])
async def test_where_a_program_fails_the_terminal_is_asked(command: tuple[str, ...]) -> None:
    async with running(_browser(), clipboard=ClipboardProgram("mine", command)) as run:
        await run.press("y")
        await run.until(lambda: "by the terminal (OSC 52)" in run.said, "the word")
        assert run.app.clipboard == str(task_id(1))


def test_a_cut_halves_no_character() -> None:
    assert cut("aé", 2).text == "a"
    assert not cut("aé", 2).is_whole
    assert cut("aé", 3).is_whole
