"""Commands that write, on files whose words and names attack whoever shows them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from support.attacked import Command
from support.cli_process import run_process
from support.hostile import MARK, SAMPLES
from support.loads import conversation, task, write_lines
from support.sessions import SessionWriter, call, text, thinking

_TOGETHER = 10
"""So many bad rows are named by a load, and of an import twice as many files."""


def writing_commands(
    source: str, folder: Path, samples: Sequence[str] = SAMPLES
) -> Iterator[Command]:
    """Give commands that change the database that they are run on.

    What they read lies in a folder: the rows of the database `source`, rows that are refused, files
    with odd names, sessions and traces in which every text is a sample.
    """
    rows = folder / "rows.ndjson"
    rows.write_bytes(run_process("export", source).stdout)
    yield Command(("load", str(rows)), codes=(0, 1))  # What SQLite alone can hold is refused.
    left = iter(samples)
    for number, some in enumerate(iter(lambda: list(islice(left, _TOGETHER)), [])):
        yield Command(("load", str(_bad_rows(folder / f"bad{number}.ndjson", some))), codes=(1,))
        place = folder / f"names{number}"
        _odd_names(place, some)
        yield Command(("import", "--into", str(place)), codes=(1,))
    for name in (_file_name(each) for each in samples[::16]):
        yield Command(("load", str(folder / f"{name}.ndjson")), codes=(1, 2))
    sessions = folder / "-sessions"
    _sessions(sessions, samples)
    yield Command(("import", "--into", "--strict", str(sessions)), codes=(1,))
    yield Command(("import", "--into", str(sessions)))
    yield Command(("import", "--into", "--from", _file_name(samples[0]), str(folder)), codes=(2,))
    yield Command(("import", "--into", str(_traces(folder / "traces.json", samples))), codes=(0, 1))
    yield Command(("db", "index-text"))
    yield Command(("db", "upgrade"))
    yield Command(("db", "index-text", "--drop"))


def _bad_rows(file: Path, samples: Sequence[str]) -> Path:
    """Write rows that are refused, each for what a sample stands for in it."""
    rows = [conversation()]
    for place, sample in enumerate(samples):
        row = task(place)
        wrong = (f"{sample}{MARK}", "created_at", "id")[place % 3]
        rows.append(row | {wrong: f"{MARK}{sample}"})
    return write_lines(file, rows)


def _file_name(sample: str) -> str:
    """Give a name as near to a sample as a file, or a word of a command line, may have."""
    name = sample.replace("/", "").replace("\0", "")[:50]
    return os.fsdecode(f"{MARK}{name}".encode("utf-8", "replace"))


def _odd_names(folder: Path, samples: Sequence[str]) -> None:
    folder.mkdir()
    for sample in samples:
        (folder / f"{_file_name(sample)}.jsonl").write_text("no session")


def _sessions(folder: Path, samples: Sequence[str]) -> None:
    """Write a session that says the samples in all it has, and lines that cannot be read."""
    folder.mkdir()
    writer = SessionWriter(cwd=f"/{MARK}{samples[0]}")
    for number, sample in enumerate(samples):
        writer.line(f"{MARK}{sample}", subtype=sample)
        writer.prompt(sample)
        writer.says(thinking(sample), text(sample), call(f"t{number}", sample, given=sample))
        writer.result(f"t{number}", sample, failed=number % 2 == 0)
    broken = [json.dumps(sample)[:-1].encode() + b"\n" for sample in samples]
    # ASCII with escapes: a lone surrogate can be written in no other way.
    lines = [json.dumps(line).encode() + b"\n" for line in writer.lines]
    (folder / f"{writer.session}.jsonl").write_bytes(b"".join([*lines, *broken]))


def _traces(file: Path, samples: Sequence[str]) -> Path:
    spans = [
        {
            "traceId": f"{number % 3 + 1:032x}",
            "spanId": f"{number + 1:016x}",
            "name": sample,
            "kind": sample,
            "startTimeUnixNano": str(10**18 + number),
            "endTimeUnixNano": sample if number % 5 == 0 else str(10**18 + number + 9),
            "status": {"code": 2, "message": sample},
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                {"key": "gen_ai.agent.name", "value": {"stringValue": sample}},
                {"key": sample, "value": {"stringValue": sample}},
            ],
        }
        for number, sample in enumerate(samples)
    ]
    scopes = [{"scope": {"name": samples[0]}, "spans": spans}]
    file.write_text(json.dumps({"resourceSpans": [{"scopeSpans": scopes}]}))
    return file
