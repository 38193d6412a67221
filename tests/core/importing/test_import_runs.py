"""However sessions come into a database, in pieces or interrupted, the rows are the same."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from support.imports import KilledError, import_into
from support.loads import Dump, dump
from support.sessions import (
    SessionWriter,
    call,
    encoded,
    made_up_session,
    session_id,
    text,
)
from support.traces import write_varied_traces
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.importing import ImportProgress, fact_cache, reading, run, target
from taskview_core.persistence.importing.making import Made


async def test_all_at_once_and_again(
    migrated_url: str, source: Path, tmp_path: Path, expected: Dump
) -> None:
    first = await import_into(migrated_url, tmp_path / "spools", source)
    assert await dump(migrated_url) == expected
    again = await import_into(migrated_url, tmp_path / "spools", source)
    assert (again.written_tasks, again.written_conversations, again.bytes_read) == (0, 0, 0)
    assert again.formats["claude-code"].new_inputs == 0
    for name in ("facts", "used", "folded", "skipped", "statuses", "tasks", "orphans"):
        before, after = (getattr(x.formats["claude-code"], name) for x in (first, again))
        assert before == after
    # A spool that is lost costs time, and changes nothing.
    await import_into(migrated_url, tmp_path / "other", source)
    assert await dump(migrated_url) == expected


@pytest.mark.parametrize("seed", range(6))
async def test_in_any_order_and_pieces_and_interrupted(
    migrated_url: str,
    source: Path,
    tmp_path: Path,
    expected: Dump,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    await _import_in_pieces(migrated_url, source, tmp_path, monkeypatch, seed)
    assert await dump(migrated_url) == expected


@pytest.mark.parametrize("seed", range(4))
async def test_traces_in_any_order_and_pieces_and_interrupted(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    write_varied_traces(tmp_path / "source")
    once = f"sqlite:///{tmp_path / 'once.db'}"
    report = await import_into(once, tmp_path / "once", tmp_path / "source")
    assert (report.failed, report.bad_lines, report.left_out) == ([], 0, [])
    expected = await dump(once)
    assert len(expected["conversations"]) == 3
    assert {row["status"] for row in expected["tasks"].values()} == {
        "completed", "failed", "running",
    }  # fmt: skip
    await _import_in_pieces(migrated_url, tmp_path / "source", tmp_path, monkeypatch, seed)
    assert await dump(migrated_url) == expected


async def _import_in_pieces(
    migrated_url: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Import files one by one in any order, many first by half, many times broken off."""
    dice = random.Random(seed)
    monkeypatch.setattr(run, "BATCH_SCOPES", dice.choice((1, 2, 500)))
    monkeypatch.setattr(fact_cache, "ENOUGH", dice.choice((0, 20_000, 8 << 20)))
    monkeypatch.setattr(fact_cache, "MOST", dice.choice((0, 20_000, 32 << 20)))
    monkeypatch.setattr(reading, "_COMMIT_BYTES", dice.choice((1, 30_000, 8 << 20)))
    monkeypatch.setattr(reading, "_FLUSH_CHARACTERS", dice.choice((1, 10_000, 2 << 20)))
    monkeypatch.setattr("taskview_core.importing.claude_code.reader._OFTEN", 4_000)
    whole_write = target.write
    trouble = 0.0

    async def write(url: DatabaseUrl, batch: Sequence[Made], *, fresh: bool) -> Any:
        if dice.random() < trouble:
            raise KilledError
        report = await whole_write(url, batch, fresh=fresh)
        if dice.random() < trouble:
            raise KilledError
        return report

    def progress(state: ImportProgress) -> None:
        if dice.random() < trouble:
            raise KilledError

    monkeypatch.setattr(target, "write", write)
    monkeypatch.setattr(run, "_EVERY", 0.0)
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    here = tmp_path / "here"
    steps = [(file, part) for file in files for part in ("half", "whole")]
    dice.shuffle(steps)
    done: set[Path] = set()
    trouble = 0.15
    for file, part in steps:
        if file in done:
            continue
        place = here / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        raw = file.read_bytes()
        if part == "half":
            raw = raw[: dice.randrange(len(raw) + 1)]
        else:
            done.add(file)
        place.write_bytes(raw)
        if dice.random() < 0.5:
            asked = dice.choice((here, place))
            try:
                await import_into(migrated_url, tmp_path / "spools", asked, progress=progress)
            except KilledError:
                continue
    trouble = 0.0
    await import_into(migrated_url, tmp_path / "spools", here)


