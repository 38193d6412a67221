"""What differs between two trees, as text for people and as JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from taskview_core.compare.json_diff import Change, JsonDiff, Shown
from taskview_core.compare.tasks import TaskDiff, task_diff
from taskview_core.compare.trees import Comparison, Pair
from taskview_core.compare.verdict import TOLD_BY_PAYLOADS, Difference
from taskview_core.interfaces import ITaskBrowser
from taskview_tui.cli.output.paint import write_line
from taskview_tui.cli.output.task_cells import ident_text
from taskview_tui.cli.streams import Output
from taskview_tui.comparing import shown_numbers
from taskview_tui.render.difference import change_lines, names_of, pair_words, sign, summary
from taskview_tui.render.piece import Ink, Piece
from taskview_tui.side import Side
from taskview_tui.text.clean import clean
from taskview_tui.text.json_text import json_string

_HEADS = ("---", "+++")
_DEEPEST = 24
"""Levels that are indented; below, the number of the level stands for the others."""


async def write_diff(
    browser: ITaskBrowser,
    comparison: Comparison,
    differences: Sequence[Difference],
    heads: Sequence[str],
    out: Output,
) -> None:
    """Write what differs, each below the tasks that it is nested in, and a line that counts.

    `heads` say what the two sides are; they come first, where there are any.
    """
    for mark, words in zip(_HEADS, heads, strict=bool(heads)):
        write_line(out, [Piece(f"{mark} {words}", Ink.HEADING)])
    for number in shown_numbers(comparison, differences):
        pair, difference = comparison.pairs[number], differences[number]
        indent = "  " * min(pair.depth, _DEEPEST)
        if pair.depth > _DEEPEST:
            indent += f"⋯{pair.depth} "
        below = comparison.ends[number] - number - 1 if not (pair.left and pair.right) else 0
        ids = [ident_text(row.id, out) for row in (pair.left, pair.right) if row is not None]
        line = [sign(difference), Piece(f" {indent}"), Piece(clean(pair.row.agent_id), Ink.STRONG)]
        line += [Piece("  "), *pair_words(pair, difference, below, clean), Piece("  ")]
        line.append(Piece(" → ".join(dict.fromkeys(ids)), Ink.DIM))
        write_line(out, line)
        if difference & TOLD_BY_PAYLOADS:
            diff = await _read(browser, pair)
            for name, part in _parts(diff):
                for mark, text, ink in change_lines(name, part):
                    lead = f"    {indent}{mark}{' ' if mark else ''}"
                    write_line(out, [Piece(lead, ink), Piece(clean(text), ink)], whole=True)
    write_line(out, [Piece(summary(comparison, differences), Ink.HEADING)])


async def diff_json(
    browser: ITaskBrowser,
    sides: Sequence[Side],
    comparison: Comparison,
    differences: Sequence[Difference],
) -> AsyncIterator[str]:
    """Give the text of one object, piece by piece: a task a line."""
    left, right = (json_string(str(side.id)) for side in sides)
    same = "false" if any(differences) else "true"
    yield f'{{"left": {left}, "right": {right}, "same": {same}, "tasks": ['
    before = "\n"
    for pair, difference in zip(comparison.pairs, differences, strict=True):
        if not difference:
            continue
        yield before + await _task_json(browser, pair, difference)
        before = ",\n"
    yield "]}\n" if before == "\n" else "\n]}\n"


async def _task_json(browser: ITaskBrowser, pair: Pair, difference: Difference) -> str:
    names = ", ".join(json_string(name) for name in names_of(difference))
    changes: list[str] = []
    left_out = 0
    if difference & TOLD_BY_PAYLOADS:
        for name, part in _parts(await _read(browser, pair)):
            changes += [_change_json(name, change) for change in part.changes]
            left_out += part.left_out
    ids = (json_string(None if row is None else str(row.id)) for row in (pair.left, pair.right))
    left, right = ids
    return (
        f'{{"left": {left}, "right": {right}, "depth": {pair.depth}, '
        f'"agent": {json_string(pair.row.agent_id)}, "differences": [{names}], '
        f'"changes": [{", ".join(changes)}], "changes_left_out": {left_out}}}'
    )


def _change_json(part: str, change: Change) -> str:
    values = (
        f'"{name}": {json_string(None if shown is None else shown.text)}, '
        f'"{name}_cut": {"true" if shown is not None and _is_cut(shown) else "false"}'
        for name, shown in (("left", change.left), ("right", change.right))
    )
    return (
        f'{{"part": "{part}", "path": {json_string(change.path)}, '
        f'"old_path": {json_string(change.old_path)}, {", ".join(values)}}}'
    )


def _is_cut(shown: Shown) -> bool:
    return shown.start > 0 or not shown.is_whole


async def _read(browser: ITaskBrowser, pair: Pair) -> TaskDiff:
    assert pair.left is not None, "two tasks have contents to compare"
    assert pair.right is not None, "two tasks have contents to compare"
    return task_diff(await browser.get_task(pair.left.id), await browser.get_task(pair.right.id))


def _parts(diff: TaskDiff) -> tuple[tuple[str, JsonDiff], ...]:
    return (("error", diff.error), ("input", diff.input), ("output", diff.output))
