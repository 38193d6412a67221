"""A list of tasks to be filtered, and what is to be seen of it."""

from __future__ import annotations

from support.fake_browser import FakeBrowser
from support.made_rows import make_task
from support.screens import Running

AGENTS = ("planner", "tool:grep", "tool:bash")
STATUSES = ("completed", "failed", "running")


def some_tasks(count: int = 30) -> FakeBrowser:
    return FakeBrowser(
        [
            make_task(
                number,
                agent=AGENTS[number % 3],
                status=STATUSES[number // 3 % 3],
                input=f'{{"q": "apple {number}"}}' if number % 2 else '{"q": "pear"}',
                error="boom [b]" if number // 3 % 3 == 1 else None,
            )
            for number in range(1, count + 1)
        ]
    )


def filters(browser: FakeBrowser) -> list[str]:
    """The filters that pages were asked for with, one after the other."""
    return [str(task_filter) for task_filter, _ in browser.named("search_tasks")]


async def shows(run: Running, *numbers: int) -> None:
    wanted = [f"task {number}" for number in sorted(numbers, reverse=True)]
    await run.until(lambda: run.previews == wanted, f"{wanted}, not {run.previews}")
