"""The keys of the filter inputs, beside those that every input has."""

from __future__ import annotations

from taskview_tui.keys import Command, Group

SUBMIT_COMMAND = Command(
    id="input.submit",
    keys="enter",
    action="submit",
    name="Take the filter",
    short="to the list",
    help="Take what is typed and go to the list",
    group=Group.INPUT,
)

CHOICE_COMMANDS = (
    Command(
        id="filter.next_choice",
        keys="down",
        action="move_choice(1)",
        name="Down in the list of values, or to the list of tasks",
        help="Go into the list of values under the input, or down in it; else to the tasks",
        group=Group.INPUT,
    ),
    Command(
        id="filter.previous_choice",
        keys="up",
        action="move_choice(-1)",
        name="Up in the list of values",
        help="Go up in the list of values, and out of it at its top",
        group=Group.INPUT,
    ),
    Command(
        id="filter.complete",
        keys="tab",
        action="complete",
        name="Complete, or go to the next input",
        short="complete",
        help="Complete what is typed, or mend what is wrong with it; else go to the next input",
        group=Group.INPUT,
    ),
    Command(
        id="filter.close_choices",
        keys="escape",
        action="close_choices",
        name="Close the list of values, or leave the input",
        short="leave",
        help="Close the list of values if you are in it; else leave the input",
        group=Group.INPUT,
    ),
)
