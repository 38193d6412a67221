"""Two users of one machine: real ones where root can be others, else as far as that can be told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

OWNER, VIEWER, GROUP = 64_002, 64_001, 64_003
"""Users, each with the group of its own number, and a group of both."""

_WRITER = """
import os, sqlite3, sys
path, uid, gid, statement = sys.argv[1:]
if uid != "-":
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
connection = sqlite3.connect(path, isolation_level=None)
connection.execute(statement)
print("wrote", flush=True)
sys.stdin.readline()
connection.close()
"""


def is_root() -> bool:
    """Whether other users can be tried in earnest."""
    return os.geteuid() == 0


def give(path: Path, mode: int, group: int = OWNER) -> None:
    """Hand a file over to the owner."""
    path.chmod(mode)
    if is_root():
        os.chown(path, OWNER, group)


@contextmanager
def viewing(group: int = VIEWER) -> Iterator[None]:
    """Be the viewer for a while. Who is not root only says so, and is the owner in truth."""
    if not is_root():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "geteuid", lambda: VIEWER)
            patch.setattr(os, "getegid", lambda: group)
            yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(group)
    os.seteuid(VIEWER)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@contextmanager
def owner_writing(path: Path, statement: str, group: int = OWNER) -> Iterator[None]:
    """Have a program of the owner's write to a SQLite file, and hold it open for a while."""
    who = (str(OWNER), str(group)) if is_root() else ("-", "-")
    program = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), *who, statement],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    said = program.stdout.readline()
    try:
        if said:
            yield
    finally:
        _, words = program.communicate("\n")
    assert (said, words) == ("wrote\n", ""), words
