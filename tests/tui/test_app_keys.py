"""Keys as data: an id on every one, help and palette made from them, dialogs, hostile text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.command import CommandPalette
from textual.dom import DOMNode

from support.engines import long
from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task
from support.screens import running
from taskview_core.errors import QueryError
from taskview_tui.app import TaskviewApp
from taskview_tui.bars.filter_bar import FilterBar
from taskview_tui.bars.filter_input import FilterInput
from taskview_tui.keys import COMMANDS
from taskview_tui.screens.help import HelpScreen, HelpText
from taskview_tui.screens.picker import ChoiceList
from taskview_tui.screens.sort_picker import SortPicker
from taskview_tui.screens.time_dialog import TimeDialog, TimeInput

HOSTILE = (
    "a[/nope] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \x1b[2J \x9b31m \r\x08 \u202e \udc80 [b]"
)


def app_with(count: int = 5) -> FakeBrowser:
    return FakeBrowser([make_task(n) for n in range(1, count + 1)], [make_conversation(1)])


def own_classes() -> Iterator[type[DOMNode]]:
    """Give every class of ours whose bindings can be active: all but plain containers."""
    waiting: list[type[DOMNode]] = [DOMNode]
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        ours = each.__module__.startswith("taskview_tui.")
        if ours and (getattr(each, "can_focus", False) or "BINDINGS" in each.__dict__):
            yield each


@pytest.mark.parametrize("kind", sorted(own_classes(), key=lambda kind: kind.__name__))
def test_every_binding_of_every_class_has_an_id(kind: type[DOMNode]) -> None:
    bindings = kind._merged_bindings
    assert bindings is not None
    missing = [f"{key}: {binding.action}" for key, binding in bindings if not binding.id]
    assert missing == []


@pytest.mark.parametrize(
    "kind", [TaskviewApp, FilterInput, FilterBar, HelpText, ChoiceList, TimeInput, SortPicker]
)
def test_bindings_are_the_ones_written_down(kind: type[DOMNode]) -> None:
    bindings = kind._merged_bindings
    assert bindings is not None
    assert all(binding.id for _key, binding in bindings)


def active_ids(app: TaskviewApp) -> set[str]:
    return {active.binding.id or "" for active in app.screen.active_bindings.values()}


@pytest.mark.parametrize("keys", [(), ("enter",), ("d",), ("2",), ("i", "tab")])
async def test_the_help_lists_every_active_binding_with_its_id(keys: tuple[str, ...]) -> None:
    async with running(app_with(), size=(150, 120)) as run:
        await run.press(*keys)
        await run.pilot.pause(0.2)
        wanted = active_ids(run.app)
        assert len(wanted) > 15
        assert "" not in wanted
        await run.press("question_mark")
        assert isinstance(run.app.screen, HelpScreen)
        text = run.text()
        for name in wanted:
            assert re.search(rf"(^|\s){re.escape(name)}(\s|$)", text, re.MULTILINE), name


async def test_the_help_closes_by_each_of_its_keys() -> None:
    async with running(app_with(), size=(150, 120)) as run:
        await run.press("question_mark")
        for closing in ("question_mark", "escape", "q", "f1"):
            await run.press(closing)
            assert not isinstance(run.app.screen, HelpScreen)
            await run.press("f1")
            assert isinstance(run.app.screen, HelpScreen)


async def test_f1_helps_with_an_input_too() -> None:
    async with running(app_with(), size=(150, 120)) as run:
        await run.press("slash", "f1")
        assert isinstance(run.app.screen, HelpScreen)
        assert "input.submit" in run.text()
        assert "filter.complete" in run.text()
        assert "What can be typed after /" in run.text()
        assert "duration:>5s" in run.text()
        await run.press("escape")
        assert isinstance(run.app.focused, FilterInput)


@pytest.mark.parametrize("key", ["ctrl+p", "colon"])
async def test_the_palette_has_the_commands_and_runs_them(key: str) -> None:
    async with running(app_with(), size=(100, 90)) as run:
        names = {COMMANDS[each].name for each in active_ids(run.app) if each in COMMANDS}
        await run.press(key)
        assert isinstance(run.app.screen, CommandPalette)
        await run.until(lambda: "Go to a time" in run.text())
        options = run.app.screen.query_one("CommandList").options  # type: ignore[attr-defined]  # an OptionList
        shown = "\n".join(str(option.prompt) for option in options)
        for name in names - {"Commands"}:
            assert name in shown
        await run.type("sort")
        await run.until(lambda: "Choose the order" in run.text())
        await run.press("enter")
        await run.until(lambda: isinstance(run.app.screen, SortPicker))


async def test_the_keymap_can_move_a_command_to_another_key() -> None:
    async with running(app_with()) as run:
        run.app.set_keymap({"list.sort": "z"})
        await run.press("s")
        assert not isinstance(run.app.screen, SortPicker)
        await run.press("z")
        assert isinstance(run.app.screen, SortPicker)


def test_ids_of_commands_are_their_own() -> None:
    """Two commands with one id on one screen would hide each other in the help and a keymap."""
    by_id: dict[str, set[str]] = {}
    for kind in own_classes():
        for binding in Binding.make_bindings(kind.__dict__.get("BINDINGS", ())):
            if binding.id and not binding.id.startswith(("input.", "help.", "picker.")):
                by_id.setdefault(binding.id, set()).add(binding.action)
    assert {each: actions for each, actions in by_id.items() if len(actions) > 1} == {}


def drawn(text: str) -> None:
    """Fail where drawn text could command a terminal or hide something."""
    for character in text:
        code = ord(character)
        assert character == "\n" or (code >= 0x20 and not 0x7F <= code < 0xA0), repr(character)
        assert not 0xD800 <= code < 0xE000
        assert character not in "\u202e\ufeff"


@pytest.mark.long
async def test_hostile_text_is_harmless_everywhere() -> None:
    columns = {
        "agent": HOSTILE,
        "status": HOSTILE,
        "input_start": HOSTILE,
        "conversation_title": HOSTILE,
        "error": HOSTILE,
        "oddities": (HOSTILE,),
    }
    browser = FakeBrowser(
        [make_task(n, parent=n - 1 if n > 1 else None, **columns) for n in range(1, 60)],
        [make_conversation(1, title=HOSTILE, user_id=HOSTILE)],
        label=HOSTILE,
    )
    async with running(browser, size=(140, 40)) as run:
        drawn(run.text())
        assert "[/nope]" in run.text()
        await run.press("i")
        await run.pilot.pause(0.3)
        drawn(run.text())
        for keys in (("enter",), ("d",), ("question_mark",), ("escape", "1"), ("2",), ("enter",)):
            await run.press(*keys)
            await run.pilot.pause(0.3)
            drawn(run.text())
        await run.press("1")
        await run.press("slash", "tab")
        await run.until(lambda: "nope" in "".join(run.lines()[2:5]))
        await run.press("down", "enter")
        await run.pilot.pause(0.3)
        drawn(run.text())
        browser.failures["search_tasks"] = QueryError(HOSTILE, HOSTILE)
        await run.press("escape", "r")
        await run.until(lambda: run.banner != "")
        drawn(run.text())
        assert run.app.return_code is None


@pytest.mark.parametrize(
    "size", [(80, 24), (20, 5), (200, 50), *map(long, [(40, 10), (109, 30), (110, 30)])]
)
async def test_all_sizes_draw(size: tuple[int, int]) -> None:
    async with running(app_with(80), size=size) as run:
        for keys in ("i", "slash", "f1", "escape", "escape s", "escape @"):
            await run.press(*keys.split())
            assert all(len(line) <= size[0] for line in run.lines())
        await run.press("escape", "enter")
        await run.pilot.pause(0.1)
        assert len(run.lines()) == size[1]


async def test_80_by_24_has_everything_in_its_place() -> None:
    async with running(app_with(80), size=(80, 24)) as run:
        lines = run.lines()
        assert lines[0].startswith(" taskview › tasks")
        assert lines[0].endswith("memory.db")
        for word in ("/", "agent", "status", "since"):
            assert word in lines[1]
        assert lines[2].startswith("status")
        assert lines[22].startswith(" rows 1-50 of 80")
        assert lines[23].startswith(" ? help")
        for box in run.app.screen.query(FilterInput):
            assert box.region.right <= 80
            assert box.region.width >= 6


async def test_dialogs_close_with_esc_and_change_nothing() -> None:
    async with running(app_with()) as run:
        before = run.tasks.ask
        for key, kind in (("s", SortPicker), ("@", TimeDialog)):
            await run.press(key)
            assert isinstance(run.app.screen, kind)
            await run.press("escape")
        assert run.tasks.ask is before


async def test_ctrl_q_quits_from_anywhere() -> None:
    for keys in (("slash",), ("s",), ("question_mark",), ("@",), ("ctrl+p",), ("enter",)):
        async with running(app_with()) as run:
            await run.press(*keys)
            await run.pilot.press("ctrl+q")
        assert run.app.return_code == 0


async def test_a_click_on_a_key_at_the_bottom_does_what_the_key_does() -> None:
    async with running(app_with()) as run:
        at = run.lines()[-1].index("s sort")
        await run.pilot.click("KeyLine", offset=(at + 1, 0))
        await run.pilot.pause()
        assert isinstance(run.app.screen, SortPicker)
