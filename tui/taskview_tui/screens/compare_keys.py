"""The commands of the screen that compares, as data."""

from __future__ import annotations

from taskview_tui.keys import Command, Group

COMPARE_COMMANDS = (
    Command(
        id="compare.next",
        keys="n",
        action="screen.next_difference(1)",
        name="Next difference",
        short="next",
        help="Go to the next pair of tasks that differs",
        group=Group.MOVE,
        rank=2,
    ),
    Command(
        id="compare.previous",
        keys="N",
        action="screen.next_difference(-1)",
        name="Previous difference",
        help="Go back to the pair that differs before",
        group=Group.MOVE,
    ),
    Command(
        id="compare.everything",
        keys="w",
        action="screen.toggle_everything",
        name="Everything, or what differs",
        short="all",
        help="Show the whole trees, or again only what differs and what is above it",
        group=Group.VIEW,
        rank=3,
    ),
    Command(
        id="compare.open_left",
        keys="<",
        action="screen.open_task('left')",
        name="Details of the left task",
        short="left",
        help="Show the left task of the pair with all its fields",
        group=Group.OPEN,
    ),
    Command(
        id="compare.open_right",
        keys=">",
        action="screen.open_task('right')",
        name="Details of the right task",
        short="right",
        help="Show the right task of the pair with all its fields",
        group=Group.OPEN,
    ),
    Command(
        id="compare.copy_id",
        keys="y",
        action="screen.copy_id",
        name="Copy the id",
        short="copy id",
        help="Put the id of the right task on the clipboard, or of the only one",
        group=Group.COPY,
        rank=8,
    ),
    Command(
        id="compare.copy_menu",
        keys="Y",
        action="screen.choose_copy",
        name="Copy something else",
        help="Choose what to copy: an id, the command line, what differs",
        group=Group.COPY,
    ),
)