@pytest.mark.parametrize("moment", [0.05, 0.3, 0.6, 0.9])
async def test_a_killed_import_goes_on(
    migrated_sqlite_url: str, source: Path, tmp_path: Path, expected: Dump, moment: float
) -> None:
    program = (
        "import asyncio, os, random, signal, sys\n"
        "from contextlib import ExitStack\n"
        "from pathlib import Path\n"
        "from taskview_core.persistence.importing import *\n"
        "from taskview_core.persistence.importing import run, target, reading\n"
        "from taskview_core.persistence.url import parse_database_url\n"
        "run.BATCH_SCOPES = 1\n"
        "reading._COMMIT_BYTES = 1\n"
        "url, spools, source, dice = sys.argv[1], sys.argv[2], sys.argv[3], random.Random(4)\n"
        "left = [round(float(sys.argv[4]) * 22)]\n"
        "def count(f):\n"
        "    def counted(*a):\n"
        "        left[0] -= 1\n"
        "        if left[0] < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return f(*a)\n"
        "    return counted\n"
        "run._Run._write_down = count(run._Run._write_down)\n"
        "run._Run._write = count(run._Run._write)\n"
        "reading.Reading.read = count(reading.Reading.read)\n"
        "with ExitStack() as stack:\n"
        "    ask = ImportAsk(parse_database_url(url), Path(spools))\n"
        "    inputs = find_inputs([source], stack)\n"
        "    asyncio.run(run_import(ask, inputs, lambda state: None, None))\n"
    )
    killed = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable, "-c", program, migrated_sqlite_url, str(tmp_path / "spools"),
            str(source), str(moment),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    await import_into(migrated_sqlite_url, tmp_path / "spools", source)
    assert await dump(migrated_sqlite_url) == expected


