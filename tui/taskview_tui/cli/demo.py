"""`taskview demo`: makes a realistic database, once, and opens it."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from taskview_core.demo import DEFAULT_SEED, DEFAULT_TASKS
from taskview_core.errors import TaskviewError, UsageError
from taskview_tui import loops, wiring
from taskview_tui.cli.browse import browse, has_terminal
from taskview_tui.cli.database_choice import demo_path
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.parser import CommandParser, add_time_display
from taskview_tui.cli.progress import Progress
from taskview_tui.cli.streams import say, standard_output

_EPILOG = """\
The database is made once, in the platform's folder for data, and found there the next time.
Where there is no terminal, its path is printed and nothing is opened. The same --tasks, --seed and
--until give the same rows."""


def make_parser() -> CommandParser:
    """Give the parser of `taskview demo`."""
    parser = CommandParser(
        "taskview demo",
        "Make a realistic database of made-up tasks, and browse it.",
        _EPILOG,
        usage="taskview demo [options]",
    )
    parser.add_argument("--tasks", metavar="N", help=f"how many tasks ({DEFAULT_TASKS})")
    parser.add_argument("--seed", metavar="S", help=f"another seed, other tasks ({DEFAULT_SEED})")
    parser.add_argument("--until", metavar="TIME", help="when its last tasks were made (now)")
    parser.add_argument("--path", metavar="FILE", type=Path, help="where to make it")
    add_time_display(parser, "age")
    return parser


def run(options: Namespace) -> int:
    """Make the demo database if it is not there, and open it."""
    tasks = _whole("--tasks", options.tasks, DEFAULT_TASKS, least=1)
    seed = _whole("--seed", options.seed, DEFAULT_SEED, least=0)
    until = _moment(options.until)
    path: Path = options.path or demo_path()
    if not path.exists():
        if options.path is None:
            _make_folder(path.parent)
        _make(path, tasks, seed, until)
    elif any(each is not None for each in (options.tasks, options.seed, options.until)):
        raise UsageError(
            f"there is a demo database already: {path}",
            "leave out --tasks, --seed and --until to open it, or name another file with --path",
        )
    if has_terminal():
        return browse(str(path), options.tz)
    out = standard_output()
    out.write(f"{path}\n")
    out.flush()
    return ExitCode.DONE


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TaskviewError(f"cannot make the folder {folder}", error.strerror or "") from error


def _make(path: Path, tasks: int, seed: int, until: datetime) -> None:
    with Progress() as progress:
        loops.run(
            wiring.make_demo(
                path,
                tasks,
                seed,
                lambda rows: progress.show(f"{rows:,} of {tasks:,} tasks", rows / tasks),
                until,
            )
        )
    say(f"taskview: made {tasks:,} tasks in {path}")


def _whole(option: str, text: str | None, usual: int, *, least: int) -> int:
    if text is None:
        return usual
    digits = text.replace("_", "").replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16) or int(digits) < least:
        raise UsageError(f"{option} takes a whole number from {least} on", f"not {text!r}")
    return int(digits)


def _moment(text: str | None) -> datetime:
    """Read the time that the demo ends at; now, where there is none."""
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or not 1971 <= moment.year <= 9000:
        raise UsageError("--until takes a time, such as 2026-06-30T12:00:00Z", f"not {text!r}")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
