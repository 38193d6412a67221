"""Imports that cannot do all of it: what is refused, stopped or broken, and what is there then."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from support.imports import KilledError, import_into
from support.loads import Dump, dump
from support.sessions import (
    SessionWriter,
    encoded,
    made_up_session,
    session_id,
    write_project,
    write_varied,
)
from taskview_core.errors import LoadError, LockedError, TaskviewError, UsageError
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.importing import ImportProgress, reading, run, target
from taskview_core.persistence.importing.making import Made
from taskview_core.persistence.importing.spool_file import open_spool, spool_path
from taskview_core.persistence.url import parse_database_url


async def test_strict_stops_at_the_first_bad_line(migrated_url: str, tmp_path: Path) -> None:
    file = tmp_path / f"{session_id(0)}.jsonl"
    raw = encoded(made_up_session(0))
    file.write_bytes(raw + b"\nno JSON\n" + raw)
    number = len(raw.splitlines()) + 2
    with pytest.raises(LoadError, match=f":{number}: this is not JSON"):
        await import_into(migrated_url, tmp_path / "spools", file, strict=True)
    assert (await dump(migrated_url))["tasks"] == {}
    report = await import_into(migrated_url, tmp_path / "spools", file)
    assert report.bad[0].startswith(f"{file}:{number}: this is not JSON")
    assert report.formats["claude-code"].folded["the same line again"] > 10


async def test_what_the_database_refuses_is_told_and_the_rest_is_there(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    """On JSONB, which others use, NUL cannot be stored."""
    import asyncpg

    connection = await asyncpg.connect(migrated_postgres_url)
    await connection.execute("ALTER TABLE tasks ALTER COLUMN input TYPE jsonb")
    await connection.close()
    write_project(tmp_path / "p", 2, turns=1)
    bad = SessionWriter(5)
    bad.prompt("nul \0")
    (tmp_path / "p" / "-work-project" / "bad.jsonl").write_bytes(encoded(bad.lines))
    for _ in range(2):
        report = await import_into(migrated_postgres_url, tmp_path / "spools", tmp_path / "p")
        assert [each.name for each in report.failed] == [bad.session]
        assert "u0000" in report.failed[0].reason
        assert len((await dump(migrated_postgres_url))["conversations"]) == 2


async def test_a_new_file_that_refuses_a_row_is_made_with_care(
    tmp_path: Path, source: Path, expected: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_write = target.write

    async def write(url: DatabaseUrl, batch: Sequence[Made], *, fresh: bool) -> Any:
        if fresh or any(made.scope.name == session_id(1) for made in batch):
            await whole_write(url, batch, fresh=fresh)
            raise LoadError("nothing was loaded", "a row is bad")
        return await whole_write(url, batch, fresh=fresh)

    url = f"sqlite:///{tmp_path / 'x.db'}"
    monkeypatch.setattr(target, "write", write)
    report = await import_into(url, tmp_path / "spools", source)
    assert [each.name for each in report.failed] == [session_id(1)]
    monkeypatch.undo()
    await import_into(url, tmp_path / "spools", source)
    assert await dump(url) == expected


@pytest.mark.parametrize("seed", range(3))
async def test_a_new_file_is_there_whole_or_not_at_all(
    tmp_path: Path, source: Path, expected: Dump, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = random.Random(seed)
    monkeypatch.setattr(run, "BATCH_SCOPES", 1)
    monkeypatch.setattr(run, "_EVERY", 0.0)
    path = tmp_path / "x.db"
    for _ in range(4):
        # Once all has been read, there are still five sessions to be written, and the indexes.
        assert await import_count(path, tmp_path, source, dice.randrange(6)) is None
        assert [each.name for each in tmp_path.iterdir() if each.name.startswith((".x", "x"))] == []
    await import_into(f"sqlite:///{path}", tmp_path / "spools", source)
    assert await dump(f"sqlite:///{path}") == expected


async def import_count(path: Path, folder: Path, source: Path, stop: int) -> int | None:
    """Import into a file until progress was told so often; say how often it was, if to the end."""
    told = 0

    def progress(state: ImportProgress) -> None:
        nonlocal told
        told += 1
        if told > stop:
            raise KilledError

    try:
        await import_into(f"sqlite:///{path}", folder / "spools", source, progress=progress)
    except KilledError:
        return None
    return told


async def test_where_nothing_is_imported_no_file_is_made(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    report = await import_into(
        f"sqlite:///{tmp_path / 'x.db'}", tmp_path / "s", tmp_path / "notes.txt"
    )
    assert (report.formats, len(report.left_out)) == ({}, 1)
    assert not (tmp_path / "x.db").exists()


async def test_two_imports_at_once_do_not_meet(tmp_path: Path, source: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    parsed = parse_database_url(url)
    with open_spool(spool_path(tmp_path / "spools", parsed), "x"):
        with pytest.raises(LockedError, match="another import"):
            await import_into(url, tmp_path / "spools", source)
    await import_into(url, tmp_path / "spools", source)


async def test_a_spool_that_is_broken_is_told(tmp_path: Path, source: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    place = spool_path(tmp_path / "spools", parse_database_url(url))
    place.parent.mkdir()
    place.write_bytes(b"no database" * 1_000)
    with pytest.raises(TaskviewError, match=r"own file .* cannot be used"):
        await import_into(url, tmp_path / "spools", source)


async def test_a_file_that_cannot_be_read_keeps_no_other_out(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    write_project(tmp_path / "p", 2, turns=1)
    file = next((tmp_path / "p").rglob("*.jsonl"))
    file.chmod(0)
    if os.access(file, os.R_OK):  # nothing is forbidden to root
        file.unlink()
        file.symlink_to(tmp_path / "nowhere")
    report = await import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "p")
    assert report.formats["claude-code"].conversations == 1
    with pytest.raises(LoadError, match="nosuch"):
        await import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "nosuch")


async def test_a_database_that_cannot_be_written_is_refused(tmp_path: Path, source: Path) -> None:
    for url in ("sqlite://", f"sqlite:///{tmp_path / 'x.db'}?mode=ro"):
        with pytest.raises(UsageError, match="cannot be imported into"):
            await import_into(url, tmp_path / "spools", source)


async def test_an_import_that_is_stopped_goes_on_later(
    tmp_path: Path, source: Path, expected: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    monkeypatch.setattr(run, "BATCH_SCOPES", 1)
    monkeypatch.setattr(reading, "_COMMIT_BYTES", 1)
    for moment in range(1, 40, 3):
        left = iter(range(moment))
        await import_into(
            url, tmp_path / "spools", source, stopped=lambda left=left: next(left, None) is None
        )
    shutil.rmtree(tmp_path / "source", ignore_errors=False)
    write_varied(tmp_path / "source")
    await import_into(url, tmp_path / "spools", source)
    assert await dump(url) == expected


async def test_a_folder_that_cannot_be_looked_into_keeps_no_other_out(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path / "p", 2, turns=1)
    closed = tmp_path / "p" / "closed"
    closed.mkdir()
    scan = os.scandir

    def scandir(path: Any) -> Any:  # nothing is forbidden to root
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(closed))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    report = await import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "p")
    assert report.formats["claude-code"].conversations == 2
    assert [tuple(each) for each in report.failed] == [(str(closed), "Permission denied")]


async def test_what_is_not_looked_into_is_told(migrated_sqlite_url: str, tmp_path: Path) -> None:
    write_project(tmp_path / "p", 1, turns=1)
    write_project(tmp_path / "elsewhere", 1, turns=1)
    (tmp_path / "p" / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "p" / ".folder").mkdir()
    (tmp_path / "p" / ".file").write_text("x")
    report = await import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "p")
    told = {Path(each.name).name: each.reason for each in report.left_out}
    assert told.keys() == {"link", ".folder", ".file"}
    assert told["link"] == "a link to another folder: name it to have it read"
    assert report.formats["claude-code"].conversations == 1


async def test_all_bad_lines_are_named_where_that_is_asked_for(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    file = tmp_path / f"{session_id(0)}.jsonl"
    file.write_bytes(encoded(made_up_session(0, turns=1)) + b"no JSON\n" * 30)
    report = await import_into(migrated_sqlite_url, tmp_path / "spools", file, all_named=True)
    assert len(report.bad) == 30


async def test_what_no_reader_knows_is_looked_at_once_and_told_each_time(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path / "p", 1, turns=1)
    notes = tmp_path / "p" / "notes.txt"
    notes.write_text("not a session")
    looks: list[str] = []
    look = reading.head_of

    def head_of(each: Any) -> Any:
        looks.append(each.name)
        return look(each)

    monkeypatch.setattr(reading, "head_of", head_of)
    for _ in range(2):
        report = await import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "p")
        assert [each.name for each in report.left_out] == [str(notes)]
        assert report.left_out[0].reason.startswith("of no format that is known: claude-code")
    assert len(looks) == 2
    assert report.formats["claude-code"].conversations == 1
    notes.write_bytes(encoded(made_up_session(5, turns=1)))
    report = await import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "p")
    assert report.left_out == []
    assert report.formats["claude-code"].conversations == 2
