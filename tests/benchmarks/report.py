"""Writes the results: a table for the terminal, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.result import Result

_HEADS = ("what", "engine", "ours", "other", "of", "ours / other", "bar", "")


def as_text(results: Sequence[Result]) -> str:
    """Give the table in columns."""
    rows = [_HEADS, *(_cells(each) for each in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column in {2, 3, 5} else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def as_markdown(results: Sequence[Result], machine: dict[str, str]) -> str:
    """Give the table in Markdown below what it was measured on, a section for each group."""
    lines = [f"- {name}: {value}" for name, value in machine.items()]
    for group in dict.fromkeys(each.group for each in results):
        lines += ["", f"## {group}", "", "| " + " | ".join(_HEADS).rstrip() + " |"]
        lines.append("|---|---|--:|--:|---|--:|---|---|")
        of_group = [each for each in results if each.group == group]
        lines += ["| " + " | ".join(_cells(each)) + " |" for each in of_group]
        notes = dict.fromkeys(f"{each.what}: {each.note}" for each in of_group if each.note)
        if notes:
            lines += ["", *(f"- {note}" for note in notes)]
    return "\n".join(lines) + "\n"


def as_json(results: Sequence[Result], machine: dict[str, str]) -> str:
    """Give everything as one JSON object."""
    return json.dumps(
        {"machine": machine, "results": [_record(each) for each in results]}, indent=1
    )


def as_line(result: Result) -> str:
    """Give one result as it comes, on a line."""
    return "  ".join(cell for cell in _cells(result) if cell)


def summary(results: Sequence[Result]) -> str:
    """Say how many bars are met."""
    held = [each for each in results if each.met is not None]
    return f"{sum(bool(each.met) for each in held)} of {len(held)} bars are met"


def _record(result: Result) -> dict[str, Any]:
    return {
        "group": result.group,
        "what": result.what,
        "engine": result.engine,
        "unit": result.unit,
        "ours": result.ours,
        "other": result.other,
        "against": result.against,
        "ratio": result.ratio,
        "bar": None if result.bar is None else result.bar.words,
        "met": result.met,
        "note": result.note,
    }


def _cells(result: Result) -> tuple[str, ...]:
    met = {True: "met", False: "MISSED", None: ""}[result.met]
    ratio = "" if result.ratio is None else _number(result.ratio)
    return (
        result.what,
        result.engine,
        f"{_number(result.ours)} {result.unit}",
        "" if result.other is None else f"{_number(result.other)} {result.unit}",
        result.against,
        ratio,
        "" if result.bar is None else result.bar.words,
        met,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