async def test_a_session_that_grows_is_read_on(migrated_url: str, tmp_path: Path) -> None:
    lines = made_up_session(0, turns=3)
    file = tmp_path / "-p" / f"{session_id(0)}.jsonl"
    file.parent.mkdir()
    raw = encoded(lines)
    read = 0
    for end in (1, 3_000, 3_001, len(raw) // 2, len(raw) - 1, len(raw)):
        file.write_bytes(raw[:end])
        report = await import_into(migrated_url, tmp_path / "spools", file)
        read += report.bytes_read
    assert read == len(raw), "nothing is read twice"
    found = await dump(migrated_url)
    await import_into(f"sqlite:///{tmp_path / 'once.db'}", tmp_path / "spools", file)
    assert found == await dump(f"sqlite:///{tmp_path / 'once.db'}")


async def test_a_file_that_was_replaced_is_read_anew(migrated_url: str, tmp_path: Path) -> None:
    file = tmp_path / "-p" / f"{session_id(0)}.jsonl"
    file.parent.mkdir()
    whole = made_up_session(0, turns=3)
    file.write_bytes(encoded(whole))
    await import_into(migrated_url, tmp_path / "spools", file)
    many = await dump(migrated_url)
    for other in (whole[:9], [*whole[:5], *whole[20:]], whole):
        file.write_bytes(encoded(other))
        report = await import_into(migrated_url, tmp_path / "spools", file)
        once = f"sqlite:///{tmp_path / f'once{len(other)}.db'}"
        await import_into(once, tmp_path / "spools", file)
        assert await dump(migrated_url) == await dump(once)
        assert (report.deleted > 0) is (len(other) == 9)
    assert await dump(migrated_url) == many


async def test_a_word_changed_in_the_middle_of_a_file_is_seen(
    migrated_url: str, tmp_path: Path
) -> None:
    session = SessionWriter()
    for number in range(40):
        session.prompt(f"prompt {number:02}: " + "x" * 400)
    file = tmp_path / f"{session.session}.jsonl"
    raw = encoded(session.lines)
    file.write_bytes(raw)
    await import_into(migrated_url, tmp_path / "spools", file)
    file.write_bytes(raw.replace(b"prompt 20", b"secret !!"))
    os.utime(file, (1, 1))
    await import_into(migrated_url, tmp_path / "spools", file)
    rows = (await dump(migrated_url))["tasks"].values()
    assert len(rows) == 40
    assert sum("secret !!" in json.dumps(row["input"]) for row in rows) == 1
    assert not any("prompt 20" in json.dumps(row["input"]) for row in rows)


async def test_a_running_task_is_updated_and_not_doubled(migrated_url: str, tmp_path: Path) -> None:
    session = SessionWriter()
    session.prompt("go")
    session.says(call("t1"))
    file = tmp_path / f"{session.session}.jsonl"
    file.write_bytes(encoded(session.lines))
    await import_into(migrated_url, tmp_path / "spools", file)
    before = (await dump(migrated_url))["tasks"]
    assert {row["status"] for row in before.values()} == {"running"}
    session.result("t1", "done")
    session.says(text("all done"))
    file.write_bytes(encoded(session.lines))
    report = await import_into(migrated_url, tmp_path / "spools", file)
    after = (await dump(migrated_url))["tasks"]
    assert after.keys() == before.keys()
    assert {row["status"] for row in after.values()} == {"completed"}
    assert report.written_tasks == 2
    for ident, row in after.items():
        assert row["created_at"] == before[ident]["created_at"]
        assert row["updated_at"] > before[ident]["updated_at"]


async def test_only_what_changed_is_written(migrated_url: str, tmp_path: Path) -> None:
    lines = made_up_session(0, turns=4)
    file = tmp_path / f"{session_id(0)}.jsonl"
    file.write_bytes(encoded(lines))
    first = await import_into(migrated_url, tmp_path / "spools", file)
    more = SessionWriter()
    more.prompt("one more")
    file.write_bytes(encoded([*lines, *[line | {"uuid": "x"} for line in more.lines]]))
    second = await import_into(migrated_url, tmp_path / "spools", file)
    assert first.written_tasks > 10
    assert second.written_tasks == 1


async def test_rows_that_somebody_deleted_come_again(tmp_path: Path, source: Path) -> None:
    path = tmp_path / "x.db"
    url = f"sqlite:///{path}"
    await import_into(url, tmp_path / "spools", source)
    whole = await dump(url)
    database = sqlite3.connect(path)
    database.execute("DELETE FROM conversations WHERE title = 'about 1'")
    database.execute(
        "DELETE FROM tasks WHERE conversation_id NOT IN (SELECT id FROM conversations)"
    )
    database.commit()
    database.close()
    assert await dump(url) != whole
    await import_into(url, tmp_path / "spools", source)
    assert await dump(url) == whole
    path.unlink()
    await import_into(url, tmp_path / "spools", source)
    assert await dump(url) == whole


async def test_rows_of_others_are_left_alone(migrated_url: str, tmp_path: Path) -> None:
    session = SessionWriter()
    session.prompt("go")
    file, other = tmp_path / f"{session.session}.jsonl", tmp_path / f"{session_id(1)}.jsonl"
    file.write_bytes(encoded(session.lines))
    other.write_bytes(encoded(made_up_session(1)))
    await import_into(migrated_url, tmp_path / "elsewhere", other)
    before = await dump(migrated_url)
    await import_into(migrated_url, tmp_path / "spools", file)
    file.write_bytes(b'{"type":"mode","sessionId":"%s"}\n' % session.session.encode())
    report = await import_into(migrated_url, tmp_path / "spools", file)
    assert report.deleted == 2
    assert await dump(migrated_url) == before
