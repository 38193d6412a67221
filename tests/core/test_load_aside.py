"""Lines that another process takes apart: the same rows, the same faults, and nothing left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.loads import conversation, dump, ident, load, task, write_lines
from support.waiting import until
from taskview_core.errors import LoadError
from taskview_core.persistence.lines import aside
from taskview_core.persistence.lines.parsed import BlockReader
from taskview_core.persistence.lines.sources import Block
from taskview_core.persistence.stored_forms import Forms, Limits, PostgresForms, SqliteForms

_FORMS: tuple[Forms, ...] = (
    SqliteForms(),
    PostgresForms(Limits(nul_in_text=False, lengths={("tasks", "agent_id"): 9}), naive=True),
)
_ROW = json.dumps(task(1, metadata={"a": [1.10, "\x1b"]}))
_LINES = (
    _ROW,
    json.dumps(conversation()),
    json.dumps(task(2, agent_id="much too long", created_at=None)),
    json.dumps(task(3, error="\0")),
    _ROW.replace("1.1", "NaN"),
    _ROW.replace("{", '{"id": 1, ', 1),
    '{"us\\u0065r_id": "ada"}',
    "[" * 5_000,
    "no JSON",
    " ",
    "",
)


@pytest.fixture(autouse=True)
def _worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "WORTH", 0)
    monkeypatch.setattr(aside, "_processors", lambda: 2)


@pytest.fixture(scope="module", params=_FORMS, ids=["sqlite", "postgres"])
def both(request: pytest.FixtureRequest) -> Iterator[tuple[BlockReader, aside._Aside]]:
    """What takes blocks apart here, and there."""
    there = aside._Aside(request.param)
    yield BlockReader(request.param), there
    there.close()


_BLOCKS = st.lists(
    st.lists(st.sampled_from(_LINES).map(str.encode) | st.binary(max_size=9), max_size=6),
    max_size=5,
)


@examples(100)
@given(_BLOCKS)
def test_blocks_hold_the_same_as_here(
    both: tuple[BlockReader, aside._Aside], blocks: list[list[bytes]]
) -> None:
    here, there = both
    for table in ("conversations", "tasks"):
        made = [Block(b"\n".join(lines), 1 + at, at) for at, lines in enumerate(blocks)]
        assert list(there.parse(iter(made), table)) == list(here.parse(iter(made), table))  # type: ignore[arg-type]  # both are tables


def test_more_is_underway_than_pipes_hold(both: tuple[BlockReader, aside._Aside]) -> None:
    """Of what is given ahead and not yet taken, nothing may wait for the other for ever."""
    data = "\n".join([_ROW] * 2_500).encode()
    blocks = [Block(data, 1, at * len(data)) for at in range(40)]
    assert sum(len(each.data) for each in blocks) > aside._AHEAD
    number = 0
    for number, (block, parsed) in enumerate(both[1].parse(iter(blocks), "tasks"), 1):
        assert block.done == (number - 1) * len(data)
        assert len(parsed.rows) == 2_500
    assert number == 40


async def test_a_load_stores_and_refuses_the_same(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [task(number, parent_task_id=ident(number // 2)) for number in range(1, 3_000)]
    file = write_lines(tmp_path / "rows", [*rows, conversation()])
    report = await load(migrated_url, file)
    stored = await dump(migrated_url)
    assert len(stored["tasks"]) == 2_999
    monkeypatch.setattr(aside, "WORTH", 1 << 60)
    again = await load(migrated_url, file)
    assert await dump(migrated_url) == stored
    assert (report.tasks, report.conversations) == (again.tasks, again.conversations)

    bad = write_lines(tmp_path / "bad", [conversation(), task(1, id="none"), {"user_id": 1}])
    with pytest.raises(LoadError) as here:
        await load(migrated_url, bad)
    monkeypatch.setattr(aside, "WORTH", 0)
    with pytest.raises(LoadError) as there:
        await load(migrated_url, bad)
    assert str(there.value) == str(here.value)
    assert await dump(migrated_url) == stored


async def test_a_reader_that_is_killed_is_told_and_nothing_is_kept(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = aside._Aside._take

    def killed(self: aside._Aside) -> object:
        self._process.kill()
        self._process.wait()
        return take(self)

    monkeypatch.setattr(aside._Aside, "_take", killed)
    file = write_lines(tmp_path / "rows", [conversation(), *map(task, range(20_000))])
    with pytest.raises(LoadError, match="the process that reads the lines has ended with -9"):
        await load(migrated_url, file)
    assert await dump(migrated_url) == {"conversations": {}, "tasks": {}}


_PARENT = """
import sys, time
from taskview_core.persistence.lines import aside
from taskview_core.persistence.stored_forms import SqliteForms
there = aside._Aside(SqliteForms())
print(there._process.pid, flush=True)
time.sleep(600)
"""


async def test_of_a_program_that_is_killed_no_reader_is_left() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PARENT, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert os.getsid(pid) != os.getsid(parent.pid), "Ctrl+C is not for it"
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    await asyncio.to_thread(until, lambda: not _runs(pid), "the reader has gone")


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


async def test_a_cancelled_load_leaves_no_reader(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()
    readers: list[aside._Aside] = []
    loop = asyncio.get_running_loop()
    begin = aside._Aside.__init__

    def noted(self: aside._Aside, forms: Forms) -> None:
        begin(self, forms)
        readers.append(self)
        loop.call_soon_threadsafe(begun.set)

    monkeypatch.setattr(aside._Aside, "__init__", noted)
    file = write_lines(tmp_path / "rows", [conversation(), *map(task, range(20_000))])
    loading = asyncio.ensure_future(load(migrated_url, file))
    await begun.wait()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert readers[0]._process.returncode is not None
    assert await dump(migrated_url) == {"conversations": {}, "tasks": {}}
