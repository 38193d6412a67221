"""An upgrade that fails or is killed leaves what was; two at once do the work once."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from support.databases import run
from support.engines import long
from support.foreign import make_guide_database
from support.stored import insert_async
from taskview_core.errors import CannotConnectError, SchemaError
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import downgrade, status, upgrade
from taskview_migrations.config import revisions
from taskview_migrations.new import new_revision

pytestmark = pytest.mark.long


class BrokenStepError(Exception):
    """Raised in the middle of an upgrade."""


@pytest.mark.parametrize("step", ["ix_tasks_status ", "ix_tasks_status_created", "roots"])
async def test_a_failing_upgrade_leaves_the_old_state(guide_url: str, step: str) -> None:
    url = parse_database_url(guide_url)
    before = await status(url)

    def fail(told: str) -> None:
        if step.strip() in told or (step == "ix_tasks_status " and "adopting" in told):
            raise BrokenStepError

    with pytest.raises(BrokenStepError):
        await upgrade(url, fail)
    assert await status(url) == before
    await upgrade(url, lambda told: None)
    assert (await status(url)).is_current


@pytest.fixture
def guide_url(database_url: str) -> str:
    make_guide_database(database_url, {})
    return database_url


async def test_a_cancelled_upgrade_leaves_the_old_state(guide_url: str) -> None:
    url = parse_database_url(guide_url)
    before = await status(url)
    told: list[str] = []

    def cancel(step: str) -> None:
        told.append(step)
        if "ix_tasks_created" in step:
            running.cancel()

    running = asyncio.ensure_future(upgrade(url, cancel))
    with pytest.raises(asyncio.CancelledError):
        await running
    assert "ix_tasks_created" in told[-1]
    assert await status(url) == before


_KILLED = """
import asyncio, os, signal, sys
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import upgrade

def die(step):
    if sys.argv[2] in step:
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(upgrade(parse_database_url(sys.argv[1]), die))
"""


@pytest.mark.parametrize("step", [long("table tasks"), "ix_tasks_agent_created", long("roots")])
async def test_a_killed_upgrade_leaves_the_old_state(database_url: str, step: str) -> None:
    url = parse_database_url(database_url)
    program = textwrap.dedent(_KILLED)
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, database_url, step],
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    found = await status(url)
    assert not any(table.present for table in found.tables)
    assert found.revision is None
    await upgrade(url, lambda told: None)
    assert (await status(url)).is_current


@pytest.mark.long
async def test_upgrades_at_once_do_the_work_once(database_url: str) -> None:
    url = parse_database_url(database_url)
    program = (
        "import asyncio, sys\n"
        "from taskview_core.persistence.url import parse_database_url\n"
        "from taskview_migrations import upgrade\n"
        "report = asyncio.run(upgrade(parse_database_url(sys.argv[1]), lambda step: None))\n"
        "print(len(report.steps), report.after)\n"
    )
    starting = [
        asyncio.create_subprocess_exec(
            sys.executable, "-c", program, database_url,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    processes = await asyncio.gather(*starting)
    answers = await asyncio.gather(*(process.communicate() for process in processes))
    words = sorted(out.decode().split() for out, _ in answers)
    assert [process.returncode for process in processes] == [0] * 4, answers
    head = revisions()[-1]
    steps = str(17 + database_url.startswith("sqlite"))
    assert words == sorted([["0", head]] * 3 + [[steps, head]])
    assert (await status(url)).is_current


async def test_down_and_up_again_is_the_same(migrated_url: str) -> None:
    url = parse_database_url(migrated_url)
    before = await status(url)
    down = await downgrade(url, "taskview_0001")
    assert (down.before, down.after) == (revisions()[-1], "taskview_0001")
    assert len((await status(url)).missing) == 14 + migrated_url.startswith("sqlite")
    await downgrade(url, "base")
    gone = await status(url)
    assert not any(table.present for table in gone.tables)
    await upgrade(url, lambda step: None)
    assert await status(url) == before


async def test_going_back_to_base_is_refused_while_there_are_rows(migrated_url: str) -> None:
    await insert_async(migrated_url)
    url = parse_database_url(migrated_url)
    before = await status(url)
    with pytest.raises(SchemaError, match="holds rows"):
        await downgrade(url, "base")
    assert await status(url) == before
    assert (await downgrade(url, "base", drop_rows=True)).after is None


async def test_what_has_no_revision_cannot_go_back(guide_url: str) -> None:
    with pytest.raises(SchemaError, match="no revision to go back from"):
        await downgrade(parse_database_url(guide_url), "base")


def test_status_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    url = parse_database_url(str(path))
    with pytest.raises(CannotConnectError, match="does not exist"):
        run(status(url))
    assert list(tmp_path.iterdir()) == []
    run(upgrade(url, lambda step: None))
    before = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns
    assert run(status(url)).is_current
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) == before
    assert [each.name for each in tmp_path.iterdir()] == ["new.db"]


def test_the_template_gives_the_next_revision(tmp_path: Path) -> None:
    made = new_revision("Add a column for Costs!", tmp_path)
    text = made.read_text()
    assert made.name == f"rev_{len(revisions()) + 1:04d}_add_a_column_for_costs.py"
    assert f"revision = 'taskview_{len(revisions()) + 1:04d}'" in text
    assert f"down_revision: str | None = '{revisions()[-1]}'" in text
    compile(text, str(made), "exec")
