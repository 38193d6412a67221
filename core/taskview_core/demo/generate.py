"""The stream of the demo: conversation after conversation, oldest first, each with its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from taskview_core.demo import words
from taskview_core.demo.grow import Node, grow
from taskview_core.demo.payloads import Payloads
from taskview_core.demo.records import CLOCK, DemoConversation, DemoTask
from taskview_core.demo.texts import Texts, escaped
from taskview_core.demo.timeline import NEVER, cut, ident, lay, uuid_hex

DEFAULT_TASKS = 5_000
DEFAULT_SEED = 7

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000
_HOUR = 3_600 * _SECOND
_SPAN = 45 * 24 * _HOUR
_SIZES = (1, 1, 2, 3, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 28, 35, 45, 60, 90, 140, 260)
_SMALL_SIZES = tuple(size for size in _SIZES if size <= 18)
_RIGHT_NOW = 0.965


def generate(
    tasks: int = DEFAULT_TASKS, seed: int = DEFAULT_SEED, until: datetime = CLOCK
) -> Iterator[tuple[DemoConversation, list[DemoTask]]]:
    """Yield conversations with their tasks, parents before children, `tasks` tasks in all.

    The same numbers give the same rows on every machine, but that all times move with `until`, at
    which the demo stands still. Memory is bounded by one conversation.
    """
    rng = Random(seed)
    stream = _Stream(rng, (until - _EPOCH) // timedelta(microseconds=1))
    made = 0
    while made < tasks:
        share = made / tasks
        # The last are many and small, so that there is something going on right now.
        sizes = _SIZES if share < _RIGHT_NOW else _SMALL_SIZES
        size = min(sizes[int(rng.random() * len(sizes))], tasks - made)
        conversation, rows = stream.conversation(size, share)
        made += len(rows)
        yield conversation, rows


class _Stream:
    """What is drawn from while a stream runs."""

    def __init__(self, rng: Random, now: int) -> None:
        self._rng = rng
        self._now = now
        self._payloads = Payloads(rng, Texts(rng))

    def conversation(self, size: int, share: float) -> tuple[DemoConversation, list[DemoTask]]:
        """Make one; `share` says how far through the time of the demo it begins."""
        rng, random = self._rng, self._rng.random
        number = rng.getrandbits(128)
        # Runs crowd towards the end, as in a system that is in use right now.
        at = self._now - _SPAN + int(_SPAN * share) - int(random() * 6 * _HOUR)
        if share >= _RIGHT_NOW:
            at = self._now - int(random() * random() * 2 * _HOUR) - 2 * _SECOND
        title, question = words.TOPICS[int(random() * len(words.TOPICS))]
        about = escaped(question, ascii_only=random() < 0.5)
        root = self._tree(size, at)
        conversation_id = uuid_hex(number)
        rows: list[DemoTask] = []
        self._render(root, conversation_id, None, about, rows)
        return (
            DemoConversation(
                conversation_id,
                words.USERS[int(random() * random() * len(words.USERS))],
                title if random() < 0.95 else None,
                _metadata(random()),
                _time(at),
                max(row.updated_at for row in rows),
            ),
            rows,
        )

    def _tree(self, size: int, at: int) -> Node:
        rng, random = self._rng, self._rng.random
        root = grow(rng, size)
        created = at + int(random() * 400_000)
        lay(rng, root, created, backlog=600 * _SECOND if self._now - at < _HOUR else 0)
        chance = random()
        if chance < 0.02:
            # Nobody has taken it up to this day.
            root.children.clear()
            root.started = root.end = NEVER
            root.status = "pending"
            root.error = root.cause = None
        elif chance < 0.09 and root.end < NEVER:
            cut(root, root.created + int((root.end - root.created) * random()) + 1, "cancelled")
        cut(root, self._now, "running")
        return root

    def _render(
        self, node: Node, conversation_id: str, parent_id: str | None, about: str,
        rows: list[DemoTask],
    ) -> None:  # fmt: skip
        payloads = self._payloads
        task_id = ident(node)
        created, started, completed = node.created, node.started, node.end
        odd = None
        if node.status == "completed" and self._rng.random() < 0.003:
            odd, created, started, completed = self._spoil(created, started, completed)
        given = payloads.input_of(node, about)
        created_at = _time(created)
        started_at = None if started >= NEVER else _time(started)
        completed_at = None if completed >= NEVER else _time(completed)
        place = len(rows)
        rows.append(
            DemoTask(
                task_id,
                conversation_id,
                parent_id,
                node.agent.name,
                node.status,
                given,
                payloads.output_of(node, about),
                node.error,
                None,
                created_at,
                started_at,
                completed_at,
                completed_at or started_at or created_at,
            )
        )
        payloads.used_by(node)
        for child in node.children:
            self._render(child, conversation_id, task_id, about, rows)
            node.used = node.used.plus(child.used)
        rows[place] = rows[place]._replace(metadata=payloads.metadata_of(node, odd))

    def _spoil(self, created: int, started: int, completed: int) -> tuple[str, int, int, int]:
        """Make times wrong as real clocks do: two machines disagree, a start is lost."""
        chance = self._rng.random()
        if chance < 0.35:
            return "ends before it starts", created, started, started - 1_500
        if chance < 0.7:
            return "starts before it is made", created, created - 250_000, completed
        return "never started", created, NEVER, completed


def _time(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _metadata(chance: float) -> str | None:
    if chance < 0.1:
        return None
    source = ("web", "api", "slack", "cron")[int(chance * 400) % 4]
    return f'{{"source": "{source}", "tags": ["{words.LABELS[int(chance * 7)]}"]}}'
