"""Databases full of hostile texts, and every command that prints them."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from support.cli_process import Terminal, run_process
from support.hostile import MARK, SAMPLES, Rows, giant_conversation, giants, rows_of
from support.stored import insert
from support.terminal_output import read_output, wrong_characters
from taskview_tui.render.task_csv import harmless

COLUMNS, LINES = 100, 30
_loads = partial(json.loads, parse_int=str)  # one number has more digits than Python reads
_RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def fill(url: str, samples: Sequence[str] = SAMPLES, *, with_giants: bool = True) -> Rows:
    """Fill a database that has the tables; give what was put in, but for the giants."""
    rows = rows_of(samples, storable=not url.startswith("sqlite"))
    tasks, conversations = list(rows.tasks), list(rows.conversations)
    if with_giants:
        tasks += giants(storable=not url.startswith("sqlite"))
        conversations.append(giant_conversation())
    insert(url, tasks, conversations)
    if url.startswith("sqlite"):
        _add_odd_types(url)
    return rows


def _add_odd_types(url: str) -> None:
    """Add what only SQLite holds: blobs, numbers and broken UTF-8 where text or times belong."""
    evil = b"\x1b]0;title\x07\x9b2J\xff\xc3" + MARK.encode()
    odd: tuple[Any, ...] = (evil, 7, 1.5e300, evil.decode("latin-1"), -1)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    with connection:
        connection.execute("PRAGMA foreign_keys = off")
        for place, value in enumerate(odd):
            other = odd[(place + 1) % len(odd)]
            connection.execute(
                "INSERT INTO conversations (id, user_id, title, metadata, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (f"\x1b]0;{MARK}{place}\x07", value, other, value, other, value),
            )
            connection.execute(
                "INSERT INTO tasks (id, conversation_id, parent_task_id, agent_id, status, input,"
                " output, error, metadata, created_at, started_at, completed_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    f"\x1b]0;{MARK}{place}\x07",
                    f"\x1b]0;{MARK}{place}\x07",
                    *(f"\x1b[2J{MARK}", value, other, value, other, value, other, value, other),
                    *(value, other),
                ),
            )
        connection.execute(
            "UPDATE tasks SET error = CAST(? AS TEXT), status = CAST(? AS TEXT)"
            " WHERE id LIKE '%evil0_'",
            (evil, evil),
        )
    connection.close()


@dataclass(frozen=True)
class Command:
    """A command line without the database, which comes after its first word."""

    words: tuple[str, ...]
    codes: tuple[int, ...] = (0,)
    form: str = "text"

    def on(self, url: str) -> list[str]:
        """Give the words with the database among them."""
        at = 2 if self.words[0] in {"db", "import"} else 1
        return [*self.words[:at], url, *self.words[at:]]


def commands(rows: Rows) -> Iterator[Command]:
    """Give every command that reads a database, in each of its forms."""
    task, other = (str(each.id) for each in (rows.tasks[0], rows.tasks[-1]))
    talk = str(rows.conversations[0].id)
    every = ("-n", "all")
    yield Command(("ls", *every))
    yield Command(("ls", *every, "--full"))
    yield Command(("ls", *every, "--tz", "utc", "--sort", "agent"))
    for form in ("json", "jsonl", "csv"):
        yield Command(("ls", *every, "--full", "-o", form), form=form)
    yield Command(("ls", *every, "-o", "ids"), form="ids")
    for ident in (task, other, talk):
        yield Command(("show", ident))
        yield Command(("show", ident, "-o", "json"), form="json")
        yield Command(("tree", ident))
        yield Command(("tree", ident, "-o", "json"), form="json")
    yield Command(("diff", task, other), codes=(0, 1))
    yield Command(("diff", task, other, "-o", "json"), codes=(0, 1), form="json")
    yield Command(("count", "--filter", MARK, "--exact"))
    yield Command(("db", "status"))
    yield Command(("export", "-o", "ndjson"), form="jsonl")
    yield Command(("export", "-o", "csv"), form="csv")
    yield Command(("export", "-o", "markdown"))
    yield Command(("export", "-o", "markdown", "--no-redact", talk))
    yield Command(("show", "ffffffff"), codes=(4,))
    yield Command(("ls", "--filter", "statsu:\x1b[2Jx\u202e"), codes=(2,))
    yield Command(("ls", "--sort", "\x9b2J"), codes=(2,))
    yield Command(("ls", "--cursor", "\x1b]0;x\x07"), codes=(2,))
    yield Command(("ls", "--timeout", "\x1b]0;x\x07"), codes=(2,))
    yield Command(("ls", "--\x1b]0;x\x07"), codes=(2,))
    yield Command(("count", "a", "\x9b2J\x1b]0;x\x07"), codes=(2,))


def giant_commands() -> Iterator[Command]:
    """Give commands that print the giants, whole or in part."""
    yield Command(("ls", "-n", "all", "--full"))
    yield Command(("ls", "-n", "all", "--full", "-o", "json"), form="json")
    all_giants = tuple(giants(storable=True))
    for giant in all_giants:
        yield Command(("show", str(giant.id)))
    yield Command(("diff", *(str(giant.id) for giant in all_giants[1:3])), codes=(0, 1))
    yield Command(("export", "-o", "ndjson"), form="jsonl")
    yield Command(("export", "-o", "csv"), form="csv")
    yield Command(("export", "-o", "markdown"))


def run_on_terminal(command: Command, url: str) -> list[str]:
    """Run a command on a terminal; give what it wrote there that it should not have."""
    terminal = Terminal(command.on(url), width=COLUMNS, height=LINES, draws=False)
    try:
        code = terminal.finish()
    finally:
        terminal.close()
    wrong = [] if code in command.codes else [f"{command.words} ended with {code}"]
    output = read_output(
        terminal.raw,
        columns=COLUMNS,
        lines=LINES,
        redraws=command.words[0] in {"export", "diff", "load", "import", "db"},
        data=command.form in {"json", "jsonl"},
    )
    wrong += [f"{command.words} copied {each!r}" for each in output.copied]
    return [*wrong, *(f"{command.words}: {each}" for each in output.offences)]


def run_in_pipe(command: Command, url: str) -> list[str]:
    """Run a command in a pipe; give what is wrong with its output.

    JSON holds no character that commands, for each may be an escape there. CSV has no escapes: its
    cells are true to the byte, and only quoted. What is for people is cleaned as on a terminal.
    """
    ran = run_process(*command.on(url))
    wrong = [] if ran.returncode in command.codes else [f"it ended with {ran.returncode}"]
    wrong += wrong_characters(ran.stderr.decode().replace("\n", ""))
    text = ran.stdout.decode()
    if command.form in {"json", "jsonl"}:
        wrong += [f"U+{ord(each):04X}" for each in _RAW.findall(text)]
        wrong += wrong_characters(text.replace("\n", ""), heaps=True)
    elif command.form != "csv":
        wrong += wrong_characters(text.replace("\n", ""))
    return [f"{command.words} in a pipe: {each}" for each in wrong]


def untrue(url: str, rows: Rows) -> Iterator[str]:
    """Say which fields come out of a pipe otherwise than they were put in."""
    wanted = {str(task.id): task for task in rows.tasks}
    for form in ("jsonl", "json", "csv"):
        ran = run_process("ls", url, "-n", "all", "--full", "-o", form)
        assert ran.returncode == 0, ran.stderr
        found = list(_records(ran.stdout.decode(), form))
        seen = {record["id"]: record for record in found if record["id"] in wanted}
        if seen.keys() != wanted.keys():
            yield f"{form}: {len(seen)} of {len(wanted)} tasks"
        for ident, record in seen.items():
            task = wanted[ident]
            for name in ("agent_id", "status", "error", "input", "output", "metadata"):
                stored = getattr(task, name)
                given = record[name]
                if name in {"input", "output", "metadata"}:
                    stored = _loads(stored)
                    given = _loads(given) if form == "csv" else given
                elif form == "csv":
                    stored = harmless(stored or "")
                if given != stored:
                    yield f"{form}: {name} of {ident} is {given!r}, not {stored!r}"


def _records(text: str, form: str) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(1 << 28)
    if form == "csv":
        yield from csv.DictReader(io.StringIO(text, newline=""))
    elif form == "json":
        yield from _loads(_without_the_deep(text))["tasks"]
    else:
        yield from (_loads(line) for line in text.split("\n") if line and not _is_deep(line))


def _is_deep(line: str) -> bool:
    return "[[[[[[[[[[[[" in line or '{"a":{"a":{"a":' in line


def _without_the_deep(text: str) -> str:
    lines = [line for line in text.split("\n") if not _is_deep(line)]
    return "\n".join(lines)
