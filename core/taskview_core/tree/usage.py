"""What a tree of tasks used: of each task its own report, and the sum of it with all below it.

The rule. In traces the same call of a model is often told two or three times, one inside the
other: by the call, by a wrapper around it, and by the agent that adds its calls up. So:

- a task that reports nothing used what the tasks below it did, together;
- a task that reports something is taken to report on all below it too. What it says and what is
  counted below it are two reports on the same calls, and the larger one counts, whole: a sum is
  never added to its parts, a wrapper never to its call, and where a sum was not brought up to
  date, as of an agent that crashed, its parts count;
- only an agent that is known to report its own calls alone (`own_only` in the configuration; Claude
  Code does) is added to the agents below it. Calls of models below it are its own still.

No call is counted twice by this. Where an agent reports its own calls alone and nobody says so,
too little is counted: the larger of its calls and those below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from taskview_core.entities import Ident
from taskview_core.entities.usage import Covers, Reported, Usage
from taskview_core.tree.preorder import Preorder


class TaskUsage(NamedTuple):
    """What a task used: by its own report, None where it has none, and with all below it."""

    own: Usage | None
    whole: Usage


def sum_usage(tree: Preorder, reported: Mapping[Ident, Reported]) -> dict[Ident, TaskUsage]:
    """Give what the tasks used, those left out that nothing is known of; linear in their number."""
    calls: dict[int, Usage] = {}
    others: dict[int, Usage] = {}
    sums: dict[Ident, TaskUsage] = {}
    rows, parents = tree.rows, tree.parents
    for number in range(len(rows) - 1, -1, -1):
        ident = rows[number].id
        report = reported.get(ident)
        made, handed = calls.pop(number, None), others.pop(number, None)
        above = parents[number]
        if report is None:
            whole = _together(made, handed)
            if whole is None:
                continue
            sums[ident] = TaskUsage(None, whole)
            _hand_up(calls, above, made)
            _hand_up(others, above, handed)
            continue
        whole = _counted(report, made, handed)
        sums[ident] = TaskUsage(report.usage, whole)
        _hand_up(calls if report.covers is Covers.CALL else others, above, whole)
    return sums


def _counted(report: Reported, made: Usage | None, handed: Usage | None) -> Usage:
    """Give what counts of a report, and of the calls and of the others that are below it."""
    if report.covers is Covers.OWN:
        own = report.usage if made is None else report.usage.or_more(made)
        return own if handed is None else own.plus(handed)
    below = _together(made, handed)
    return report.usage if below is None else report.usage.or_more(below)


def _together(one: Usage | None, two: Usage | None) -> Usage | None:
    if one is None or two is None:
        return one if two is None else two
    return one.plus(two)


def _hand_up(sums: dict[int, Usage], above: int, usage: Usage | None) -> None:
    if usage is not None and above >= 0:
        before = sums.get(above)
        sums[above] = usage if before is None else before.plus(usage)
