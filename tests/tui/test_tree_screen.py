"""The tree of a conversation or a task, the task on the whole screen, and going to and fro."""

from __future__ import annotations

from support.fake_browser import FakeBrowser
from support.made_rows import conversation_id, make_conversation, make_task, task_id
from support.screens import Running, running
from taskview_core.errors import ConnectionLostError
from taskview_tui.screens.conversations import ConversationsScreen
from taskview_tui.screens.detail import DetailScreen
from taskview_tui.screens.tasks import TasksScreen
from taskview_tui.screens.tree import TreeScreen
from taskview_tui.widgets.conversation_table import ConversationTable
from taskview_tui.widgets.detail_pane import DetailPane


def family() -> FakeBrowser:
    """Two conversations; in the first a root with a chain of five and two leaves."""
    tasks = [make_task(1, agent="root")]
    tasks += [make_task(n, parent=n - 1) for n in range(2, 6)]
    tasks += [
        make_task(6, parent=1, status="failed", error="boom: [/]\x1b[31m red"),
        make_task(7, parent=1),
        make_task(10, conversation=2, parent=3, agent="other"),
        make_task(11, conversation=2, status="failed", error="second"),
    ]
    titles = {1: "Fix the build", 2: "Second [b]title[/b]"}
    return FakeBrowser(tasks, [make_conversation(n, title=title) for n, title in titles.items()])


async def open_task(run: Running, number: int) -> None:
    table = run.tasks.table
    at = table.position(task_id(number))
    assert at is not None
    table.move_cursor(at)
    await run.press("enter")
    await run.settled()


def cursor(run: Running) -> str:
    task = run.tree.selected_task
    return task.preview if task else ""


async def test_enter_opens_the_tree_with_the_cursor_on_the_task_and_its_details() -> None:
    async with running(family(), size=(80, 24)) as run:
        await open_task(run, 6)
        assert cursor(run) == "task 6"
        await run.until(lambda: "boom: [/]␛[31m red" in run.text())
        assert "taskview › tasks › Fix the build" in run.lines()[0]
        assert "7 tasks, failed 1 of 1" in run.status
        tree, pane = run.tree.view, run.one(DetailPane)
        assert tree.region.bottom <= pane.region.y  # below it at 80 columns
        assert tree.region.width == pane.region.width == 80


async def test_the_details_stand_beside_the_tree_where_there_is_room() -> None:
    async with running(family(), size=(160, 40)) as run:
        await open_task(run, 6)
        assert run.tree.view.region.right <= run.one(DetailPane).region.x
        assert run.tree.view.region.height == run.one(DetailPane).region.height


async def test_going_back_finds_the_list_as_it_was_left() -> None:
    browser = FakeBrowser(
        [make_task(n, status="failed" if n % 2 else "running") for n in range(300)]
    )
    browser.conversations = [make_conversation(1)]
    for key in ("escape", "q"):
        async with running(browser) as run:
            await run.press("slash")
            await run.type("status:failed")
            await run.press("enter")
            await run.settled()
            await run.press("]")
            await run.settled()
            await run.press("j", "j", "j")
            before = (run.selected, run.previews, str(run.tasks.ask.filter), run.lines()[1:-2])
            await run.press("enter")
            await run.settled()
            assert isinstance(run.app.screen, TreeScreen)
            await run.press(key)
            await run.until(lambda run=run: isinstance(run.app.screen, TasksScreen))
            await run.pilot.pause()
            after = (run.selected, run.previews, str(run.tasks.ask.filter), run.lines()[1:-2])
            assert after == before


async def test_q_goes_back_from_each_screen_and_quits_at_the_root() -> None:
    async with running(family()) as run:
        await open_task(run, 6)
        await run.press("d")
        assert isinstance(run.app.screen, DetailScreen)
        await run.press("q")
        assert isinstance(run.app.screen, TreeScreen)
        await run.press("q")
        assert isinstance(run.app.screen, TasksScreen)
        await run.pilot.press("q")
    assert run.app.return_code == 0


async def test_the_task_on_the_whole_screen_with_parent_children_and_conversation() -> None:
    browser = family()
    async with running(browser, size=(100, 50)) as run:
        await open_task(run, 3)
        await run.press("enter")
        assert isinstance(run.app.screen, DetailScreen)
        await run.until(lambda: str(task_id(3)) in run.text())
        assert "Fix the build › planner" in run.lines()[0]
        await run.press("p")
        await run.until(lambda: f"✓ completed  ·  {task_id(2)}" in run.status)
        await run.press("b")
        await run.until(lambda: isinstance(run.app.screen, TreeScreen))
        await run.settled()
        assert run.tree.conversation is None
        assert cursor(run) == "task 3"  # the first child
        assert "from one task down: 5 tasks" in run.status
        await run.press("C")
        await run.settled()
        assert run.tree.conversation == conversation_id(1)
        assert cursor(run) == "task 3"
        for _ in range(3):
            await run.press("escape")
        assert isinstance(run.app.screen, DetailScreen)
        await run.until(lambda: str(task_id(3)) in run.status)
        await run.press("C")  # the tree it was opened from
        await run.until(lambda: isinstance(run.app.screen, TreeScreen))
        assert len(run.app.screen_stack) == 2
        assert cursor(run) == "task 3"


