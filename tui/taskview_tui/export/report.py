"""A report on some tasks in Markdown, for a bug tracker or a model: what failed, why, and where."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from taskview_core.entities import ConversationDetail, Ident, TaskDetail, TaskRow, TaskStatus
from taskview_core.interfaces import ITaskBrowser
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.root_cause import Cause
from taskview_core.tree.rows import TreeRows
from taskview_tui.export.excerpt import excerpt, fenced, payload_excerpt, plain
from taskview_tui.export.interest import causes_of, failed_of, of_interest
from taskview_tui.export.redact import Redactor
from taskview_tui.export.scope import Below, Listed, Scope, Whole, details_of, rows_of
from taskview_tui.export.took import took
from taskview_tui.render.cause_words import EVIDENCE_WORDS, by_itself, unexplaining
from taskview_tui.render.guides import guided
from taskview_tui.render.stored_columns import iso
from taskview_tui.render.tree_line import MARK_WORDS
from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean
from taskview_tui.text.times import duration_text

_ROWS = 20_000
"""Tasks that a report looks at."""
_CAUSES = 3
"""Failing paths that are told at least; more are counted."""
_OF_A_CAUSE = 6_000
"""Characters of the budget for each of more."""
_END = 20
"""Steps that are told of each end of a long path, where there is room for them."""
_LEAST_END = 3
_SHOWN = 40
"""Tasks of which payloads are shown."""
_FAILED = 20
"""Failures of a list that are told one by one."""
_LINE = 120
_TREE_SHARE = 4
_WAYS_SHARE = 4
"""The part of the budget that the tree takes at most, and all told paths together."""
_LEAST, _MOST = 300, 4_000
"""Characters of one excerpt."""


class Report:
    """Makes a report of at most about `budget` characters."""

    def __init__(self, scope: Scope, budget: int, redactor: Redactor | None) -> None:
        self._scope = scope
        self._budget = budget
        self._redactor = redactor
        self.tasks = 0
        """How many tasks it is about."""
        self.notes: list[str] = []
        """What it leaves out, a sentence each."""
        self.redacted = 0
        """How many secrets were left out of it."""
        self._in_words = 0
        """Of those, how many out of titles."""
        self._shown: dict[Ident, TaskRow] = {}
        """Where secrets are left out: the rows of which previews are shown, without theirs."""

    async def pieces(self, browser: ITaskBrowser) -> list[str]:
        """Read what is needed and give the report in pieces of text."""
        rows: list[TaskRow] = []
        async for some in rows_of(browser, self._scope):
            rows += some
            if len(rows) > _ROWS:
                self.notes.append(f"only the first {_ROWS:,} tasks were looked at")
                del rows[_ROWS:]
                break
        self.tasks = len(rows)
        top = self._scope.task if isinstance(self._scope, Below) else None
        tree = TaskTree.assemble(TreeRows(tuple(rows)), top)
        order = Preorder(tree)
        found = causes_of(order, is_one=top is not None)
        most_causes = max(self._budget // _OF_A_CAUSE, _CAUSES)
        causes = found[:most_causes]
        wanted = list(islice(of_interest(order, causes), _SHOWN))
        conversation = await self._conversation(browser, rows)
        ends = [number for cause in causes for number in _ends_of_way(order, cause)]
        kept = self._kept(order, [*(cause.number for cause in causes), *ends])
        hidden = await self._previews(browser, order, kept.union(ends))
        pieces = [
            *self._heading(conversation, order),
            *self._paths(order, causes, found[most_causes:]),
        ]
        pieces += self._tree(tree, kept)
        pieces.append("\n## Tasks\n")
        left = self._budget - sum(len(piece) for piece in pieces)
        most = min(max(left // max(3 * len(wanted), 1), _LEAST), _MOST)
        shown = 0
        async for tasks in details_of(browser, [order.rows[number] for number in wanted]):
            # What has been cut is all that is kept of a payload of megabytes.
            texts = await asyncio.to_thread(self._texts, tasks, most)
            for task, (text, redacted) in zip(tasks, texts, strict=True):
                if len(text) > left and shown:
                    left = 0
                    break
                left -= len(text)
                shown += 1
                pieces.append(text)
                # What is left out of a task's preview is a part of what is left out of it all.
                hidden[task.row.id] = redacted
            if not left:
                break
        if shown < len(order):
            words = f"the payloads of {shown:,} of {len(order):,} tasks are shown"
            self.notes.append(words)
            pieces.append(f"\n*{words[0].upper()}{words[1:]}.*\n")
        self.redacted = self._in_words + sum(hidden.values())
        return pieces

    def _kept(self, order: Preorder, first: Sequence[int]) -> set[int]:
        """Give which tasks the tree shows: of a large one those that come `first` and have room.

        What failed comes before all others.
        """
        most = max(self._budget // _TREE_SHARE // _LINE, 10)
        kept: set[int] = set()
        for number in chain(first, failed_of(order), range(len(order))):
            if len(kept) >= most:
                break
            kept.add(number)
        return kept

    async def _previews(
        self, browser: ITaskBrowser, order: Preorder, numbers: set[int]
    ) -> dict[Ident, int]:
        """Read what previews are made of where secrets are left out; say how many each task had."""
        redactor = self._redactor
        hidden: dict[Ident, int] = {}
        if redactor is None:
            return hidden
        if isinstance(self._scope, Listed):
            numbers = numbers | set(islice(failed_of(order), _FAILED))

        def take(tasks: Sequence[TaskDetail]) -> None:
            for task in tasks:
                before = redactor.count
                self._shown[task.row.id] = redactor.row(task)
                hidden[task.row.id] = redactor.count - before

        async for tasks in details_of(browser, [order.rows[number] for number in sorted(numbers)]):
            await asyncio.to_thread(take, tasks)
        return hidden

    def _row(self, row: TaskRow) -> TaskRow:
        """Give a row as it is to be shown; without previews where the task has gone meanwhile."""
        if self._redactor is None:
            return row
        found = self._shown.get(row.id)
        return row._replace(input_start="", error_start=None) if found is None else found

    def _texts(self, tasks: Sequence[TaskDetail], most: int) -> list[tuple[str, int]]:
        """Give what is told of tasks, and how many secrets were left out of each."""
        redactor = self._redactor
        if redactor is None:
            return [("".join(self._task(task, most)), 0) for task in tasks]
        told: list[tuple[str, int]] = []
        for task in tasks:
            before = redactor.count
            shown = redactor.task(task)
            told.append(("".join(self._task(shown, most)), redactor.count - before))
        return told

    async def _conversation(
        self, browser: ITaskBrowser, rows: Sequence[TaskRow]
    ) -> ConversationDetail | None:
        ids = {row.conversation_id for row in rows}
        if isinstance(self._scope, Whole):
            ids = {self._scope.conversation}
        if len(ids) != 1:
            return None
        return next(iter(await browser.get_conversations(list(ids))), None)

    def _heading(self, conversation: ConversationDetail | None, order: Preorder) -> Iterator[str]:
        if isinstance(self._scope, Listed):
            title = f"tasks: {self._scope.filter}" if self._scope.filter.terms else "tasks"
        elif isinstance(self._scope, Below) and len(order):
            title = f"{order.rows[0].agent_id}: {order.rows[0].status}"
        else:
            title = (conversation.title if conversation else None) or "conversation"
        yield f"# {plain(self._text(title))}\n\n"
        if isinstance(self._scope, Below) and len(order):
            yield f"- task `{clean(str(order.rows[0].id))}`\n"
        if conversation is not None:
            name = f": {plain(self._text(conversation.title))}" if conversation.title else ""
            yield f"- conversation `{clean(str(conversation.id))}`{name}\n"
        failed = sum(row.status == TaskStatus.FAILED for row in order.rows)
        yield f"- tasks: {len(order):,}, of which {failed:,} failed\n"
        times = [row.created_at for row in order.rows if row.created_at is not None]
        if times:
            yield f"- created: {iso(min(times))} to {iso(max(times))}\n"
        if self._redactor is not None:
            yield "- secrets are left out, as far as rules can know them\n"
        yield from (f"- {note}\n" for note in self.notes)

    def _paths(
        self, order: Preorder, causes: Sequence[Cause], more: Sequence[Cause]
    ) -> Iterator[str]:
        """Tell the ways that some failures took; what `more` there are is counted."""
        yield "\n## What failed\n"
        if not causes:
            yield "\nNothing failed.\n"
        if isinstance(self._scope, Listed):
            # What is below these tasks may not be among them: nothing is said of causes.
            failed = list(failed_of(order))
            yield "\n" if failed else ""
            yield from (f"- {self._step(order.rows[number])}" for number in failed[:_FAILED])
            if len(failed) > _FAILED:
                yield f"- and {len(failed) - _FAILED:,} more\n"
            return
        for cause in causes:
            agent = plain(order.rows[cause.number].agent_id)
            yield f"\n**{agent}** {self._about(order, cause)}:\n\n"
            yield from self._way(order, cause, self._budget // _WAYS_SHARE // len(causes))
        yield from self._more(more)

    def _way(self, order: Preorder, cause: Cause, room: int) -> Iterator[str]:
        """Tell the way down to a failure; of a long one its ends, as far as they have room."""
        ends = reversed(_ends_of_way(order, cause))
        steps = [self._step(order.rows[number]) for number in ends]
        half = -(-len(steps) // 2)
        while half > _LEAST_END and sum(map(len, (*steps[:half], *steps[-half:]))) > room:
            half -= 1
        first, last = steps[:half], steps[max(len(steps) - half, half) :]
        length = order.depths[cause.number] + 1
        yield from (f"{place}. {step}" for place, step in enumerate(first, start=1))
        between = length - len(first) - len(last)
        if between:
            yield f"\n… {between:,} more\n\n"
        places = range(length - len(last) + 1, length + 1)
        yield from (f"{place}. {step}" for place, step in zip(places, last, strict=True))

    def _about(self, order: Preorder, cause: Cause) -> str:
        """Say what a failure is to the one that the report is about, if it is about one."""
        top = order.rows[0]
        if not cause.explains:
            return f"{unexplaining(plain(top.agent_id))}; seen from the top"
        if cause.evidence is not None:
            return f"failed by itself, and {EVIDENCE_WORDS[cause.evidence]}; seen from the top"
        is_top = isinstance(self._scope, Below) and cause.number == 0
        return by_itself() if is_top else "failed by itself, seen from the top"

    def _more(self, causes: Sequence[Cause]) -> Iterator[str]:
        explaining = sum(cause.explains for cause in causes)
        words = "failed by itself" if explaining == 1 else "failed by themselves"
        if explaining:
            yield f"\n… and {explaining:,} more that {words}\n"
        if explaining < len(causes):
            number = len(causes) - explaining
            yield f"\n… and {number:,} more that failed below, but {_do(number)} not explain it\n"

    def _step(self, row: TaskRow) -> str:
        error = self._row(row).error_preview
        words = f": {plain(error)}" if error else ""
        return (
            f"{plain(row.agent_id)}, {plain(row.status.value)}, "
            f"{took(row)}, `{clean(str(row.id))}`{words}\n"
        )

    def _tree(self, tree: TaskTree, kept: set[int]) -> Iterator[str]:
        """Give the tree with the tasks that are kept of it, and how many there are between."""
        lines: list[str] = []
        skipped = 0
        for number, (guide, line) in enumerate(guided(tree)):
            if number not in kept:
                skipped += 1
                continue
            if skipped:
                lines.append(f"… {skipped:,} more")
                skipped = 0
            row = self._row(line.row)
            # Of a list, most parents are left out only because the filter is not about them.
            odd = line.mark if not isinstance(self._scope, Listed) else None
            mark = f" [{MARK_WORDS[odd]}]" if odd is not None else ""
            words = (
                f"{guide}{clean(row.agent_id)} {clean(row.status.value)} "
                f"{took(row)}{mark}  {clean(row.error_preview or row.preview)}"
            )
            lines.append(clip(words, _LINE).rstrip())
        if skipped:
            lines.append(f"… {skipped:,} more")
        yield "\n## Tree\n\n"
        yield fenced("\n".join(lines), "text")

    def _task(self, task: TaskDetail, most: int) -> Iterator[str]:
        row = task.row
        yield f"\n### {plain(row.agent_id)}: {plain(row.status.value)}\n\n"
        yield f"`{clean(str(row.id))}`, created {iso(row.created_at)}, "
        yield f"took {duration_text(row.duration)}\n"
        if task.error is not None:
            yield "\nError:\n\n" + fenced(excerpt(task.error, most), "text")
        for name in ("input", "output"):
            stored = getattr(task, name)
            if not stored.is_empty:
                yield f"\n{name.title()}:\n\n" + fenced(*payload_excerpt(stored, most))

    def _text(self, text: str) -> str:
        redactor = self._redactor
        if redactor is None:
            return text
        before = redactor.count
        found = redactor.text(text)
        self._in_words += redactor.count - before
        return found


def _ends_of_way(order: Preorder, cause: Cause) -> tuple[int, ...]:
    """Give the way up from a failure: of a long one the last steps, and the first."""
    way = order.way_up(cause.number, -1)
    return way if len(way) <= 2 * _END else way[:_END] + way[-_END:]


def _do(number: int) -> str:
    return "does" if number == 1 else "do"
