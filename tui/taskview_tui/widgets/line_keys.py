"""The keys that move the cursor in anything made of lines."""

from __future__ import annotations

from taskview_tui.keys import Command, Group

MOVE_COMMANDS = (
    Command(
        id="line.down",
        keys="j,down",
        action="move(1)",
        name="Down",
        help="Move the cursor down a line",
        group=Group.MOVE,
    ),
    Command(
        id="line.up",
        keys="k,up",
        action="move(-1)",
        name="Up",
        help="Move the cursor up a line",
        group=Group.MOVE,
    ),
    Command(
        id="line.page_down",
        keys="pagedown",
        action="move_pages(1)",
        name="A screen down",
        help="Move down by as many lines as are on the screen",
        group=Group.MOVE,
    ),
    Command(
        id="line.page_up",
        keys="pageup",
        action="move_pages(-1)",
        name="A screen up",
        help="Move up by as many lines as are on the screen",
        group=Group.MOVE,
    ),
    Command(
        id="line.half_page_down",
        keys="ctrl+d",
        action="move_pages(0.5)",
        name="Half a screen down",
        help="Move down by half of the lines that are on the screen",
        group=Group.MOVE,
    ),
    Command(
        id="line.half_page_up",
        keys="ctrl+u",
        action="move_pages(-0.5)",
        name="Half a screen up",
        help="Move up by half of the lines that are on the screen",
        group=Group.MOVE,
    ),
    Command(
        id="line.first",
        keys="g,home",
        action="move_to_end(False)",
        name="First line",
        help="Move the cursor to the first line",
        group=Group.MOVE,
    ),
    Command(
        id="line.last",
        keys="G,end",
        action="move_to_end(True)",
        name="Last line",
        help="Move the cursor to the last line",
        group=Group.MOVE,
    ),
)
"""Commands of every `LineView`."""


def choose_command(name: str, help_text: str, short: str = "") -> Command:
    """Give the command of the Enter key, which every kind of view words in its own way."""
    return Command(
        id=f"line.{name.lower().replace(' ', '_')}",
        keys="enter",
        action="choose",
        name=name,
        short=short,
        help=help_text,
        group=Group.OPEN,
    )