async def test_parent_in_the_tree_moves_the_cursor() -> None:
    async with running(family()) as run:
        await open_task(run, 5)
        for number in (4, 3, 2, 1, 1):
            await run.press("p" if number % 2 else "u")
            assert cursor(run) == f"task {number}"
        assert isinstance(run.app.screen, TreeScreen)


async def test_a_parent_in_another_conversation_opens_that_one() -> None:
    async with running(family()) as run:
        await open_task(run, 10)
        assert "parent elsewhere" in run.text()
        await run.press("p")
        await run.until(lambda: run.tree.conversation == conversation_id(1))
        await run.settled()
        assert cursor(run) == "task 3"
        await run.press("q")
        assert run.tree.conversation == conversation_id(2)


async def test_a_root_whose_metadata_names_a_parent_is_marked_as_an_orphan() -> None:
    browser = family()
    browser.tasks.append(make_task(20, metadata='{"orphan": true}', agent="lost"))
    async with running(browser) as run:
        await open_task(run, 20)
        await run.until(lambda: "[orphan]" in run.text())
        assert ["lost" in line for line in run.lines() if "[orphan]" in line] == [True]
        await run.press("p")
        assert run.said == "the parent of this task is known from its metadata alone"


async def test_the_top_of_a_subtree_whose_parent_is_nowhere_is_an_orphan() -> None:
    browser = family()
    browser.tasks.append(make_task(20, parent=99))
    async with running(browser) as run:
        await run.until(lambda: not run.tasks.is_busy)
        run.app.open_subtree(task_id(20), task_id(20))
        await run.until(lambda: isinstance(run.app.screen, TreeScreen))
        await run.settled()
        assert "[orphan]" in run.text()
        await run.press("p")
        assert run.said == "the parent of this task does not exist"


async def test_next_and_previous_failed() -> None:
    browser = family()
    browser.tasks.append(make_task(8, parent=5, status="failed"))
    async with running(browser) as run:
        await open_task(run, 1)
        assert "2 failed" in run.status
        await run.press("e")
        assert cursor(run) == "task 8"
        assert "failed 1 of 2" in run.status
        await run.press("e")
        assert cursor(run) == "task 6"
        assert "failed 2 of 2" in run.status
        await run.press("e")
        assert cursor(run) == "task 8"
        await run.press("E")
        assert cursor(run) == "task 6"
        await run.press("E")
        assert cursor(run) == "task 8"


async def test_refresh_keeps_the_tree_and_its_cursor() -> None:
    browser = family()
    async with running(browser) as run:
        await open_task(run, 2)
        await run.press("h")  # closed
        shown = run.tree.view.line_count
        browser.tasks.append(make_task(9, parent=1))
        await run.press("r")
        await run.settled()
        assert cursor(run) == "task 2"
        assert run.tree.view.line_count == shown + 1
        assert "8 tasks" in run.status


async def test_where_the_cursor_goes_while_the_tree_is_read_again_it_stays() -> None:
    browser = family()
    async with running(browser) as run:
        await open_task(run, 2)
        read = browser.hold("conversation_tree")
        await run.press("r", "j")
        assert cursor(run) == "task 3"
        browser.tasks.append(make_task(9, parent=1))
        read.set()
        await run.until(lambda: "8 tasks" in run.status)
        assert cursor(run) == "task 3"


async def test_a_lost_connection_in_the_tree_keeps_it_and_comes_back() -> None:
    browser = family()
    async with running(browser) as run:
        await open_task(run, 2)
        await run.until(lambda: run.one(DetailPane).detail is not None)
        browser.failures["conversation_tree"] = ConnectionLostError("lost")
        await run.press("r")
        await run.until(lambda: "connection lost" in run.banner)
        assert "task 2" in run.text()
        browser.failures.clear()
        run.ticks.now += 3
        await run.until(lambda: run.banner == "")


async def test_a_tree_that_cannot_be_read_says_why() -> None:
    browser = family()
    async with running(browser) as run:
        table = run.tasks.table
        at = table.position(task_id(11))
        assert at is not None
        table.move_cursor(at)
        browser.tasks = [task for task in browser.tasks if task.row.id != task_id(11)]
        browser.tasks = [task for task in browser.tasks if task.row.id != task_id(10)]
        browser.conversations.pop()
        await run.press("enter")
        await run.until(lambda: "no conversation has the id" in run.text())
        assert "r: try again" in run.text()
        await run.press("escape")
        assert isinstance(run.app.screen, TasksScreen)


