"""Makes the pictures in this folder from the demo data: `python screenshots/make.py [FOLDER]`.

The same code and the same versions of Textual and Rich give the same files, byte for byte: the
clock stands still, and nothing depends on the machine. The files name no host.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_PATIENCE = 3000
"""Turns of the event loop that a screen gets to settle, 10 ms each."""


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the size of its terminal, and the keys that lead to it.

    `database` is the file that it is of.
    """

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    database: str = "demo.db"


def _typed(text: str) -> tuple[str, ...]:
    names = {" ": "space", ":": "colon", "_": "underscore"}
    return tuple(names.get(letter, letter) for letter in text)


_FAILED = ("slash", *_typed("status:failed"))
_ON_A_FAILURE = (*_FAILED, "enter", "down", "down", "enter")

_FAILED_AT_THE_TOP = ("slash", *_typed("status:failed is:root"), "enter")
_FAILED_BELOW = ("slash", *_typed("status:failed agent:researcher"), "enter")
_BESIDE_IT = ("enter", "space", *["down"] * 4)
_COLUMN = ("tab", "slash", *_typed("column"), "enter")

PICTURES = (
    Picture("tasks", (120, 32)),
    Picture("filter", (120, 32), ("slash", *_typed("timeout status:failed"))),
    Picture("tree", (120, 36), _ON_A_FAILURE),
    Picture("cause", (120, 36), (*_FAILED_BELOW, "enter", "f")),
    Picture("detail", (100, 36), (*_ON_A_FAILURE, "d")),
    Picture("waterfall", (150, 36), (*_FAILED_AT_THE_TOP, "enter", "i", "c")),
    Picture("payload", (100, 36), ("down", "d", *_COLUMN)),
    Picture("compare", (120, 36), (*_FAILED_BELOW, *_BESIDE_IT, "equals_sign")),
    Picture("conversations", (100, 24), ("2",)),
    Picture("keys", (100, 40), ("question_mark",)),
    Picture("small", (80, 24), _ON_A_FAILURE),
    Picture("claude", (80, 24), (*_FAILED, "enter", "enter", "f"), "session.db"),
    Picture(
        "claude_payload",
        (80, 24),
        (*_FAILED, "enter", "enter", "g", "d", "m", "ctrl+d"),
        "session.db",
    ),
)


async def make_all(folder: Path) -> None:
    """Make every picture in a folder."""
    with tempfile.TemporaryDirectory() as somewhere, chdir(somewhere):
        from taskview_core.demo import DEFAULT_SEED, DEFAULT_TASKS
        from taskview_tui import wiring
        from taskview_tui.screens import tree_beginning

        # On a slow machine the beginning of a tree would be drawn before all of it is there.
        tree_beginning.SOON = 60.0
        await wiring.make_demo(Path("demo.db"), DEFAULT_TASKS, DEFAULT_SEED, lambda written: None)
        # It has a loop of its own.
        await asyncio.to_thread(_import_session, Path("session.db"))
        for picture in PICTURES:
            svg = await _take(picture)
            (folder / f"{picture.name}.svg").write_text(svg, encoding="utf-8")


def _import_session(database: Path) -> None:
    """Import a made-up session of Claude Code."""
    from session import write_session

    from taskview_tui import wiring

    write_session(Path("sessions"))
    wiring.import_paths(str(database), ["sessions"], lambda state: None, spools=Path("spools"))


async def _take(picture: Picture) -> str:

    from taskview_core.demo.records import CLOCK
    from taskview_tui import wiring
    from taskview_tui.app import TaskviewApp

    app = TaskviewApp(
        lambda: wiring.open_browser(picture.database), clock=lambda: CLOCK, ticks=lambda: 0.0
    )
    app.animation_level = "none"
    async with app.run_test(size=picture.size) as pilot:
        await _settle(app, pilot.pause)
        for key in picture.keys:
            await pilot.press(key)
            if key in {"enter", "2", "d", "slash", "f", "i", "c", "equals_sign"}:
                await _settle(app, pilot.pause)
        await _settle(app, pilot.pause)
        return without_fonts(app.export_screenshot(title=" ", simplify=True))


async def _settle(app: object, pause: Callable[[float], Awaitable[None]]) -> None:
    """Wait until what was asked for is on the screen, and stays so."""
    quiet = 0
    for _ in range(_PATIENCE):
        await pause(0.01)
        screen = app.screen  # type: ignore[attr-defined]  # any of the app's own screens
        busy = app.browser is None or getattr(screen, "is_busy", False)  # type: ignore[attr-defined]  # as above
        busy = busy or not all(worker.is_finished for worker in app.workers)  # type: ignore[attr-defined]  # as above
        quiet = 0 if busy else quiet + 1
        if quiet >= 30:  # longer than typing is waited for before a search
            return
    raise SystemExit("a screen did not settle")


def without_fonts(svg: str) -> str:
    """Leave out where the fonts would be fetched; a terminal's own will do."""
    svg = re.sub(r"<!-- Generated with Rich.*?-->\s*", "", svg)
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


def main() -> None:
    """Make the pictures where the first argument says, or else here."""
    for name in (
        "NO_COLOR",
        "COLORTERM",
        "TEXTUAL_THEME",
        "TEXTUAL_COLOR_SYSTEM",
        "TASKVIEW_DB_URL",
    ):
        os.environ.pop(name, None)
    os.environ["TASKVIEW_CONFIG"] = os.devnull
    asyncio.run(make_all(Path(sys.argv[1] if len(sys.argv) > 1 else HERE).resolve()))


if __name__ == "__main__":
    main()
