"""Keys that arrive together act one after the other, each on what the one before it left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from taskview_tui import keys_in_turn
from taskview_tui.keys_in_turn import KeysInTurn


class _Stubborn(Widget, can_focus=True):
    """Is at work on `w` until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = asyncio.Event()

    async def on_key(self, event: Key) -> None:
        if event.key == "w":
            await self.may_go_on.wait()


class _Above(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "app.pop_screen", "back"),
        ("j", "app.note('above')", "note"),
    ]


class _App(KeysInTurn):
    BINDINGS: ClassVar[list[BindingType]] = [
        ("o", "push_screen('above')", "open"),
        ("slash", "ask", "ask"),
        ("j", "note('below')", "note"),
        Binding("ctrl+p", "note_screen", "first of all", priority=True),
    ]
    SCREENS: ClassVar[dict[str, Callable[[], Screen[None]]]] = {"above": _Above}

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []
        self.noted_once = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield _Stubborn()
        yield Input()

    def on_mount(self) -> None:
        self.query_one(_Stubborn).focus()

    def action_note(self, where: str) -> None:
        self.noted.append(where)

    def action_note_screen(self) -> None:
        self.noted.append(type(self.screen).__name__)
        self.noted_once.set()

    def action_ask(self) -> None:
        self.query_one(Input).focus()


def _type(app: _App, *keys: str) -> None:
    """Type keys so fast that none is heard before the last has come."""
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


@pytest.fixture
def for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a key wait for the one before it however long that takes."""
    monkeypatch.setattr(keys_in_turn, "LONGEST", 1_000.0)


@pytest.mark.usefixtures("for_ever")
async def test_a_key_goes_to_the_screen_that_the_one_before_it_opened_or_left() -> None:
    async with _App().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, _App)
        _type(app, "j", "o", "j", "escape", "j")
        while len(app.noted) < 3:
            await pilot.pause()
        assert app.noted == ["below", "above", "below"]


@pytest.mark.usefixtures("for_ever")
async def test_a_key_that_goes_first_waits_for_its_turn_all_the_same() -> None:
    async with _App().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, _App)
        _type(app, "o", "ctrl+p", "escape", "ctrl+p")
        while len(app.noted) < 2:
            await pilot.pause()
        assert app.noted == ["_Above", "Screen"]


@pytest.mark.usefixtures("for_ever")
async def test_what_is_typed_and_pasted_behind_the_slash_goes_into_the_input() -> None:
    async with _App().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, _App)
        _type(app, "slash", "j", "o")
        app.post_message(Paste("b: "))
        _type(app, "j")
        while app.query_one(Input).value != "job: j":
            await pilot.pause()
        assert app.noted == []


async def test_a_key_that_is_never_done_holds_the_next_up_for_a_moment_only() -> None:
    async with _App().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, _App)
        _type(app, "w", "ctrl+p")
        await app.noted_once.wait()
        app.query_one(_Stubborn).may_go_on.set()
        assert app.noted == ["Screen"]


async def test_a_key_long_after_one_that_is_never_done_waits_no_more() -> None:
    async with _App().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, _App)
        _type(app, "w")
        await asyncio.sleep(keys_in_turn.LONGEST * 2)
        waits: asyncio.Queue[float] = asyncio.Queue()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(app, "set_timer", lambda delay, call: waits.put_nowait(delay))
            _type(app, "ctrl+p")
            assert await waits.get() == 0.0
        await app._end(app._turn)
        app.query_one(_Stubborn).may_go_on.set()
        assert app.noted == ["Screen"]


@pytest.mark.parametrize("forwarded", [False, True])
async def test_a_key_that_comes_when_there_is_no_screen_any_more_does_nothing(
    forwarded: bool,
) -> None:
    """As the program ends; one that is on its way then has been forwarded."""
    async with _App().run_test() as pilot:
        app = pilot.app
    assert isinstance(app, _App)
    key = Key("j", "j")
    if forwarded:
        key._set_forwarded()
    await app.on_event(key)
    assert app.noted == []
