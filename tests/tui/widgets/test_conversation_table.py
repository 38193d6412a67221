"""The list of conversations, as a person uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskview_core.entities import Count
from taskview_core.query.sort import Sort
from taskview_tui.widgets.conversation_table import ConversationTable

Make = Callable[..., Any]


async def test_rows_say_title_user_and_counts(stage: Make, conversation: Make) -> None:
    table = ConversationTable()
    async with stage(table) as shown:
        table.sort = Sort("updated", descending=True)
        table.show(
            [
                conversation(1, failed=Count(2)),
                conversation(2, title=None, tasks=Count(10_000, exact=False)),
            ]
        )

        lines = shown.lines()
        assert lines[0].split() == ["title", "user", "tasks", "failed", "last", "activity", "▼"]
        assert lines[1].split() == ["conversation", "1", "user-1", "12", "✗", "2", "1m"]
        assert lines[2].split() == ["(no", "title)", "user-2", "10,000+", "–", "2m"]
        # Numbers end below the ends of their titles.
        assert lines[1].index("12") + 2 == lines[0].index("tasks") + 5


async def test_sorted_by_creation_it_shows_that_time(stage: Make, conversation: Make) -> None:
    table = ConversationTable()
    async with stage(table) as shown:
        table.sort = Sort("created")
        table.show([conversation(1)])

        assert shown.lines()[0].endswith("created ▲")
        assert shown.lines()[1].endswith("2d")


async def test_messages_name_the_conversation(stage: Make, conversation: Make) -> None:
    table = ConversationTable()
    async with stage(table) as shown:
        rows = [conversation(1), conversation(2)]
        table.show(rows)
        await shown.press("j", "enter")
        await shown.pilot.click(table, offset=(2, 0))

        kinds = [
            (type(message), getattr(message, "row", None) or message.key)
            for message in shown.posted
            if isinstance(
                message,
                ConversationTable.Selected
                | ConversationTable.Chosen
                | ConversationTable.SortRequested,
            )
        ]
        assert kinds == [
            (ConversationTable.Selected, rows[0]),
            (ConversationTable.Selected, rows[1]),
            (ConversationTable.Chosen, rows[1]),
            (ConversationTable.SortRequested, "title"),
        ]
