"""Payloads that JSON readers usually spoil come back from each engine as they went in."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli_browser import Run, ident

TALK = "c0000000-0000-4000-8000-000000000001"

PAYLOADS = [
    "1.10",
    "1",
    "-0.0",
    "1e400",
    "12345678901234567890123456789.50",
    "9" * 5_000,
    "true",
    '"text"',
    '""',
    "[]",
    "{}",
    '{"a":1,"a":2.0}',
    '{"b": 1, "a": 2}',
    r'{"half": "\ud800", "nul": "\u0000", "é": "\u00e9"}',
    '"é 漢字 🙂"',
    r'"\u001b[2J\u009b"',
    '{ "spaced" :\t[ 1 , 2 ] }',
    "[" * 3_000 + "]" * 3_000,
]


@pytest.fixture
def loaded(run: Run, migrated_url: str, tmp_path: Path) -> str:
    file = tmp_path / "rows.ndjson"
    lines = [
        f'{{"id": "{TALK}", "user_id": "ada", "title": null, "created_at": "2026-01-31T10:00:00Z"}}'
    ]
    lines += [
        f'{{"id": "{ident(number)}", "conversation_id": "{TALK}", "agent_id": "a",'
        f' "status": "completed", "input": {payload}, "output": null,'
        f' "metadata": {{"n": {payload}}},'
        f' "error": "é\\u001b\\n\\"", "created_at": "2026-01-31T10:00:{number:02}.000001Z"}}'
        for number, payload in enumerate(PAYLOADS)
    ]
    file.write_text("\n".join(lines))
    ran = run("load", migrated_url, str(file))
    assert ran.code == 0, ran.err
    return migrated_url


@pytest.mark.parametrize("output", ["jsonl", "json"])
def test_payloads_come_back_letter_for_letter(run: Run, loaded: str, output: str) -> None:
    ran = run("ls", loaded, "-o", output, "--full", "--sort", "created")
    assert ran.err == ""
    for payload in PAYLOADS:
        written = payload.replace("\t", " ")
        assert f'"input": {written}, "output": null, "error": ' in ran.out
        assert f'"metadata": {{"n": {written}}}, "created_at"' in ran.out
    assert ran.out.count('"error": "é\\u001b\\n\\""') == len(PAYLOADS)


def test_show_has_the_numbers_as_stored(run: Run, loaded: str) -> None:
    for number, payload in enumerate(PAYLOADS[:6]):
        out = run("show", loaded, str(ident(number))).out
        assert f"\ninput\n  {payload}\n" in out
        assert f'    "n": {payload}\n' in out
