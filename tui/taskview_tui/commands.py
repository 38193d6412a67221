"""The commands of the program and its screens, as data; widgets have theirs beside them."""

from __future__ import annotations

from taskview_tui.keys import Command, Group

PROGRAM_COMMANDS = (
    Command(
        id="app.quit",
        keys="ctrl+q",
        action="app.quit",
        name="Quit",
        help="Leave taskview at once, whatever is running",
        group=Group.PROGRAM,
        priority=True,
    ),
    Command(
        id="app.help",
        keys="question_mark,f1",
        action="app.show_keys",
        name="Help",
        short="help",
        help="Show every key that works here",
        group=Group.PROGRAM,
        rank=0,
    ),
    Command(
        id="app.palette",
        keys="ctrl+p",
        action="app.command_palette",
        name="Commands",
        help="Find a command by its name",
        group=Group.PROGRAM,
        priority=True,
    ),
    Command(
        id="app.palette_colon",
        keys="colon",
        action="app.command_palette",
        name="Commands",
        help="Find a command by its name",
        group=Group.PROGRAM,
    ),
    Command(
        id="app.suspend",
        keys="ctrl+z",
        action="app.suspend_process",
        name="Suspend",
        help="Go back to the shell for a while; `fg` comes back here",
        group=Group.PROGRAM,
        priority=True,
    ),
    Command(
        id="app.tasks",
        keys="1",
        action="app.show_list('tasks')",
        name="Tasks",
        help="Go to the tasks, as they were left; from a screen above them, back to the list",
        group=Group.OPEN,
    ),
    Command(
        id="app.conversations",
        keys="2",
        action="app.show_list('conversations')",
        name="Conversations",
        help="Go to the conversations, as they were left",
        group=Group.OPEN,
    ),
    Command(
        id="app.times",
        keys="t",
        action="app.cycle_times",
        name="Show times as age, local time or UTC",
        short="times",
        help="Show times as an age, as local time with its zone, or in UTC",
        group=Group.VIEW,
        rank=8,
    ),
    Command(
        id="app.theme",
        keys="T",
        action="app.change_theme",
        name="Colours",
        help="Choose another theme",
        group=Group.VIEW,
    ),
)
"""What works on every screen."""

SCREEN_COMMANDS = (
    Command(
        id="screen.back",
        keys="escape",
        action="screen.step_back",
        name="Leave, clear or go back",
        help="Leave an input; else clear this screen's filter; else go back",
        group=Group.OPEN,
    ),
    Command(
        id="screen.close",
        keys="q",
        action="screen.close",
        name="Back",
        short="back",
        help="Go back at once; on a first screen, quit",
        group=Group.OPEN,
        rank=1,
    ),
    Command(
        id="screen.refresh",
        keys="r,ctrl+r,f5",
        action="screen.refresh_rows",
        name="Refresh",
        short="refresh",
        help="Read again, with the cursor on the same task; try again after an error",
        group=Group.VIEW,
        rank=8,
    ),
    Command(
        id="screen.follow",
        keys="a",
        action="screen.follow",
        name="Follow live",
        short="live",
        help="Read again every two seconds, less often where reading is slow; again to stop",
        group=Group.VIEW,
        rank=8,
    ),
    Command(
        id="screen.next_widget",
        keys="tab",
        action="app.focus_next",
        name="Next part of the screen",
        help="Move the focus to the next input, table or pane",
        group=Group.MOVE,
    ),
    Command(
        id="screen.previous_widget",
        keys="shift+tab",
        action="app.focus_previous",
        name="Previous part of the screen",
        help="Move the focus back to the input, table or pane before",
        group=Group.MOVE,
    ),
    Command(
        id="screen.export",
        keys="x",
        action="screen.export",
        name="Export",
        help="Write a list, a conversation or a task with all below it to a file",
        group=Group.COPY,
    ),
    Command(
        id="screen.copy_selection",
        keys="ctrl+c,super+c",
        action="screen.copy_text",
        name="Copy selected text",
        help="Copy the text that was marked with the mouse",
        group=Group.COPY,
    ),
)
"""What works on every screen that is not a dialog."""