async def test_tasks_of_a_conversation_that_is_not_there_show() -> None:
    browser = family()
    browser.conversations.clear()
    async with running(browser) as run:
        await open_task(run, 6)
        assert cursor(run) == "task 6"
        assert "conversation c0000000" in run.lines()[0]


async def test_conversations_open_their_tree() -> None:
    async with running(family()) as run:
        await run.press("2")
        await run.until(lambda: isinstance(run.app.screen, ConversationsScreen))
        await run.settled()
        assert "Second [b]title[/b]" in run.text()
        assert "last activity" in run.text()
        table = run.one(ConversationTable)
        assert [str(row.failed) for row in table.rows] == ["1", "1"]
        await run.press("j", "enter")
        await run.settled()
        assert run.tree.conversation == conversation_id(1)
        assert "conversations › Fix the build" in run.lines()[0]
        await run.press("escape")
        selected = run.one(ConversationTable).selected
        assert selected is not None
        assert selected.id == conversation_id(1)
        await run.press("y")
        assert run.app.clipboard == str(conversation_id(1))


async def test_conversations_filter_sort_and_page() -> None:
    browser = family()
    browser.conversations += [
        make_conversation(n, title=f"more {n}", user_id="bob") for n in range(3, 80)
    ]
    async with running(browser) as run:
        await run.press("2")
        await run.until(lambda: isinstance(run.app.screen, ConversationsScreen))
        await run.settled()
        table = run.one(ConversationTable)
        assert "rows 1-50 of 79" in run.status
        await run.press("]")
        await run.settled()
        assert len(table.rows) == 29
        await run.press("slash")
        await run.type("user:bob status:failed")
        await run.until(lambda: "status: is a key of tasks" in run.fault)
        await run.press(*["backspace"] * 13)
        await run.press("enter")
        await run.until(lambda: table.rows != () and table.rows[0].user_id == "bob")
        await run.settled()
        assert "of 77" in run.status
        await run.press("escape")
        await run.settled()
        assert "of 79" in run.status
        await run.press("s", "down", "down", "enter")
        await run.settled()
        assert table.rows[0].title == "Fix the build"


async def test_one_goes_back_to_the_list_from_its_own_tree() -> None:
    async with running(family()) as run:
        await open_task(run, 6)
        await run.press("2")
        await run.until(lambda: isinstance(run.app.screen, ConversationsScreen))
        await run.press("1")
        await run.until(lambda: isinstance(run.app.screen, TreeScreen))  # as it was left
        assert cursor(run) == "task 6"
        await run.press("1")
        await run.until(lambda: isinstance(run.app.screen, TasksScreen))


async def test_a_large_deep_tree_opens_and_moves() -> None:
    tasks = [make_task(1)]
    tasks += [make_task(n, parent=n - 1) for n in range(2, 2001)]
    tasks += [make_task(n, parent=1) for n in range(2001, 6001)]
    browser = FakeBrowser(tasks, [make_conversation(1)])
    async with running(browser) as run:
        run.app.open_conversation(conversation_id(1), task_id(2000))
        await run.until(lambda: isinstance(run.app.screen, TreeScreen))
        await run.settled()
        assert cursor(run) == "task 2000"
        await run.press("O", "O", "G")
        assert cursor(run) == "task 6000"
        await run.press("g")
        assert cursor(run) == "task 1"


async def test_a_title_that_stands_in_the_first_line_is_not_told_again_in_the_details() -> None:
    def browser(title: str) -> FakeBrowser:
        return FakeBrowser(
            [make_task(1, agent="root", conversation_title=title)],
            [make_conversation(1, title=title)],
        )

    async with running(browser("Fix the build"), size=(160, 40)) as run:
        await open_task(run, 1)
        await run.until(lambda: str(conversation_id(1)) in run.text())
        assert run.text().count("Fix the build") == 1
        await run.press("d")
        await run.until(lambda: isinstance(run.app.screen, DetailScreen))
        await run.until(lambda: str(conversation_id(1)) in run.text())
        assert run.text().count("Fix the build") == 1
    # The first line cuts a long one; the details have all of it.
    async with running(browser("Fix the build " * 10 + "today"), size=(160, 40)) as run:
        await open_task(run, 1)
        await run.until(lambda: "today" in run.text())
    # Nor is it in the first line of a list.
    async with running(browser("Fix the build"), size=(80, 40)) as run:
        await run.press("i")
        await run.until(lambda: str(conversation_id(1)) in run.text())
        assert "Fix the build" in run.text()
