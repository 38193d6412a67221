"""The parser of `taskview` itself, without a subcommand: its help tells of everything."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from typing import Any

from taskview_tui.cli.commands import SUMMARIES
from taskview_tui.cli.limits import add_limits
from taskview_tui.cli.parser import CommandParser, add_login, add_time_display
from taskview_tui.cli.streams import standard_output

_EPILOG = """\
commands (each has its own --help):
{commands}

A first word that is the name of a command is that command; a file of such a name is ./ls.
Without DB_URL the browser opens TASKVIEW_DB_URL, else default.db in the platform's folder for
data, else the demo database.

examples:
  taskview demo                                a database to look around in
  taskview runs.db                             browse a SQLite file
  taskview postgresql://me@localhost/agents    browse a Postgres database
  taskview ls runs.db --filter 'status:failed since:2h' --sort -duration
  taskview ls runs.db --limit all -o jsonl --full > tasks.ndjson
  taskview tree runs.db 3fa1c2                 the tree of a task or a conversation
  taskview load runs.db conversations.ndjson tasks.ndjson
  taskview claude --follow                     the Claude Code sessions of this machine
  taskview traces/                             what other programs wrote, imported and browsed

environment:
  TASKVIEW_DB_URL   the database where none is named; keeps a password off the process list
  TASKVIEW_CONFIG   the configuration file, in place of config.toml in the platform's folder
  NO_COLOR          no colours

exit codes: 0 done, 1 failed or incomplete, 2 wrong usage, 3 cannot connect, 4 not found,
130 interrupted"""


class _Version(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **options)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        # Asked for here alone: importing importlib.metadata takes longer than the rest.
        from importlib.metadata import version

        out = standard_output()
        out.write(f"taskview {version('taskview')}\n")
        out.flush()
        parser.exit()


@cache
def make_main_parser() -> CommandParser:
    """Give the parser of a command line without a subcommand; it is asked for twice."""
    commands = "\n".join(f"  {name:<8}{summary}" for name, summary in SUMMARIES.items())
    parser = CommandParser(
        "taskview",
        "Browse a database of AI-agent tasks in the terminal.",
        _EPILOG.format(commands=commands),
        usage="taskview [options] [DB_URL]\n       taskview COMMAND ...",
    )
    parser.add_argument(
        "database",
        metavar="DB_URL",
        nargs="?",
        help="a SQLite file, sqlite:///FILE or postgresql://USER@HOST:PORT/DATABASE; or a file or "
        "folder of sessions or traces, which are imported into a database of ours (see import)",
    )
    add_login(parser)
    add_time_display(parser, "age")
    parser.add_argument(
        "-V", "--version", action=_Version, help="show the version of taskview and stop"
    )
    add_limits(parser)
    return parser
