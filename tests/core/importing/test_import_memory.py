"""What an import holds in memory does not grow with what it reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.sessions import write_project

_PROGRAM = """
import sys
from taskview_tui.cli.main import main
code = main(sys.argv[1:])
# Of this program alone: what a process was before exec() is in the numbers of getrusage(2).
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1], file=sys.__stderr__)
sys.exit(code)
"""
_MOST_MORE = 110 << 20
"""Bytes more for 165 MB more to read: SQLite keeps 64 MB of pages, and sorts as many."""


def _peak(tmp_path: Path, sessions: int) -> tuple[int, int]:
    """Import so many sessions in a process of its own; give their size and its peak, in bytes."""
    folder = tmp_path / str(sessions)
    size = write_project(folder, sessions)
    words = ("import", "--into", str(folder / "tasks.db"), str(folder))
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *words], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return size, int(ran.stderr.split()[-1]) * 1024


@pytest.mark.long
def test_ten_times_as_many_sessions_take_no_more_memory(tmp_path: Path) -> None:
    small, little = _peak(tmp_path, 24)
    large, much = _peak(tmp_path, 240)
    assert small > 16_000_000
    assert large > 9 * small
    assert much < little + _MOST_MORE
