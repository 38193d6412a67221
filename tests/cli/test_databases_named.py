"""Databases as people name them on a command line; no form of it gives a password away."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from support.cli_browser import Run
from support.stored import StoredTask, insert

SECRET = "s3cret"


def test_a_file_whose_name_is_no_text(run: Run, migrated_sqlite_url: str, tmp_path: Path) -> None:
    insert(migrated_sqlite_url, [StoredTask.numbered(1)])
    odd = tmp_path / os.fsdecode(b"b\xff ?#%41.db")
    odd.write_bytes(Path(migrated_sqlite_url.removeprefix("sqlite:///")).read_bytes())
    assert run("count", str(odd)).out == "1\n"
    ran = run("count", str(tmp_path / os.fsdecode(b"no\xff.db")))
    assert ran.code == 3
    assert "no<U+DCFF>.db does not exist" in ran.err


def test_the_words_of_libpq(run: Run, migrated_postgres_url: str) -> None:
    insert(migrated_postgres_url, [StoredTask.numbered(1)])
    parts = urlsplit(migrated_postgres_url)
    password = unquote(parts.password or "").replace("\\", "\\\\").replace("'", "\\'")
    words = (
        f"host={parts.hostname} port = {parts.port} dbname={parts.path.lstrip('/')}"
        f" user={parts.username} password='{password}'"
    )
    ran = run("count", words)
    assert (ran.code, ran.out) == (0, "1\n"), ran.err


@pytest.mark.parametrize(
    "name",
    [
        f"host=127.0.0.1 port=1 dbname=x user=ada password={SECRET}",
        f"password='{SECRET} \\' more' host=127.0.0.1 port=1",
        f"postgresql://ada:{SECRET}@127.0.0.1:1/x",
        f"postgresql://ada:{SECRET}@127.0.0.1:99999/x",
        f"postgresql://ada:{SECRET}@127.0.0.1:{'9' * 5000}/x",
        f"postgresql://ada:{SECRET}@[::1/x",
        f"postgresql://ada:{SECRET}@/x?host=127.0.0.1&port=99999",
        f"postgresql://ada:{SECRET}@/x?host=127.0.0.1&port=none",
        f"host=127.0.0.1 port=99999 password={SECRET}",
        f"postgresql://127.0.0.1:1/x?user=ada&password={SECRET}",
        f"mysql://ada:{SECRET}@127.0.0.1/x",
        f"postgresql+psycopg://ada:{SECRET}@127.0.0.1/x",
    ],
)
@pytest.mark.parametrize("command", ["ls", "count", "status", "upgrade"])
def test_no_password_is_shown(run: Run, name: str, command: str) -> None:
    ran = run(*(["db"] if command in {"status", "upgrade"} else []), command, name)
    assert ran.code in {2, 3}
    assert ran.err.startswith("taskview: ")
    assert SECRET not in ran.err
    assert len(ran.err.splitlines()) == 1
