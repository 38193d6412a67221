"""Gives a tree its times and outcomes: waits, parallel children, failures that rise, cuts.

All in whole microseconds, so that every machine comes to the same rows.
"""

from __future__ import annotations

from random import Random
from uuid import UUID

from taskview_core.demo.faults import handed_up, own_fault
from taskview_core.demo.grow import FAILS, HANGS, Node

NEVER = 1 << 62
"""Later than every clock: the end of what hangs, the start of what nobody took up."""

_MS = 1_000
# Long tails without logarithms, whose last digit is not the same on every machine.
_PERCENT = (
    12, 20, 30, 38, 45, 52, 60, 68, 75, 82, 90, 95, 100, 105, 112, 120, 130, 145, 160, 180,
    200, 230, 270, 320, 400, 520, 700, 1100, 2200, 6000,
)  # fmt: skip


def lay(rng: Random, node: Node, at: int, backlog: int = 0) -> None:
    """Place a task and all below it from the moment `at`; decide what fails.

    `backlog` is the longest wait in the queue, in microseconds; 0 is an idle system.
    """
    random = rng.random
    node.created = at
    wait = 2 * _MS + int(random() * 40 * _MS) + int(random() * backlog)
    if random() < 0.02:
        wait += int(random() * 60_000 * _MS)
    node.started = at + wait
    own = node.agent.usual_ms * _PERCENT[int(random() * len(_PERCENT))] * 10 + int(random() * 999)
    now = node.started + (own // 2 if node.children else own)
    if node.fate == FAILS:
        _fail(node, now, own_fault(rng, node.agent, node.subject), node)
        return
    if node.fate == HANGS:
        node.end = NEVER
        return
    now = _lay_children(rng, node, now, backlog)
    if node.status == "failed":
        return
    node.end = min(now + (own // 2 if node.children else 0), NEVER)
    if node.children and node.end < NEVER and random() < 0.004:
        _fail(node, node.end, own_fault(rng, node.agent, node.subject), node)


def _lay_children(rng: Random, node: Node, now: int, backlog: int) -> int:
    """Place the children one after another or side by side; give the end of the last."""
    together = now
    for index, child in enumerate(node.children):
        if not child.beside:
            together = now + 1 * _MS + int(rng.random() * 20 * _MS)
        if together >= NEVER:
            del node.children[index:]
            return NEVER
        lay(rng, child, together, backlog)
        now = max(now, child.end)
        if child.status == "failed" and not child.retried and rng.random() < _spreads(child):
            _give_up(node, index, child)
            return node.end
    return now


def _spreads(child: Node) -> float:
    """Give the chance that a failure brings down the task above: roots are careful."""
    return 0.72 if child.depth > 2 else 0.55


def _give_up(node: Node, index: int, child: Node) -> None:
    """Fail a task because of one child: what was to come is dropped, what runs is cancelled."""
    assert child.error is not None
    error = handed_up(child.agent.name, str(UUID(hex=ident(child))), child.attempt, child.error)
    _fail(node, child.end + 3 * _MS, error, child.cause)
    # Those beside it may have been handed out at the same moment; they never get to run.
    last = index + 1
    while last < len(node.children) and node.children[last].beside:
        _never_run(node.children[last], child.created, node.end)
        last += 1
    del node.children[last:]
    for sibling in node.children[:index]:
        cut(sibling, node.end, "cancelled")


def _fail(node: Node, at: int, error: str, cause: Node | None) -> None:
    node.status, node.end, node.error, node.cause = "failed", at, error, cause


def _never_run(node: Node, created: int, at: int) -> None:
    node.children.clear()
    node.created, node.started, node.end, node.status = created, NEVER, at, "cancelled"


def cut(node: Node, at: int, left: str) -> None:
    """Stop the time of a tree at `at`: what is not made by then is dropped.

    What runs or waits then becomes `cancelled`, or with `left` "running" goes on as it is: it
    runs, or is pending.
    """
    if node.end <= at:
        return
    if left == "cancelled":
        node.end = at
        node.status = "cancelled"
    else:
        node.end = NEVER
        node.status = "running" if node.started <= at else "pending"
    node.error, node.cause = None, None
    if node.started > at:
        node.started = NEVER
    node.children = [child for child in node.children if child.created < at]
    for child in node.children:
        cut(child, at, left)


_VERSION_BITS = ~(0xF000 << 64 | 0xC000 << 48)
_VERSION_4 = 0x4000 << 64 | 0x8000 << 48


def ident(node: Node) -> str:
    """Give a task's id as 32 hex digits: a UUID of version 4."""
    return uuid_hex(node.number)


def uuid_hex(number: int) -> str:
    """Make 128 random bits a UUID of version 4, as 32 hex digits."""
    return f"{number & _VERSION_BITS | _VERSION_4:032x}"
