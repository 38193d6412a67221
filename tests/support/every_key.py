"""Goes to each screen of the browser and presses each of its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.pilot import Pilot
from textual.widgets import Input

from taskview_core.interfaces import ITaskBrowser
from taskview_tui.app import TaskviewApp

WAYS = {
    "tasks": (),
    "filtered tasks": ("/", *"status:failed", "enter"),
    "conversations": ("2",),
    "tree": ("enter",),
    "details": ("enter", "tab"),
    "comparison": ("space", "j", "="),
}
"""The screens, by the keys that lead there from the first one."""

_LEAVES = frozenset({"ctrl+q", "ctrl+c", "ctrl+z", "q"})
_TRIES = 500


async def press_every_key(open_browser: Callable[[], ITaskBrowser], way: str) -> set[str]:
    """Press each key of a screen, and come back to it after each; give the ids of what they do."""
    done: set[str] = set()
    left: list[str] | None = None
    while left is None or left:
        app = TaskviewApp(open_browser)
        async with app.run_test(size=(120, 40)) as pilot:
            await _until_rows(app, pilot)
            for key in WAYS[way]:
                await _press(pilot, key)
            await _settle(app, pilot)
            if left is None:
                left = sorted(set(_keys(app)) - _LEAVES)
            screen = app.screen
            while left and app.screen is screen:
                key = left.pop()
                binding = app.screen.active_bindings.get(key)
                done.add((binding.binding.id if binding else None) or key)
                await _press(pilot, key)
                await _settle(app, pilot)
                for _ in range(4):
                    if app.screen is screen and not isinstance(app.focused, Input):
                        break
                    await _press(pilot, "escape")
    return done


def _keys(app: TaskviewApp) -> Iterator[str]:
    yield from app.screen.active_bindings


async def _press(pilot: Pilot[None], key: str) -> None:
    names = {" ": "space", ":": "colon", ",": "comma", "/": "slash", "=": "equals_sign"}
    await pilot.press(names.get(key, key))


async def _until_rows(app: TaskviewApp, pilot: Pilot[None]) -> None:
    for _ in range(_TRIES):
        await pilot.pause(0.01)
        if app.browser is not None:
            break
    await _settle(app, pilot)


async def _settle(app: TaskviewApp, pilot: Pilot[None]) -> None:
    """Wait until nothing is being fetched, or for a while where something always is."""
    for _ in range(30):
        await pilot.pause(0.01)
        if not any(worker.is_running for worker in app.workers):
            return
