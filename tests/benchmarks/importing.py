"""Importing made-up sessions of Claude Code, beside json.loads over the same lines."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

from benchmarks.result import Bar, Result
from support.sessions import each_line, write_project
from taskview_tui import wiring
from taskview_tui.cli.importing import seldom_collected

GROUP = "Importing"
_SESSIONS = 150
_TURNS = 12
_LEAST = 20.0
_SHARE = 0.5


async def measure(folder: Path, runs: int) -> AsyncIterator[Result]:
    """Import a project into a new SQLite file, in turns with reading its lines as JSON.

    Both by the time of the processor: an import works on one core.
    """
    project = folder / "projects"
    size = await asyncio.to_thread(write_project, project, _SESSIONS, _TURNS) / 1e6
    ours: list[float] = []
    bare: list[float] = []
    for turn in range(min(runs, 3)):
        for rates, work in ((bare, _loads), (ours, _import)):
            gc.collect()
            began = time.process_time()
            await asyncio.to_thread(work, project, folder / f"{turn}")
            rates.append(size / (time.process_time() - began))
    yield Result(
        group=GROUP,
        what=f"Claude Code sessions, {size:,.0f} MB",
        engine="SQLite",
        ours=median(ours),
        other=median(bare),
        against="json.loads of each line",
        unit="MB/s",
        bar=Bar(
            words=f">= {_LEAST:g} MB/s or {_SHARE:g} x",
            holds=lambda ours, other: other is not None and ours >= min(_LEAST, _SHARE * other),
        ),
        note="per core; ours reads, spools, derives and writes",
    )


def _loads(project: Path, _place: Path) -> None:
    for line in each_line(project):
        json.loads(line)


def _import(project: Path, place: Path) -> None:
    place.mkdir()
    with seldom_collected():
        wiring.import_paths(
            str(place / "ours.db"), [str(project)], lambda state: None, spools=place / "spools"
        )
