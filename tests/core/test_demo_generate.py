"""The demo's rows: the same everywhere, and with all that a real system has."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import islice, pairwise
from uuid import UUID

import pytest

from taskview_core.demo import (
    CLOCK,
    ODD_KEY,
    ROOT_CAUSE_KEY,
    DemoConversation,
    DemoTask,
    generate,
)
from taskview_core.demo.agents import AGENTS


class Demo:
    """The whole default demo, by id."""

    def __init__(self) -> None:
        runs = list(generate())
        self.conversations: list[DemoConversation] = [run[0] for run in runs]
        self.tasks: dict[str, DemoTask] = {task.id: task for _, rows in runs for task in rows}
        self.children: dict[str, list[DemoTask]] = defaultdict(list)
        for task in self.tasks.values():
            if task.parent_task_id is not None:
                self.children[task.parent_task_id].append(task)

    def metadata(self, task: DemoTask) -> dict[str, object]:
        found = json.loads(task.metadata or "{}")
        assert isinstance(found, dict)
        return found

    def depth(self, task: DemoTask) -> int:
        return 1 if task.parent_task_id is None else 1 + self.depth(self.tasks[task.parent_task_id])

    @property
    def usual(self) -> list[DemoTask]:
        """The tasks whose times are not wrong on purpose."""
        return [task for task in self.tasks.values() if ODD_KEY not in self.metadata(task)]


@pytest.fixture(scope="module")
def demo() -> Demo:
    return Demo()


def test_the_rows_are_these_on_every_machine() -> None:
    digest = hashlib.sha256()
    for run in generate(2_000, seed=7):
        digest.update(repr(run).encode())
    assert digest.hexdigest() == "ad3fb0c6bd5169bd81772531a98f75fa8460c59697f64f88711284df56af2265"


@pytest.mark.parametrize("tasks", [1, 2, 50, 777, 5_000])
def test_there_are_as_many_as_asked_for(tasks: int) -> None:
    assert sum(len(rows) for _, rows in generate(tasks, seed=3)) == tasks


def test_another_seed_gives_other_rows() -> None:
    first, second = (next(generate(10, seed=seed)) for seed in (1, 2))
    assert first[1][0].id != second[1][0].id
    assert list(generate(100, seed=1)) == list(generate(100, seed=1))


def test_all_times_move_with_the_end() -> None:
    later = timedelta(days=100, microseconds=1)
    for first, second in zip(generate(500), generate(500, until=CLOCK + later), strict=True):
        for one, two in zip((first[0], *first[1]), (second[0], *second[1]), strict=True):
            moved = [each + later if isinstance(each, datetime) else each for each in one]
            assert moved == list(two)


def test_rows_stream_however_many_there_are_to_be() -> None:
    assert len(list(islice(generate(10**9), 20))) == 20


def test_parents_come_before_their_children_and_in_their_conversation(demo: Demo) -> None:
    seen: dict[str, str] = {}
    for task in demo.tasks.values():
        if task.parent_task_id is not None:
            assert seen[task.parent_task_id] == task.conversation_id
        seen[task.id] = task.conversation_id
    assert {UUID(hex=each).version for each in seen} == {4}
    assert len(seen) == 5_000


def test_twenty_agents_share_the_work_by_zipfs_law(demo: Demo) -> None:
    counts = Counter(task.agent_id for task in demo.tasks.values())
    assert len(counts) == len(AGENTS) == 20
    total = sum(1 / rank for rank in range(1, 21))
    for rank, agent in enumerate(AGENTS, 1):
        expected = 5_000 / rank / total
        assert 0.6 * expected < counts[agent.name] < 1.6 * expected, agent.name


def test_trees_are_eight_deep_and_no_deeper(demo: Demo) -> None:
    depths = Counter(demo.depth(task) for task in demo.tasks.values())
    assert set(depths) == set(range(1, 9))


def test_every_status_is_there_and_most_tasks_complete(demo: Demo) -> None:
    counts = Counter(task.status for task in demo.tasks.values())
    assert set(counts) == {"pending", "running", "completed", "failed", "cancelled"}
    assert 0.8 < counts["completed"] / 5_000 < 0.95
    assert min(counts.values()) >= 4
    assert counts["failed"] > 150


def test_a_failure_has_one_cause_and_rises_from_it(demo: Demo) -> None:
    failed = [task for task in demo.tasks.values() if task.status == "failed"]
    risen = highest = 0
    for task in failed:
        cause = demo.tasks[UUID(str(demo.metadata(task)[ROOT_CAUSE_KEY])).hex]
        assert cause.status == "failed"
        assert cause.error is not None
        assert demo.metadata(cause)[ROOT_CAUSE_KEY] == str(UUID(hex=cause.id))
        if cause.id == task.id:
            continue
        risen += 1
        below = [
            child
            for child in demo.children[task.id]
            if child.status == "failed" and str(UUID(hex=child.id)) in (task.error or "")
        ]
        assert len(below) == 1, "it cites the one child that it failed for"
        assert demo.metadata(below[0])[ROOT_CAUSE_KEY] == str(UUID(hex=cause.id))
        assert below[0].agent_id in (task.error or "")
        assert below[0].completed_at is not None
        assert task.completed_at is not None
        assert below[0].completed_at <= task.completed_at
        highest = max(highest, demo.depth(cause) - demo.depth(task))
    assert risen > 50
    assert highest >= 3
    others = [task for task in demo.tasks.values() if task.status != "failed"]
    assert all(ROOT_CAUSE_KEY not in demo.metadata(task) for task in others)


def test_errors_look_like_errors(demo: Demo) -> None:
    errors = [task.error for task in demo.tasks.values() if task.error is not None]
    assert {task.status for task in demo.tasks.values() if task.error is not None} == {"failed"}
    assert sum(error.startswith("Traceback") and error.count("\n") > 3 for error in errors) > 20
    assert len({error.splitlines()[-1].split(":")[0] for error in errors}) > 12


def test_failed_attempts_are_followed_by_good_ones_with_the_same_input(demo: Demo) -> None:
    healed = 0
    for children in demo.children.values():
        for first, second in pairwise(children):
            if demo.metadata(second).get("attempt", 1) != 1:
                assert first.status == "failed"
                assert (second.agent_id, second.input) == (first.agent_id, first.input)
                assert first.completed_at is not None
                assert second.created_at >= first.completed_at
                healed += second.status == "completed"
    assert healed > 30


def test_children_run_side_by_side_and_one_after_another(demo: Demo) -> None:
    beside = after = 0
    for children in demo.children.values():
        for first, second in pairwise(children):
            if first.completed_at is not None:
                beside += second.created_at < first.completed_at
                after += second.created_at >= first.completed_at
    assert beside > 500
    assert after > 500


def test_some_agents_go_in_circles(demo: Demo) -> None:
    longest = 0
    for children in demo.children.values():
        calls = [(child.agent_id, child.input) for child in children]
        same = Counter(call for call in calls if len(call[1] or "") > 9)
        longest = max([longest, *same.values()])
    assert longest >= 4


def test_some_tasks_hang_for_days_and_some_were_never_taken_up(demo: Demo) -> None:
    days = timedelta(days=2)
    running = [task for task in demo.tasks.values() if task.status == "running"]
    hanging = [task for task in running if CLOCK - (task.started_at or CLOCK) > days]
    assert any(not demo.children[task.id] for task in hanging)
    waiting = [task for task in demo.tasks.values() if task.status == "pending"]
    assert any(CLOCK - task.created_at > days for task in waiting)
    assert any(CLOCK - task.created_at < timedelta(hours=1) for task in waiting)


def test_payloads_are_json_and_of_all_kinds(demo: Demo) -> None:
    payloads = [(task.input, task.output, task.metadata) for task in demo.tasks.values()]
    texts = [text for some in payloads for text in some if text]
    kinds = {type(json.loads(text)) for text in texts}
    assert {dict, list, str, bool, int, float} <= kinds
    assert max(len(text) for text in texts) > 100_000
    everything = "".join(texts)
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in set(everything)}
    assert {"CJK", "HANGUL", "ARABIC", "HEBREW", "DEVANAGARI", "CYRILLIC", "HIRAGANA"} <= scripts
    assert {"COMBINING", "REGIONAL", "ZERO"} <= scripts
    assert "\\u00" in everything, "half of all writers escape"
    assert "\\u001b[" in everything, "terminal colours end up in payloads"
    assert sum("input_tokens" in (task.metadata or "") for task in demo.tasks.values()) > 1_000
    assert sum('"role": "user"' in (task.input or "") for task in demo.tasks.values()) > 500


def test_times_fit_together(demo: Demo) -> None:
    odd = {task.id for task in demo.tasks.values()} - {task.id for task in demo.usual}
    assert 5 <= len(odd) <= 40
    for task in demo.usual:
        assert task.created_at <= (task.started_at or task.created_at)
        assert (task.started_at or task.created_at) <= (task.completed_at or CLOCK) <= CLOCK
        ended = task.status in {"completed", "failed", "cancelled"}
        assert (task.completed_at is not None) == ended
        if task.status == "completed":
            assert task.started_at is not None
        assert task.updated_at == (task.completed_at or task.started_at or task.created_at)
        parent = demo.tasks.get(task.parent_task_id or "")
        if parent is not None and parent.id not in odd:
            assert parent.started_at is not None
            assert parent.started_at <= task.created_at
            if parent.completed_at is not None:
                assert task.completed_at is not None
                assert task.completed_at <= parent.completed_at
    newest = max(task.created_at for task in demo.tasks.values())
    assert CLOCK - newest < timedelta(hours=1)


def test_conversations_have_titles_users_and_none(demo: Demo) -> None:
    assert len({each.user_id for each in demo.conversations}) > 12
    assert any(each.title is None for each in demo.conversations)
    assert sum(each.title is not None for each in demo.conversations) > 100
    starts = [each.created_at for each in demo.conversations]
    assert CLOCK - min(starts) > timedelta(days=30)
