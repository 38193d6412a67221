"""Grows the tree of one conversation: who does what for whom, before any time is known."""

from __future__ import annotations

from random import Random

from taskview_core.demo.agents import Agent, any_agent, delegating_agent
from taskview_core.demo.tokens import Tokens

DEEPEST = 8
"""Levels of a tree, the root's included."""

FAILS, HANGS = "fails", "hangs"


class Node:
    """One task in the making. Times are microseconds since 1970, filled in by the timeline."""

    __slots__ = (
        "agent", "attempt", "beside", "cause", "children", "created", "depth", "end", "error",
        "fate", "host", "input", "model", "number", "parent", "retried", "same_as", "started",
        "status", "subject", "used",
    )  # fmt: skip

    def __init__(self, number: int, agent: Agent, parent: Node | None) -> None:
        self.number = number
        # Which file, command or host it works on, as a share in [0, 1): the error names the same.
        self.subject: float = (number & 0xFFFF) / 0x10000
        self.agent = agent
        self.parent = parent
        self.depth: int = 1 if parent is None else parent.depth + 1
        self.children: list[Node] = []
        self.fate: str | None = None
        self.beside = False
        """Runs at the same time as the sibling before it."""
        self.same_as: Node | None = None
        """The sibling whose very input it repeats."""
        self.attempt = 1
        self.retried = False
        """Another attempt follows, so its failure harms nobody."""
        self.created = self.started = self.end = 0
        self.status = "completed"
        self.error: str | None = None
        self.cause: Node | None = None
        self.input: str | None = None
        self.model = ""
        """The model that it calls; empty for a tool, which runs on a host."""
        self.host = 0
        self.used = Tokens()
        """What it used; with all below it, once they are rendered."""


def grow(rng: Random, size: int) -> Node:
    """Grow a tree of `size` tasks, at most eight levels deep."""
    random = rng.random
    root = Node(rng.getrandbits(128), delegating_agent(random()), None)
    open_nodes = [root]
    # Some conversations map one task over many inputs; others delegate and delegate again.
    wide = size > 60 and random() < 0.3
    depth_first = 0.05 + random() * 0.4
    count = 1
    while count < size:
        chance = random()
        if chance < depth_first and not wide:
            parent = open_nodes[-1]
        elif wide and chance < 0.85:
            parent = root
        else:
            parent = open_nodes[int(random() * len(open_nodes))]
        node = Node(rng.getrandbits(128), any_agent(random()), parent)
        node.beside = bool(parent.children) and random() < 0.35
        parent.children.append(node)
        count += 1
        if node.agent.delegates and node.depth < DEEPEST:
            open_nodes.append(node)
        else:
            count += _events(rng, node, size - count)
    return root


def _events(rng: Random, node: Node, room: int) -> int:
    """Let a leaf fail, be tried again, hang or be repeated; give the number of tasks added."""
    chance = rng.random()
    if chance < 0.02:
        node.fate = FAILS
        return 0
    if chance < 0.05 and room:
        return _retries(rng, node, room)
    if chance < 0.051:
        node.fate = HANGS
        return 0
    if chance < 0.063:
        return _repeats(node, min(room, 2 + int(rng.random() * 6)), rng)
    return 0


def _retries(rng: Random, node: Node, room: int) -> int:
    """Try a leaf up to four times; one in five never succeeds."""
    added = 0
    while True:
        node.fate = FAILS
        if added == min(room, 3):
            return added
        node.retried = True
        node = _again(rng, node)
        node.attempt = added + 2
        added += 1
        if rng.random() < 0.8:
            return added


def _repeats(node: Node, times: int, rng: Random) -> int:
    """Make an agent that goes in circles call the same tool with the same input."""
    for _ in range(times):
        node = _again(rng, node)
    return times


def _again(rng: Random, node: Node) -> Node:
    parent = node.parent
    assert parent is not None
    twin = Node(rng.getrandbits(128), node.agent, parent)
    twin.same_as = node
    twin.subject = node.subject
    parent.children.append(twin)
    return twin
