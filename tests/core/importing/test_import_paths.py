"""What a file is called by changes nothing of its rows, and nothing is passed over unsaid."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from support.imports import import_into
from support.loads import Dump, dump
from support.sessions import encoded, made_up_session, session_id, write_project
from taskview_core.errors import LoadError
from taskview_core.persistence.importing import inputs


def _lines(number: int) -> tuple[bytes, bytes]:
    """Give a session's lines in two pieces."""
    lines = made_up_session(number, turns=6)
    half = len(lines) // 2
    return encoded(lines[:half]), encoded(lines[half:])


async def _at_once(tmp_path: Path, number: int) -> Dump:
    place = tmp_path / "other" / "projects" / "-p"
    place.mkdir(parents=True)
    (place / f"{session_id(number)}.jsonl").write_bytes(b"".join(_lines(number)))
    url = f"sqlite:///{tmp_path / 'other.db'}"
    await import_into(url, tmp_path / "other-spools", tmp_path / "other" / "projects")
    return await dump(url)


async def test_a_file_that_is_named_from_within_its_folder_and_grows(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its lines had other keys then, and what came later was read as if it came before."""
    place = tmp_path / "projects" / "-p"
    place.mkdir(parents=True)
    file = place / f"{session_id(3)}.jsonl"
    first, second = _lines(3)
    file.write_bytes(first)
    monkeypatch.chdir(place)
    await import_into(migrated_sqlite_url, tmp_path / "spools", Path(file.name))
    with file.open("ab") as stream:
        stream.write(second)
    await import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "projects")
    assert await dump(migrated_sqlite_url) == await _at_once(tmp_path, 3)


async def test_bad_lines_are_named_of_what_was_imported_before(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    """It is then that one is told to ask for all of them."""
    file = tmp_path / f"{session_id(0)}.jsonl"
    file.write_bytes(encoded(made_up_session(0, turns=1)) + b"no JSON\n" * 30)
    first = await import_into(migrated_sqlite_url, tmp_path / "spools", file)
    assert (len(first.bad), first.bad_lines) == (20, 30)
    before = await dump(migrated_sqlite_url)
    again = await import_into(migrated_sqlite_url, tmp_path / "spools", file, all_named=True)
    assert len(again.bad) == 30
    assert again.written_tasks == 0
    with pytest.raises(LoadError, match="this is not JSON"):
        await import_into(migrated_sqlite_url, tmp_path / "spools", file, strict=True)
    assert await dump(migrated_sqlite_url) == before
    last = await import_into(migrated_sqlite_url, tmp_path / "spools", file)
    assert last.formats["claude-code"].skipped["this is not JSON"] == 30


async def test_links_to_nothing_are_told(migrated_sqlite_url: str, tmp_path: Path) -> None:
    write_project(tmp_path / "p", 1, turns=1)
    (tmp_path / "p" / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    report = await import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "p")
    (left,) = report.left_out
    assert (Path(left.name).name, left.reason) == ("gone.jsonl", "a link to nothing")


async def test_files_that_cannot_be_looked_at_are_told(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a folder that may be listed and not entered."""
    write_project(tmp_path / "p", 2, turns=1)
    closed = str(sorted((tmp_path / "p").rglob("*.jsonl"))[0])
    stat = os.stat

    def refusing(path: Any, *words: Any, **options: Any) -> os.stat_result:
        if str(path) == closed:
            raise PermissionError(13, "Permission denied", closed)
        return stat(path, *words, **options)

    monkeypatch.setattr(inputs.os, "stat", refusing)
    report = await import_into(migrated_sqlite_url, tmp_path / "spools", tmp_path / "p")
    assert [tuple(each) for each in report.failed] == [(closed, "Permission denied")]
    assert report.formats["claude-code"].conversations == 1


@pytest.mark.parametrize("first", ["file", "folder"])
async def test_what_is_named_is_read_though_its_folder_is_named_too(
    migrated_sqlite_url: str, tmp_path: Path, first: str
) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    hidden = folder / ".s.jsonl"
    hidden.write_bytes(b"".join(_lines(0)))
    paths = [hidden, folder] if first == "file" else [folder, hidden]
    report = await import_into(migrated_sqlite_url, tmp_path / "spools", *paths)
    assert report.left_out == []
    assert report.formats["claude-code"].conversations == 1


async def test_a_file_that_was_given_to_a_reader_by_name_stays_with_it(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    """Of its beginning no reader would know it: it grows, and its rows stay."""
    file = tmp_path / f"{session_id(0)}.jsonl"
    first, second = _lines(0)
    unknown = b'{"note": "of another program"}\n' * 3_000
    file.write_bytes(unknown + first)
    left = await import_into(migrated_sqlite_url, tmp_path / "spools", file)
    assert len(left.left_out) == 1
    named = await import_into(migrated_sqlite_url, tmp_path / "spools", file, format="claude-code")
    assert named.formats["claude-code"].conversations == 1
    with file.open("ab") as stream:
        stream.write(second)
    later = await import_into(migrated_sqlite_url, tmp_path / "spools", file)
    assert later.left_out == []
    assert later.formats["claude-code"].conversations == 1
    assert later.written_tasks > 0


async def test_a_file_that_grew_while_it_was_read_is_not_read_anew(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / f"{session_id(0)}.jsonl"
    first, second = _lines(0)
    file.write_bytes(first + b"no JSON\n")
    whole = inputs.Input.open

    def growing(each: inputs.Input) -> BinaryIO:
        if file.stat().st_size < len(first) + len(second):
            with file.open("ab") as stream:
                stream.write(second)
        return whole(each)

    monkeypatch.setattr(inputs.Input, "open", growing)
    told = await import_into(migrated_sqlite_url, tmp_path / "spools", file)
    assert told.bad_lines == 1
    again = await import_into(migrated_sqlite_url, tmp_path / "spools", file)
    assert (again.bad_lines, again.bytes_read) == (0, 0)