LIST_COMMANDS = (
    Command(
        id="list.filter",
        keys="slash",
        action="screen.focus_filter",
        name="Filter",
        short="filter",
        help="Type what to look for; the list follows",
        group=Group.FILTER,
        rank=2,
    ),
    Command(
        id="list.next_page",
        keys="],>",
        action="screen.page('next')",
        name="Next page",
        short="next",
        help="Show the next page of the result",
        group=Group.PAGES,
        rank=6,
    ),
    Command(
        id="list.previous_page",
        keys="[,<",
        action="screen.page('previous')",
        name="Previous page",
        help="Show the page before",
        group=Group.PAGES,
    ),
    Command(
        id="list.last_page",
        keys="}",
        action="screen.page('last')",
        name="Last page",
        help="Go to the end of the result",
        group=Group.PAGES,
    ),
    Command(
        id="list.first_page",
        keys="{",
        action="screen.page('first')",
        name="First page",
        help="Go to the beginning of the result",
        group=Group.PAGES,
    ),
    Command(
        id="list.sort",
        keys="s",
        action="screen.pick_sort",
        name="Sort",
        short="sort",
        help="Choose the order; the same key again reverses it",
        group=Group.PAGES,
        rank=6,
    ),
)
"""What works on lists with filter and pages."""

CAUSE_COMMAND = Command(
    id="task.cause",
    keys="f",
    action="screen.find_cause",
    name="Root cause of the failure",
    short="cause",
    help="Go to the task that made this one fail, or the first failure inside; again for the next",
    group=Group.MOVE,
    rank=4,
)
"""What leads from a failure to its cause, in lists and trees alike."""

JUMP_COMMAND = Command(
    id="tasks.jump",
    keys="@",
    action="screen.jump",
    name="Go to a time",
    short="time",
    help="Show the tasks from a time on: 2h, 2026-01-31, 2026-01-31T14:30",
    group=Group.PAGES,
    rank=7,
)

MESSAGES_COMMAND = Command(
    id="details.messages_beside",
    keys="m",
    action="screen.toggle_messages",
    name="Messages as a conversation",
    help="Read the messages in payloads as a conversation, with Markdown drawn; again: as JSON",
    group=Group.VIEW,
)
"""In the line of keys only where the details have the focus; there it has a binding of its own."""

PANE_COMMANDS = (
    Command(
        id="screen.pane",
        keys="i",
        action="screen.toggle_pane",
        name="Details beside the list",
        short="details",
        help="Show or hide the details of the task under the cursor",
        group=Group.VIEW,
        rank=6,
    ),
)
"""What works where a task's details can stand beside a table or tree."""

TASK_COMMANDS = (
    Command(
        id="task.detail",
        keys="d",
        action="screen.show_detail",
        name="Details on the whole screen",
        short="full",
        help="Show the task with all its fields and payloads on the whole screen",
        group=Group.OPEN,
        rank=7,
    ),
    Command(
        id="task.conversation",
        keys="C",
        action="screen.show_conversation",
        name="Conversation of this task",
        short="conversation",
        help="Show the tree of the task's conversation, with the cursor on it",
        group=Group.OPEN,
        rank=7,
    ),
    Command(
        id="task.parent",
        keys="p,u",
        action="screen.show_parent",
        name="Parent of this task",
        short="parent",
        help="Go to the task that started this one",
        group=Group.OPEN,
        rank=7,
    ),
    Command(
        id="task.children",
        keys="b",
        action="screen.show_children",
        name="Children of this task, below it",
        short="children",
        help="Show the tree of this task and all below it, with the cursor on its first child",
        group=Group.OPEN,
        rank=7,
    ),
    Command(
        id="task.copy_id",
        keys="y",
        action="screen.copy_id",
        name="Copy the id",
        short="copy id",
        help="Put the id on the clipboard",
        group=Group.COPY,
        rank=8,
    ),
    Command(
        id="task.copy_menu",
        keys="Y",
        action="screen.choose_copy",
        name="Copy something else",
        help="Choose what to copy: the task as JSON, a payload, the error, what the cursor is on",
        group=Group.COPY,
    ),
)
"""What can be done with the task under the cursor, or the one that is shown."""
