"""Partitioned tables of others: adopted with their indexes, their state told, not loaded into."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

import taskview_migrations
from support.loads import conversation, task
from support.spread import make_partitioned
from support.standby import execute, told
from taskview_core.persistence.url import parse_database_url
from taskview_tui.cli.main import main


@pytest.mark.parametrize("way", ["range", "hash"])
def test_they_get_their_indexes_and_all_is_there(
    postgres_url: str, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make_partitioned(postgres_url, way)
    status = asyncio.run(taskview_migrations.status(parse_database_url(postgres_url)))
    assert status.is_current
    assert not any(table.servers for table in status.tables)
    valid = "SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid = 'tasks'::regclass"
    assert asyncio.run(told(postgres_url, valid))
    assert main(("db", "status", postgres_url)) == 0
    said = capsys.readouterr().out
    assert "summary    all is there" in said
    assert (
        "text index none: searches go through the rows; there can be one of a plain table" in said
    )
    assert main(("db", "index-text", postgres_url)) == 1
    assert "on a plain table only" in capsys.readouterr().err


def test_an_index_that_a_partition_lacks_is_missed(postgres_url: str) -> None:
    """As where somebody makes it for one partition after the other."""
    make_partitioned(postgres_url, "hash")
    asyncio.run(
        execute(
            postgres_url,
            "DROP INDEX ix_tasks_updated",
            "CREATE INDEX ix_tasks_updated ON ONLY tasks (updated_at, id)",
        )
    )
    status = asyncio.run(taskview_migrations.status(parse_database_url(postgres_url)))
    (missing,) = status.missing
    assert (missing.name, missing.broken) == ("ix_tasks_updated", True)


def test_a_load_that_could_not_tell_what_is_there_is_refused(
    postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second load of the same file would have doubled every row."""
    make_partitioned(postgres_url, "hash")
    file = tmp_path / "rows.ndjson"
    file.write_text("\n".join(json.dumps(row) for row in (conversation(), task(1))))
    assert main(("load", postgres_url, str(file))) == 1
    said = capsys.readouterr().err
    assert "in its table tasks no index sees to it that an id is there once" in said
    assert "nothing was written" in said
    assert asyncio.run(told(postgres_url, "SELECT count(*) FROM conversations")) == 0
