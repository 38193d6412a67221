"""Of what is imported of real sessions and traces, each failure is one by itself.

A reader of their payloads finds no other: each is a tool or a request that tells what was wrong,
with nothing below it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.imports import import_into
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.root_cause import Failures


@pytest.mark.parametrize(("part", "failed"), [("claude-code", 10), ("otel", 2)])
async def test_every_failure_is_one_by_itself(
    real_data: Path, tmp_path: Path, part: str, failed: int
) -> None:
    url = f"sqlite:///{tmp_path / 'real.db'}"
    await import_into(url, tmp_path / "spools", real_data / part, all_spans=True)
    browser = DatabaseBrowser(url)
    await browser.connect()
    page = await browser.search_tasks(TaskFilter.parse("status:failed"), PageRequest(100))
    assert len(page.rows) == failed
    for row in page.rows:
        tree = Preorder(TaskTree.assemble(await browser.conversation_tree(row.conversation_id)))
        failures = Failures(tree)
        (number,) = (at for at, each in enumerate(tree.rows) if each.id == row.id)
        assert [cause.number for cause in failures.causes(number)] == [number]
    await browser.close()
