"""What ends an import in the middle, or keeps an input out: nothing is lost, nothing half there."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from support.imports import import_into
from support.loads import dump
from support.sessions import encoded, made_up_session, session_id, write_project
from taskview_core.errors import LoadError, TaskviewError
from taskview_core.importing.claude_code import reader as claude_reader
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.importing import (
    fact_cache,
    find_inputs,
    making,
    reading,
    run,
    spool_file,
    target,
)
from taskview_core.persistence.importing.making import Made, make


async def test_a_new_file_that_refuses_a_row_gets_what_was_not_read_yet_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path / "p", 4, turns=1)
    whole_write = target.write

    async def write(url: DatabaseUrl, batch: Sequence[Made], *, fresh: bool) -> Any:
        if fresh:
            raise LoadError("nothing was loaded", "a row is bad")
        return await whole_write(url, batch, fresh=fresh)

    monkeypatch.setattr(target, "write", write)
    monkeypatch.setattr(fact_cache, "ENOUGH", 1)  # written after each file
    url = f"sqlite:///{tmp_path / 'x.db'}"
    report = await import_into(url, tmp_path / "spools", tmp_path / "p")
    assert report.formats["claude-code"].inputs == 4
    assert report.formats["claude-code"].conversations == 4
    assert len((await dump(url))["conversations"]) == 4


async def test_strict_keeps_nothing_of_a_large_file_for_the_next_import(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_COMMIT_BYTES", 1)
    monkeypatch.setattr(claude_reader, "_OFTEN", 1)
    bad, good = (tmp_path / f"{session_id(number)}.jsonl" for number in range(2))
    bad.write_bytes(encoded(made_up_session(0)) + b"no JSON\n")
    good.write_bytes(encoded(made_up_session(1)))
    spools = tmp_path / "spools"
    with pytest.raises(LoadError, match="nothing of this file was imported"):
        await import_into(migrated_sqlite_url, spools, bad, strict=True)
    await import_into(migrated_sqlite_url, spools, good, strict=True)
    assert len((await dump(migrated_sqlite_url))["conversations"]) == 1
    await import_into(migrated_sqlite_url, spools, bad)
    assert len((await dump(migrated_sqlite_url))["conversations"]) == 2


async def test_who_cancels_waits_for_the_thread_that_has_the_spool(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path / "p", 1, turns=1)
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(*words: Any) -> Made:
        begun.set()
        go_on.wait()
        made = make(*words)  # raises where the spool has been closed
        ended.set()
        return made

    monkeypatch.setattr(run, "make", slow)
    task = asyncio.create_task(
        import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "p")
    )
    await asyncio.to_thread(begun.wait)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=0.05)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not done
    assert ended.is_set()


def test_what_is_named_and_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with ExitStack() as stack, pytest.raises(LoadError, match="neither a file nor a folder"):
            find_inputs([str(path)], stack)
    with ExitStack() as stack:
        (found,) = find_inputs([str(tmp_path)], stack)
        assert found.passed_over.startswith("neither a file nor a folder")


def test_standard_input_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    class Standard:
        buffer = Failing()

    monkeypatch.setattr(sys, "stdin", Standard())
    with ExitStack() as stack, pytest.raises(LoadError, match="Input/output error"):
        find_inputs(["-"], stack)


async def test_a_disk_that_is_full_is_told_and_the_import_goes_on_later(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path / "p", 20, turns=3)
    spools = tmp_path / "spools"
    with monkeypatch.context() as small:
        tables = f"{spool_file._TABLES}; PRAGMA max_page_count = 20"
        small.setattr(spool_file, "_TABLES", tables)
        with pytest.raises(TaskviewError, match=r"there is no room for .*: make room"):
            await import_into(migrated_sqlite_url, spools, tmp_path / "p")
    await import_into(migrated_sqlite_url, spools, tmp_path / "p")
    assert len((await dump(migrated_sqlite_url))["conversations"]) == 20


@pytest.mark.parametrize("size", [1, 3, 300])
def test_tasks_in_a_ring_have_levels_too(size: int) -> None:
    ids = [UUID(int=number) for number in range(size)]
    ring: dict[UUID, UUID | None] = {ids[at]: ids[(at + 1) % size] for at in range(size)}
    assert making._levels(ring) == size
