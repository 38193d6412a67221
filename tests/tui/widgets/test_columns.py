"""Columns share the width there is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.query.sort import Sort
from taskview_tui.render.header import column_at, header_line
from taskview_tui.text.columns import (
    CONVERSATION_COLUMNS,
    TASK_COLUMNS,
    TREE_COLUMNS,
    Column,
    place_columns,
)

NATURAL = {"status": 11, "agent": 16, "conversation": 60, "created": 9, "duration": 7}


def _keys(width: int) -> list[str]:
    return [slot.column.key for slot in place_columns(TASK_COLUMNS, NATURAL, width)]


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (200, ["status", "agent", "preview", "conversation", "created", "duration"]),
        (120, ["status", "agent", "preview", "conversation", "created", "duration"]),
        (79, ["status", "agent", "preview", "created", "duration"]),
        (60, ["status", "agent", "preview", "created"]),
        (40, ["status", "preview"]),
        (10, ["status", "preview"]),
    ],
)
def test_columns_go_where_there_is_no_room(width: int, keys: list[str]) -> None:
    assert _keys(width) == keys


def test_what_is_left_over_is_the_preview_s() -> None:
    slots = {slot.column.key: slot.width for slot in place_columns(TASK_COLUMNS, NATURAL, 200)}

    assert slots["preview"] > 90
    assert slots["conversation"] == 36


_IN_TREES = {"tree": 21, "word": 11, "bar": 72, "duration": 10, "tokens": 6, "cost": 7}


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (160, ["tree", "word", "preview", "tokens", "cost", "bar", "duration"]),
        (120, ["tree", "preview", "tokens", "cost", "bar", "duration"]),  # beside them, at 200
        (80, ["tree", "preview", "tokens", "bar", "duration"]),
        (65, ["tree", "preview", "bar", "duration"]),  # beside the details, at 110
        (48, ["tree", "preview", "duration"]),
    ],
)
def test_a_tree_keeps_its_bars_and_cuts_no_status(width: int, keys: list[str]) -> None:
    columns = [each for each in TREE_COLUMNS if not each.key.startswith("own")]
    slots = {each.column.key: each.width for each in place_columns(columns, _IN_TREES, width)}

    assert list(slots) == keys
    assert slots.get("word", 11) == 11
    roomy = min(36, max(width // 4, 20))
    assert slots["preview"] >= (roomy if "word" in slots or "tokens" in slots else 12)


@given(
    st.sampled_from([TASK_COLUMNS, CONVERSATION_COLUMNS, TREE_COLUMNS]),
    st.dictionaries(
        st.sampled_from([column.key for column in (*TASK_COLUMNS, *TREE_COLUMNS)]),
        st.integers(0, 300),
    ),
    st.integers(40, 400),
)
def test_slots_fill_the_width_in_order(
    columns: tuple[Column, ...], natural: dict[str, int], width: int
) -> None:
    slots = place_columns(columns, natural, width)

    assert slots[0].x == 0
    assert slots[-1].x + slots[-1].width == width
    assert all(slot.width >= slot.column.least for slot in slots)
    assert all(after.x > before.x + before.width for before, after in pairwise(slots))
    order = [column.key for column in columns]
    assert [slot.column.key for slot in slots] == sorted(
        (slot.column.key for slot in slots), key=order.index
    )


def test_the_header_points_the_way_of_the_order() -> None:
    slots = place_columns(TASK_COLUMNS, NATURAL, 80)

    up = "".join(piece.text for piece in header_line(slots, Sort("created")))
    down = "".join(piece.text for piece in header_line(slots, Sort("agent", descending=True)))

    assert "created ▲" in up
    assert "▼" not in up
    assert "agent ▼" in down
    assert len(up) == 80


def test_a_place_in_the_header_belongs_to_a_column() -> None:
    slots = place_columns(TASK_COLUMNS, NATURAL, 80)
    keys = [column.key for x in range(80) if (column := column_at(slots, x))]

    assert keys[0] == "status"
    assert keys[11] == "status"
    assert keys[12] == "agent"
    assert keys[-1] == "duration"
