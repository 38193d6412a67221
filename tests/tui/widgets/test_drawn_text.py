"""Whatever a database holds, nothing but clean text in whole cells reaches the screen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from taskview_core.entities import Count, StoredJson, TaskStatus
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.rows import TreeRows
from taskview_tui.screens.with_detail import WithDetail
from taskview_tui.widgets.conversation_table import ConversationTable
from taskview_tui.widgets.detail_pane import DetailPane
from taskview_tui.widgets.json_view import JsonView
from taskview_tui.widgets.line_view import LineView
from taskview_tui.widgets.task_table import TaskTable
from taskview_tui.widgets.task_tree import TaskTreeView

Make = Callable[..., Any]
HOSTILE = (
    "\x1b]52;c;AAAA\x07\x1b[2J\x9b31m\x00\x08\x7f\u202e\u2066\ufeff\ud83d[/nope][@click=app.quit]x[/]"
    "\t世界\r\n👩\u200d👩" + "\u0301" * 40 + "a\u200db" * 9 + "\U000e0041 and the rest " * 5
)
ACTIONS: list[tuple[str, tuple[Any, ...]]] = [
    ("none", ()),
    ("move", (1,)),
    ("choose", ()),
    ("move_to_end", (True,)),
    ("toggle_all", ()),
    ("toggle_all", ()),
]
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def _hostile_task(task: Make, number: int, **values: Any) -> Any:
    return task(
        number,
        agent_id=HOSTILE,
        input_start=HOSTILE,
        error_start=HOSTILE,
        conversation_title=HOSTILE,
        status=TaskStatus(HOSTILE),
        oddities=(HOSTILE,),
        **values,
    )


def _table(table: TaskTable, task: Make, conversation: Make, detail: Make) -> None:
    table.show([_hostile_task(task, 1)])


def _conversations(table: ConversationTable, task: Make, conversation: Make, detail: Make) -> None:
    table.show([conversation(1, title=HOSTILE, user_id=HOSTILE, tasks=Count(1))])


def _tree(view: TaskTreeView, task: Make, conversation: Make, detail: Make) -> None:
    rows = (_hostile_task(task, 2), _hostile_task(task, 1, parent=2))
    view.show(TaskTree.assemble(TreeRows(rows)))


def _json(view: JsonView, task: Make, conversation: Make, detail: Make) -> None:
    view.show(StoredJson(json.dumps({HOSTILE: [HOSTILE, {"a": HOSTILE}]})), title=HOSTILE)


def _raw(view: JsonView, task: Make, conversation: Make, detail: Make) -> None:
    view.show(StoredJson("{" + HOSTILE * 4))


def _pane(pane: DetailPane, task: Make, conversation: Make, detail: Make) -> None:
    row = _hostile_task(task, 1, parent=2)
    pane.show(
        detail(row, error=HOSTILE, input=json.dumps([HOSTILE])),
        HOSTILE,
        parent=_hostile_task(task, 2),
        children=[_hostile_task(task, 3)],
    )


def _message(pane: DetailPane, task: Make, conversation: Make, detail: Make) -> None:
    pane.show_message(HOSTILE)


@pytest.mark.parametrize("width", [24, 80, 200])
@pytest.mark.parametrize(
    ("kind", "fill"),
    [
        (TaskTable, _table),
        (ConversationTable, _conversations),
        (TaskTreeView, _tree),
        (JsonView, _json),
        (JsonView, _raw),
        (DetailPane, _pane),
        (DetailPane, _message),
    ],
)
async def test_no_widget_draws_what_commands_a_terminal(
    stage: Make,
    task: Make,
    conversation: Make,
    detail: Make,
    kind: type[LineView],
    fill: Make,
    width: int,
) -> None:
    view = kind()
    async with stage(view, (width, 50)) as shown:
        fill(view, task, conversation, detail)
        await shown.pilot.pause()
        for name, given in ACTIONS:
            if hasattr(view, f"action_{name}"):
                getattr(view, f"action_{name}")(*given)
            await shown.pilot.pause()
            for strip in shown.strips():
                assert not FORBIDDEN.search(strip.text)
                assert strip.cell_length == width
                assert sum(segment.cell_length for segment in strip) == width
        assert "␛" in shown.text()


async def test_every_binding_has_an_id_a_help_text_and_a_group() -> None:
    for kind in (TaskTable, ConversationTable, TaskTreeView, JsonView, DetailPane):
        bindings = [
            each for found in kind._merged_bindings.key_to_bindings.values() for each in found
        ]
        assert {"j", "down", "G", "end", "enter", "ctrl+d"} <= {each.key for each in bindings}
        for binding in bindings:
            assert binding.id
            assert binding.tooltip
            assert binding.group
            assert binding.description
            name = binding.action.split("(")[0]
            owner = WithDetail if name.startswith("screen.") else kind
            assert hasattr(owner, f"action_{name.removeprefix('screen.')}")
        keys = [each.key for each in bindings]
        assert len(keys) == len(set(keys))
