"""The command line of the benchmark, and the order of what it does."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import quote

from platformdirs import user_cache_path

from benchmarks import (
    cancelling,
    counts,
    loading,
    machine,
    memory,
    pages,
    report,
    terminal,
    text,
    trees,
)
from benchmarks.big_trees import trees_for
from benchmarks.data import COMMAND, postgres_database, postgres_server, say, sqlite_file
from benchmarks.result import Result
from benchmarks.samples import take_samples
from benchmarks.target import Target, open_target

PARTS = ("pages", "counts", "trees", "text", "cancelling", "terminal", "memory", "loading")


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print the table and write it to files; always 0, for a missed bar is no failure."""
    options = _parser().parse_args(words)
    return asyncio.run(_measure(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python tests/benchmarks", description="Measure taskview beside the bare drivers."
    )
    number = {"metavar": "N", "type": int}
    parser.add_argument("--tasks", default=100_000, help="size of the data (100000)", **number)
    parser.add_argument("--postgres-tasks", help="its size on Postgres (as --tasks)", **number)
    parser.add_argument(
        "--postgres", metavar="URL", help="a server to use; its databases are kept (starts one)"
    )
    parser.add_argument("--engine", choices=("sqlite", "postgres"), help="one of the two only")
    parser.add_argument("--only", metavar="NAME", action="append", choices=PARTS, help="one part")
    parser.add_argument("--runs", default=15, help="rounds of each comparison (15)", **number)
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="where the data is kept between runs"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where the table is written, as .md and .json"
    )
    return parser


async def _measure(options: argparse.Namespace) -> int:
    folder = options.data or _usual_folder()
    parts = tuple(options.only or PARTS)
    results: list[Result] = []
    sizes: dict[str, int] = {}
    if options.engine != "postgres":
        sizes["SQLite"] = options.tasks
        file = sqlite_file(folder, options.tasks)
        async for result in _engine(f"sqlite:///{quote(str(file))}", options.tasks, parts, options):
            results.append(_told(result))
    if options.engine != "sqlite":
        tasks = options.postgres_tasks or options.tasks
        sizes["Postgres"] = tasks
        file = sqlite_file(folder, tasks)
        with postgres_server(options.postgres) as server:
            url = await postgres_database(server, file, tasks)
            async for result in _engine(url, tasks, parts, options, server=server):
                results.append(_told(result))
    print(report.as_text(results))
    print(report.summary(results))
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        described = machine.describe(sizes, options.runs)
        words = report.as_markdown(results, described) + f"\n{report.summary(results)}.\n"
        (options.output / "results.md").write_text(words)
        (options.output / "results.json").write_text(report.as_json(results, described))
    return 0


def _usual_folder() -> Path:
    return user_cache_path("taskview") / "benchmarks"


async def _engine(
    url: str,
    tasks: int,
    parts: tuple[str, ...],
    options: argparse.Namespace,
    server: str | None = None,
) -> AsyncIterator[Result]:
    """Measure one engine, part by part."""
    target = await open_target(url, tasks)
    runs: int = options.runs
    try:
        samples = await take_samples(target)
        if "pages" in parts:
            async for result in pages.measure(target, samples, runs):
                yield result
        if "counts" in parts:
            async for result in counts.measure(target, samples, runs):
                yield result
        if "trees" in parts:
            async for result in trees.measure(target, trees_for(tasks), runs):
                yield result
        if "cancelling" in parts:
            async for result in cancelling.measure(target, runs):
                yield result
        if "text" in parts:
            async for result in text.measure_scanned(target, samples, runs):
                yield result
    finally:
        await target.close()
    if "text" in parts:
        async for result in _indexed(url, tasks, runs):
            yield result
    with tempfile.TemporaryDirectory(prefix="taskview-benchmark-") as name:
        if "terminal" in parts:
            target = await open_target(url, tasks)
            async for result in terminal.measure(target, Path(name), runs):
                yield result
            await target.close()
        if "memory" in parts:
            few_file = sqlite_file(options.data or _usual_folder(), memory.FEW)
            few = (
                str(few_file)
                if server is None
                else await postgres_database(server, few_file, memory.FEW)
            )
            async for result in memory.measure(
                target.url.removeprefix("sqlite:///"), few, target.engine, tasks, runs
            ):
                yield result
        if "loading" in parts:
            load = (
                loading.measure_sqlite(Path(name), tasks, runs)
                if server is None
                else loading.measure_postgres(server, Path(name), tasks, runs)
            )
            async for result in load:
                yield result


async def _indexed(url: str, tasks: int, runs: int) -> AsyncIterator[Result]:
    """Make the text index, measure with it, and drop it again."""
    index = [COMMAND, "db", "index-text", url]
    made = await asyncio.to_thread(subprocess.run, index, stdin=subprocess.DEVNULL)
    if made.returncode != 0:
        say("there is no text index here: those lines are left out")
        return
    target: Target = await open_target(url, tasks)
    try:
        async for result in text.measure_indexed(target, await take_samples(target), runs):
            yield result
    finally:
        await target.close()
        await asyncio.to_thread(subprocess.run, [*index, "--drop"], stdin=subprocess.DEVNULL)


def _told(result: Result) -> Result:
    say(report.as_line(result))
    return result
