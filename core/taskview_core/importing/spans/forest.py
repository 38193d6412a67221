"""Which spans of a trace become tasks, and under which."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from taskview_core.importing.spans.kinds import AGENT, CALLS, CHAIN, kind_of
from taskview_core.importing.spans.span import Span
from taskview_core.importing.spans.values import text_of


@dataclass(slots=True)
class Node:
    """A span that becomes a task.

    `above` is the span it hangs under: one that becomes a task, or one that is not there (yet);
    `same` are spans within it that tell the same call of a model again.
    """

    span: Span
    kind: str | None
    above: str | None
    same: deque[Span] = field(default_factory=deque)
    below: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Forest:
    """All tasks of a trace in the order of their beginnings, and the spans that became none."""

    nodes: list[Node]
    left_out: list[Span]


def forest_of(spans: Mapping[str, Span], *, all_spans: bool) -> Forest:
    """Choose what becomes a task: the spans of agents, each under the nearest one above it.

    Where there is none, or all are asked for, all.
    """
    kinds = {ident: kind_of(span) for ident, span in spans.items()}
    everything = all_spans or not any(kinds.values())
    kept = {ident for ident in spans if everything or kinds[ident] is not None}
    above = _nearest(spans, kept)
    nodes = {ident: Node(spans[ident], kinds[ident], above[ident]) for ident in kept}
    ordered = sorted(nodes.values(), key=_beginning)
    _connect(nodes, ordered)
    if not everything:
        ordered = _told_once(nodes, ordered)
    return Forest(ordered, [span for ident, span in spans.items() if ident not in kept])


def _nearest(spans: Mapping[str, Span], kept: set[str]) -> dict[str, str | None]:
    """Give what each span hangs under. In a ring of parents, the least of them hangs nowhere."""
    parents: dict[str, str | None] = dict.fromkeys(_ring_ends(spans))
    known: dict[str, str | None] = {}
    for ident in spans:
        path: list[str] = []
        at: str | None = ident
        while at is not None and at in spans and at not in known:
            path.append(at)
            at = parents.get(at, spans[at].parent)
            if at in kept:
                break
        found = at if at is None or at not in spans or at in kept else known[at]
        for each in reversed(path):
            known[each] = found
            if each in kept:
                found = each
    return known


def _ring_ends(spans: Mapping[str, Span]) -> list[str]:
    """Find, in each ring of spans that are each other's parents, the one with the least id."""
    state: dict[str, int] = {}
    ends: list[str] = []
    for number, ident in enumerate(spans):
        path: list[str] = []
        at: str | None = ident
        while at is not None and at in spans and at not in state:
            state[at] = number
            path.append(at)
            at = spans[at].parent
        if at is not None and state.get(at) == number and at in path:
            ends.append(min(path[path.index(at) :]))
    return ends


def _connect(nodes: Mapping[str, Node], ordered: list[Node]) -> None:
    for node in ordered:
        if node.above is not None and node.above in nodes:
            nodes[node.above].below.append(node)


def _told_once(nodes: dict[str, Node], ordered: list[Node]) -> list[Node]:
    """Fold a call of a model into the one call that it is the only call of.

    Frameworks, clients and gateways each tell the same call, one within the other.
    """
    gone: set[str] = set()
    for node in reversed(ordered):
        while node.kind in CALLS:
            calls = [each for each in node.below if each.kind in CALLS]
            if len(calls) != 1 or not _same_call(node, calls[0]):
                break
            [inner] = calls
            gone.add(inner.span.span)
            # Handed on and not copied: thousands may be one within the other.
            inner.same.appendleft(inner.span)
            if node.same:
                node.same.extend(inner.same)
            else:
                node.same = inner.same
            for each in inner.below:
                each.above = node.span.span
            rest = [each for each in node.below if each is not inner]
            node.below = sorted([*rest, *inner.below], key=_beginning)
            inner.below = []
    return [node for node in ordered if node.span.span not in gone]


def _same_call(outer: Node, inner: Node) -> bool:
    if outer.kind != inner.kind:
        return False
    names = [text_of(each.span.attributes, "gen_ai.request.model") for each in (outer, inner)]
    return None in names or names[0] == names[1]


def is_run(node: Node) -> bool:
    """Say whether a task runs others, whose first input and last output are its own."""
    return node.kind in {AGENT, CHAIN}


def _beginning(node: Node) -> tuple[bool, int, str]:
    start = node.span.start
    return (start is None, start or 0, node.span.span)
