"""A file that was being made by a process that was killed is taken away by the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from taskview_core.persistence.fresh import fresh_file
from taskview_core.persistence.url import parse_database_url

_KILLED = """
import os, signal, sys
from taskview_core.persistence.fresh import fresh_file
from taskview_core.persistence.url import parse_database_url
with fresh_file(parse_database_url(sys.argv[1])) as part:
    part.path.write_bytes(b"half")
    part.path.with_name(part.path.name + "-journal").write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "new [1].db"
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = {each.name for each in tmp_path.iterdir()}
    assert len(left) == 2
    keep = [
        next(name for name in left if name.endswith(".part")).replace(kept, by)
        for kept, by in ((".new [1].db.", ".new 2.db."), (".part", ".part.old"))
    ]
    with fresh_file(parse_database_url(str(path))) as other:
        assert other.path is not None
        other.path.write_bytes(b"of one that runs")
        for name in keep:
            (tmp_path / name).touch()
        with fresh_file(parse_database_url(str(path))) as part:
            assert part.path is not None
            part.path.write_bytes(b"whole")
            assert other.path.exists(), f"{os.getpid()} is still at it"
        other.path.unlink()
        path.rename(other.path)
    assert {each.name for each in tmp_path.iterdir()} == {path.name, *keep}
