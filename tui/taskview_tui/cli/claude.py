"""`taskview claude`: browses the sessions of Claude Code on this machine."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from taskview_core.errors import CannotConnectError, UsageError
from taskview_tui.cli.browse import browse, has_terminal
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.following import Follower
from taskview_tui.cli.importing import cache_folder, import_to_browse, say_left_out
from taskview_tui.cli.limits import add_limits, limits_of
from taskview_tui.cli.parser import CommandParser, add_time_display
from taskview_tui.cli.streams import standard_output

_VARIABLE = "CLAUDE_CONFIG_DIR"

_EPILOG = """\
What is new in `projects` below CLAUDE_CONFIG_DIR, or else below ~/.claude and ~/.config/claude, is
imported into a database of ours beside the other state, which is then opened. The sessions
themselves are only read. Where there is no terminal, the path of that database is printed, for
`taskview ls` and the others. `taskview import` brings sessions into a database of your own."""


def make_parser() -> CommandParser:
    """Give the parser of `taskview claude`."""
    parser = CommandParser(
        "taskview claude",
        "Browse the Claude Code sessions of this machine.",
        _EPILOG,
        usage="taskview claude [--follow] [options]",
    )
    parser.add_argument(
        "--follow",
        action="store_true",
        help="go on importing, and show tasks while the sessions that they are of are written",
    )
    add_time_display(parser, "age")
    add_limits(parser)
    return parser


def run(options: Namespace) -> int:
    """Import what is new, and open it."""
    folders = session_folders()
    if options.follow and not has_terminal():
        raise UsageError(
            "--follow needs a terminal to show on", "without it the sessions are imported once"
        )
    database = str(cache_folder() / "claude.db")
    is_whole = _import(database, folders)
    if not Path(database).exists():
        raise CannotConnectError(
            f"there are no sessions in {' or '.join(folders)} yet",
            "Claude Code writes them there as soon as it is used",
        )
    if not has_terminal():
        out = standard_output()
        out.write(f"{database}\n")
        out.flush()
        return ExitCode.DONE if is_whole else ExitCode.FAILED
    follower = Follower(database, folders) if options.follow else None
    return browse(database, options.tz, limits_of(options), follower)


def _import(database: str, folders: list[str]) -> bool:
    """Import what is new; say whether the database took all of it."""
    report = import_to_browse(database, folders, "these sessions")
    if report is None:
        return True
    # Of what is not theirs beside the sessions, nobody need hear each time; but behind a link there
    # may be a whole project.
    report.left_out = [
        each
        for each in report.left_out
        if each.name.endswith(".jsonl") or Path(each.name).is_symlink()
    ]
    say_left_out(report)
    return not report.failed


def session_folders() -> list[str]:
    """Give the folders where Claude Code keeps its sessions; CannotConnectError without any."""
    named = os.environ.get(_VARIABLE)
    if named:
        places = [Path(named)]
    else:
        places = [Path.home() / ".claude", Path.home() / ".config" / "claude"]
    folders = [str(place / "projects") for place in places if (place / "projects").is_dir()]
    if not folders:
        raise CannotConnectError(
            f"there is no folder {places[0] / 'projects'}",
            f"Claude Code keeps its sessions there; {_VARIABLE} names another place",
        )
    return folders
