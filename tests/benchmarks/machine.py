"""What the figures were measured on, without names of hosts or folders."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def describe(engines: dict[str, int], runs: int) -> dict[str, str]:
    """Describe the machine, the versions and the sizes (tasks by engine)."""
    packages = ("taskview", "sqlalchemy", "aiosqlite", "asyncpg", "textual")
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {_processor()}, {_memory()} of memory,"
        f" {platform.system()}",
        "versions": f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        + ", ".join(f"{name} {version(name)}" for name in packages),
        "sizes": "; ".join(f"{engine}: {tasks:,} tasks" for engine, tasks in engines.items()),
        "runs": f"medians of up to {runs} rounds in turns, warm",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{pages / 2**30:.0f} GiB"
