"""Goes to each screen and dialog of the browser and presses each of its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from taskview_core.interfaces import ITaskBrowser
from taskview_tui.app import TaskviewApp

WAYS: dict[str, tuple[str, Sequence[str]]] = {
    "tasks": ("TasksScreen", ()),
    "filtered tasks": ("TasksScreen", ("/", *"status:failed", "enter")),
    "found tasks": ("TasksScreen", ("/", *"timeout", "enter")),
    "conversations": ("ConversationsScreen", ("2",)),
    "tree": ("TreeScreen", ("enter",)),
    "details": ("TreeScreen", ("enter", "tab")),
    "comparison": ("CompareScreen", ("space", "j", "=")),
    "task": ("DetailScreen", ("d",)),
    "holders": ("HoldersScreen", ("d", ".", *"input.", "tab", "enter", "*")),
    "help": ("HelpScreen", ("?",)),
    "what to export": ("Picker", ("x",)),
    "export as": ("Picker", ("x", "enter")),
    "export to": ("FileDialog", ("x", "enter", "enter")),
    "what to copy": ("CopyMenu", ("Y",)),
    "sort": ("SortPicker", ("s",)),
    "time": ("TimeDialog", ("@",)),
    "path": ("PathDialog", ("d", ".")),
    "commands": ("Palette", ("ctrl+p",)),
}
"""The screens and dialogs: the name of each one's class, and the keys that lead there."""

_DIALOGS = list(WAYS)[list(WAYS).index("help") :]
ROUNDS: dict[str, Sequence[str]] = {
    **{name: (name,) for name in WAYS if name not in _DIALOGS},
    "dialogs": tuple(_DIALOGS),
}
"""What is gone to by the program as it was started once: dialogs have few keys each."""

_LEAVES = frozenset({"ctrl+q", "ctrl+c", "ctrl+z", "q"})
_SIZE = (120, 24)
"""Wide enough for the details beside a list; what is drawn is of no matter here, and takes time."""
_TRIES = 500
_MOST_ABOVE = 8
"""Screens that may lie above the first one."""


async def press_every_key(
    open_browser: Callable[[], ITaskBrowser], ways: Sequence[str]
) -> set[str]:
    """Press each key of some screens, and come back after each; give the ids of what they do."""
    done: set[str] = set()
    left: dict[str, list[str] | None] = dict.fromkeys(ways)
    while left:
        app = TaskviewApp(open_browser)
        async with app.run_test(size=_SIZE) as pilot:
            await _until_rows(app, pilot)
            first, fresh = app.screen, True
            while left:
                way = next(iter(left))
                wanted, keys = WAYS[way]
                for key in keys:
                    await _press(pilot, key)
                    await _settle(app, pilot)
                screen = app.screen
                if type(screen).__name__ != wanted:
                    # A key before has changed what the way begins with. It is for another start.
                    assert not fresh, f"{way} leads to {screen}"
                    break
                fresh = False
                left[way] = await _press_some(app, pilot, left[way], done)
                if not left[way]:
                    del left[way]
                if not await _is_back(app, pilot, first):
                    break
    return done


async def _press_some(
    app: TaskviewApp, pilot: Pilot[None], left: list[str] | None, done: set[str]
) -> list[str]:
    """Press keys of a screen until it is gone; give those that are left. None are all it has."""
    if left is None:
        left = sorted(set(_keys(app)) - _LEAVES)
    screen, types = app.screen, isinstance(app.focused, Input)
    while left and app.screen is screen:
        key = left.pop()
        binding = app.screen.active_bindings.get(key)
        done.add((binding.binding.id if binding else None) or key)
        await _press(pilot, key)
        await _settle(app, pilot)
        for _ in range(4):
            if app.screen is screen and isinstance(app.focused, Input) == types:
                break
            await _press(pilot, "escape")
    return left


async def _is_back(app: TaskviewApp, pilot: Pilot[None], first: Screen[None]) -> bool:
    """Go back to the first screen; say whether that is where it leads."""
    for _ in range(_MOST_ABOVE):
        if app.screen is first:
            break
        await _press(pilot, "escape")
        await _settle(app, pilot)
    return app.screen is first


def _keys(app: TaskviewApp) -> Iterator[str]:
    """Give the keys of a screen, but for those by which a line that is typed is edited."""
    for key, active in app.screen.active_bindings.items():
        if not isinstance(active.node, Input):
            yield key


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
