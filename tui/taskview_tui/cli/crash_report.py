"""The report on a fault of the program: where it happened and on what, and nothing of the data.

Exceptions are told by their types and the lines of code that raised them. Their own words, the
values of variables and the words of the command line stay out: any of them may hold a payload, an
address or a password.
"""

from __future__ import annotations

import linecache
import os
import platform
import re
import shutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType, TracebackType

from taskview_tui.cli.commands import SUMMARIES

KEPT = 20
"""Reports that are kept; of more, the oldest go."""
_FRAMES = 40
"""Frames that are told at either end of a long way."""
_LIBRARIES = ("textual", "rich", "sqlalchemy", "aiosqlite", "asyncpg", "alembic", "msgspec")
_TERMINAL = ("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "NO_COLOR")
_PLAIN = re.compile(r"[A-Za-z0-9._+-]{1,40}")
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")


def state_folder() -> Path:
    """Give the platform's folder for what programs keep about themselves."""
    from platformdirs import user_state_path

    return user_state_path("taskview", appauthor=False)


def write_report(error: BaseException, trace: TracebackType | None) -> Path:
    """Write a report, of mode 600, and give its place; raise OSError where that cannot be."""
    folder = state_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{os.getpid()}.txt"
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(f"{line}\n" for line in report_lines(error, trace))
    for old in sorted(folder.glob("crash-*.txt"))[:-KEPT]:
        with suppress(FileNotFoundError):  # another program may tidy up at the same time
            old.unlink()
    return path


def report_lines(error: BaseException, trace: TracebackType | None) -> Iterator[str]:
    """Give the lines of a report."""
    yield "A fault in taskview. No payload, address or password is in here: exceptions are told by"
    yield "their types and the code that raised them, without their words."
    yield ""
    yield f"time       {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    yield f"taskview   {_version('taskview')}"
    yield f"command    {_command()}"
    yield f"python     {platform.python_version()} on {platform.platform()}"
    loaded = [name for name in _LIBRARIES if name in sys.modules]
    yield f"libraries  {', '.join(f'{name} {_version(name)}' for name in loaded)}"
    yield f"terminal   {', '.join(_terminal())}"
    yield ""
    yield from _told(error, trace, set())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _command() -> str:
    """Give the subcommand: of the words of the command line, only one that we know."""
    return next((word for word in sys.argv[1:] if word in SUMMARIES), "the browser")


def _terminal() -> Iterator[str]:
    for name in _TERMINAL:
        value = os.environ.get(name)
        if value is not None:
            yield f"{name}={value if _PLAIN.fullmatch(value) else '(odd)'}"
    columns, lines = shutil.get_terminal_size()
    yield f"{columns}x{lines}"
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        yield f"{name} {'a terminal' if stream is not None and stream.isatty() else 'none'}"


def _told(error: BaseException, trace: TracebackType | None, seen: set[int]) -> Iterator[str]:
    """Tell an exception and those that it came of, the first one first."""
    seen.add(id(error))
    before = error.__cause__
    words = "which was the cause of"
    if before is None and not error.__suppress_context__:
        before, words = error.__context__, "while that was handled:"
    if before is not None and id(before) not in seen:
        yield from _told(before, before.__traceback__, seen)
        yield f"{words}"
        yield ""
    frames = list(traceback.walk_tb(trace))
    left_out = len(frames) - 2 * _FRAMES
    for place, (frame, line) in enumerate(frames):
        if left_out <= 0 or not _FRAMES <= place < len(frames) - _FRAMES:
            yield from _frame(frame, line)
        elif place == _FRAMES:
            yield f"  … {left_out} more"
    yield _kind(error)
    yield ""
    if isinstance(error, BaseExceptionGroup):
        for number, inner in enumerate(error.exceptions, start=1):
            if id(inner) not in seen:
                yield f"of which number {number}:"
                yield from _told(inner, inner.__traceback__, seen)


def _frame(frame: FrameType, line: int) -> Iterator[str]:
    code = frame.f_code
    yield f"  {_short(code.co_filename)}:{line} in {code.co_qualname}"
    source = linecache.getline(code.co_filename, line, frame.f_globals).strip()
    if source:
        yield f"    {source}"


def _short(file: str) -> str:
    """Give a file of code as it is imported, without the folders of whoever runs it."""
    path = Path(file)
    roots = [root for root in sys.path if root and path.is_relative_to(root)]
    return str(path.relative_to(max(roots, key=len))) if roots else path.name


def _kind(error: BaseException) -> str:
    """Give an exception's type, and the numbers by which systems and servers tell errors."""
    kind = type(error)
    words = f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, OSError) and error.errno is not None:
        words += f", errno {error.errno:d}"
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and _SQLSTATE.fullmatch(state):
        words += f", SQLSTATE {state}"
    return words
