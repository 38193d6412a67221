"""What loading takes of memory: a file, and one with ten times as many tasks."""

from __future__ import annotations

import asyncio
import subprocess
import time
from itertools import islice
from pathlib import Path

from benchmarks.data import COMMAND
from benchmarks.load_rows import LoadRows
from benchmarks.result import Result
from benchmarks.terminal_timed import most_memory

GROUP = "Memory of loading"
_FEWER = 10
_LOOK = 0.01


async def measure_sqlite(rows: LoadRows, folder: Path, engine: str) -> Result:
    """Load both files into new databases, as people do."""
    few = folder / "few.ndjson"
    tasks = rows.tasks // _FEWER
    with few.open("w") as file:
        for each, most in zip(rows.files, (None, tasks), strict=True):
            with each.open() as lines:
                file.writelines(islice(lines, most))
    many, fewer = [
        await asyncio.to_thread(_loaded, folder / "memory.db", files)
        for files in (rows.files, (few,))
    ]
    return Result(
        group=GROUP,
        what=f"loading {rows.tasks:,} tasks",
        engine=engine,
        ours=many,
        other=fewer,
        against=f"loading {tasks:,}",
        unit="MB",
    )


def _loaded(path: Path, files: tuple[Path, ...]) -> float:
    """Load files into a new database; give the most memory that the process has had, in MB."""
    path.unlink(missing_ok=True)
    most = 0.0
    command = [COMMAND, "load", path, *files]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as loading:
        while loading.poll() is None:
            # Not of the ended process: what it was started from would be counted there.
            most = max(most, most_memory(loading.pid) or 0.0)
            time.sleep(_LOOK)
    if loading.returncode:
        raise subprocess.CalledProcessError(loading.returncode, command)
    path.unlink()
    return most
