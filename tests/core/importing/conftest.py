"""What tests of imports share."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from support.imports import import_into
from support.loads import Dump, dump
from support.sessions import write_varied


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of projects."""
    write_varied(tmp_path / "source")
    return tmp_path / "source"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Dump:
    """What the database holds when all is imported at once."""
    folder = tmp_path_factory.mktemp("expected")
    write_varied(folder / "source")
    url = f"sqlite:///{folder / 'all.db'}"

    async def whole() -> Dump:
        report = await import_into(url, folder / "spools", folder / "source")
        assert report.failed == []
        assert report.formats["claude-code"].unfinished == 1
        assert report.bad_lines == 2
        return await dump(url)

    found = asyncio.run(whole())
    assert len(found["conversations"]) == 5
    assert len({row["parent_task_id"] for row in found["tasks"].values()}) > 5
    return found
