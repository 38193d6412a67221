"""Rows as stretches: whatever is put in the place of whatever, they are one list of numbers."""

from __future__ import annotations

import random
from array import array
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.made_rows import NOW, make_task
from taskview_core.entities import StoredJson
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.rows import TreeRows
from taskview_tui.render.document import Document
from taskview_tui.render.folding import ROWS, Folding, extents_of
from taskview_tui.render.payload import read_payload
from taskview_tui.render.rows import Rows, Stretch
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.tree_find import TreeFinder, last_kept

_MANY = 1_000_000


def _stretches(numbers: list[int]) -> list[Stretch]:
    """Give ranges where numbers follow each other, and arrays elsewhere."""
    found: list[Stretch] = []
    for number in numbers:
        last = found[-1] if found else None
        if isinstance(last, range) and last.stop == number:
            found[-1] = range(last.start, number + 1)
        elif number % 3:
            found.append(range(number, number + 1))
        else:
            found.append(array("q", [number]))
    return found


@given(
    st.sets(st.integers(0, 60)),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.sets(st.integers(0, 60)))),
)
def test_what_is_replaced_is_one_list(
    first: set[int], changes: list[tuple[int, int, set[int]]]
) -> None:
    wanted = sorted(first)
    rows = Rows(_stretches(wanted))
    for low, high, others in changes:
        start, end = bisect_left(wanted, min(low, high)), bisect_left(wanted, max(low, high))
        new = sorted(each for each in others if min(low, high) <= each < max(low, high))
        wanted[start:end] = new
        rows.replace(start, end, _stretches(new))
        assert [rows[at] for at in range(len(rows))] == wanted
        assert [rows.find(each) for each in range(62)] == [
            bisect_left(wanted, each) for each in range(62)
        ]


def test_what_is_all_open_takes_no_room_for_its_rows() -> None:
    folding = Folding([1] * _MANY, bytearray(b"\x01" * _MANY))
    assert len(folding) == _MANY
    assert list(folding._inside(0, _MANY))[1:2] == [range(0, _MANY * ROWS, ROWS)]


def test_a_document_is_folded_and_unfolded_whole_by_one_copy() -> None:
    payload = read_payload(StoredJson('{"a": [1, [2]], "b": {}, "c": "text"}'))
    document = Document([payload.section("Output")])
    foldable = {line for line in range(len(document)) if document.extents[line] > 1}
    folded = document.folded()
    assert {line for line in range(len(document)) if not folded[line]} == foldable - {0}
    opened = document.openings()
    assert all(opened[line] for line in range(len(document)) if line not in foldable)


def test_the_texts_of_a_block_are_those_of_its_lines() -> None:
    payload = read_payload(StoredJson('{"a\\u0007": "x\\ty", "b": [1, "Ä", {"a\\u0007": null}]}'))
    block = payload.body
    assert block is not None
    assert list(block.texts()) == [block.text(line) for line in range(len(block))]


def test_lines_are_as_many_with_what_is_nested_in_them_wherever_a_block_begins() -> None:
    payload = read_payload(StoredJson('[1, {"a": 2}]'))
    assert payload.body is not None
    alone = [6, 1, 3, 1, 1, 1]
    assert list(payload.body.extents) == alone
    document = Document([payload.section("Input"), payload.section("Output")])
    assert list(document.extents) == [7, *alone, 7, *alone]


def test_words_are_found_in_each_part_of_a_row_and_not_across_parts() -> None:
    tasks = [make_task(1, agent="one"), make_task(2, parent=1, status="failed", error="two three")]
    outline = TaskOutline(TaskTree.assemble(TreeRows(tuple(task.row for task in tasks))))
    finder = TreeFinder(outline)
    finder.prepare()
    assert list(finder.find("ONE", NOW).numbers) == [0]
    assert list(finder.find("error:two", NOW).numbers) == [1]
    assert list(finder.find("status:failed three", NOW).numbers) == [1]
    assert list(finder.find("-three", NOW).numbers) == [0]
    assert list(last_kept(outline, bytearray(b"\x01\x00"))) == [1, 0]


@pytest.mark.parametrize("seed", range(20))
def test_long_documents_show_what_is_open_with_tall_lines_between(seed: int) -> None:
    chance = random.Random(seed)
    size = 1_000
    # Every hundredth line has the ninety after it nested in it.
    ends = [line + 91 if line % 100 == 0 else line + 1 for line in range(size)]
    opened = bytearray(b"\x01" * size)
    tall = {chance.randrange(size): chance.randint(2, 4) for _ in range(seed)}
    folding = Folding(extents_of(ends), opened, tall)
    for _ in range(30):
        line = chance.randrange(10) * 100
        folding.set_open(line, not folding.is_open(line))
        if chance.random() < 0.2:
            each = chance.randrange(size)
            tall[each] = chance.randint(1, 3)
            folding.update_rows(each)
        shown = [
            (line, row)
            for line in range(size)
            if line % 100 in {0, *range(91, 100)} or opened[line // 100 * 100]
            for row in range(tall.get(line, 1))
        ]
        assert [(folding.line(at), folding.row(at)) for at in range(len(folding))] == shown
