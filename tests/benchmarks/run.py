"""The command line of the benchmark, and the order of what it does."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from platformdirs import user_cache_path

from benchmarks import (
    cancelling,
    counts,
    far,
    importing,
    index_costs,
    loading,
    looked_at,
    machine,
    memory,
    others,
    pages,
    report,
    terminal,
    terminal_sizes,
    text,
    trees,
)
from benchmarks.big_trees import trees_for
from benchmarks.data import postgres_database, postgres_server, say, sqlite_file
from benchmarks.result import Result
from benchmarks.samples import Samples, take_samples
from benchmarks.target import Target, open_target
from benchmarks.text_indexes import drop_text_index, make_text_index

PARTS = (
    *("pages", "counts", "looked-at", "trees", "text", "cancelling"),
    *("terminal", "keys", "memory", "far", "loading", "importing", "indexes", "others"),
)
_OPEN = frozenset({"pages", "counts", "looked-at", "trees", "cancelling", "text", "far"})
"""What is measured on a database that stays open."""
_MOST_INDEXED = 1_000_000
"""The bars of the text index are for so many tasks; to index more takes a quarter of an hour."""


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
        "--data",
        type=Path,
        metavar="FOLDER",
        default=user_cache_path("taskview") / "benchmarks",
        help="where the data is kept between runs",
    )
    parser.add_argument(
        "--beside",
        type=Path,
        metavar="FOLDER",
        action="append",
        default=[],
        help="where commands of other programs are: harlequin, sqlit (may be given several times)",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where the table is written, as .md and .json"
    )
    return parser


async def _measure(options: argparse.Namespace) -> int:
    folder: Path = options.data
    parts = frozenset(options.only or PARTS)
    results: list[Result] = []
    sizes: dict[str, int] = {}

    def take(result: Result) -> None:
        """Tell a result, and write down all so far: a run that is broken off was not in vain."""
        say(report.as_line(result))
        results.append(result)
        _write(options.output, results, machine.describe(sizes, options.runs))

    if "keys" in parts and options.engine != "postgres":
        for result in await asyncio.to_thread(
            lambda: list(terminal_sizes.measure(folder, min(options.runs, 3)))
        ):
            take(result)
    parts -= {"keys"}
    if parts and options.engine != "postgres":
        sizes["SQLite"] = options.tasks
        engine = _Engine(folder, options.tasks, parts, options.runs, beside=options.beside)
        async for result in engine.measure():
            take(result)
    if parts and options.engine != "sqlite":
        sizes["Postgres"] = options.postgres_tasks or options.tasks
        with postgres_server(options.postgres) as server:
            engine = _Engine(folder, sizes["Postgres"], parts, options.runs, server)
            async for result in engine.measure():
                take(result)
    print(report.as_text(results))
    print(report.summary(results))
    return 0


def _write(folder: Path | None, results: Sequence[Result], described: dict[str, str]) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        words = report.as_markdown(results, described) + f"\n{report.summary(results)}.\n"
        (folder / "results.md").write_text(words)
        (folder / "results.json").write_text(report.as_json(results, described))


@dataclass(frozen=True)
class _Engine:
    """Measures one engine: SQLite, or where it is given, a server."""

    folder: Path
    tasks: int
    parts: frozenset[str]
    runs: int
    server: str | None = None
    beside: Sequence[Path] = ()

    async def database(self, tasks: int) -> str:
        """Give the URL of a database of so many tasks."""
        file = await asyncio.to_thread(sqlite_file, self.folder, tasks)
        if self.server is None:
            return f"sqlite:///{quote(str(file))}"
        return await postgres_database(self.server, file, tasks)

    async def measure(self) -> AsyncIterator[Result]:
        """Yield the results part by part."""
        url = await self.database(self.tasks)
        await drop_text_index(url)
        target = await open_target(url, self.tasks)
        name = target.engine
        try:
            if self.parts & _OPEN:
                async for result in self._open(target, await take_samples(target)):
                    yield result
        finally:
            await target.close()
        if "text" in self.parts:
            async for result in self._indexed():
                yield result
        with tempfile.TemporaryDirectory(prefix="taskview-benchmark-") as temporary:
            async for result in self._apart(url, name, Path(temporary)):
                yield result

    async def _open(self, target: Target, samples: Samples) -> AsyncIterator[Result]:
        trees_here = trees_for(self.tasks)
        kinds = {
            "pages": lambda: pages.measure(target, samples, self.runs),
            "counts": lambda: counts.measure(target, samples, self.runs),
            "looked-at": lambda: looked_at.measure(target, samples, self.runs),
            "trees": lambda: trees.measure(target, trees_here, self.runs),
            "cancelling": lambda: cancelling.measure(target, self.runs),
            "text": lambda: text.measure_scanned(target, samples, self.runs),
        }
        if self.server is not None:
            kinds["far"] = lambda: far.measure(
                target.url, target.engine, samples, trees_here[0], self.runs
            )
        for part, measure in kinds.items():
            if part in self.parts:
                async for result in measure():
                    yield result

    async def _indexed(self) -> AsyncIterator[Result]:
        """Make the text index, measure with it, and drop it again."""
        tasks = min(self.tasks, _MOST_INDEXED)
        url = await self.database(tasks)
        if not await make_text_index(url):
            return
        target: Target = await open_target(url, tasks, text_index=True)
        try:
            async for result in text.measure_indexed(target, await take_samples(target), self.runs):
                yield result
        finally:
            await target.close()
            await drop_text_index(url)

    async def _apart(self, url: str, engine: str, temporary: Path) -> AsyncIterator[Result]:
        """Measure what opens databases itself, or none."""
        if "terminal" in self.parts:
            target = await open_target(url, self.tasks)
            async for result in terminal.measure(target, temporary, self.runs):
                yield result
            await target.close()
        if "memory" in self.parts:
            few = (await self.database(memory.FEW)).removeprefix("sqlite:///")
            many = url.removeprefix("sqlite:///")
            async for result in memory.measure(many, few, engine, self.tasks, self.runs):
                yield result
        if "others" in self.parts and self.server is None:
            file = url.removeprefix("sqlite:///")
            async for result in others.measure(self.beside, file, temporary, self.runs):
                yield result
        if "loading" in self.parts:
            load = (
                loading.measure_sqlite(temporary, self.tasks, self.runs)
                if self.server is None
                else loading.measure_postgres(self.server, temporary, self.tasks, self.runs)
            )
            async for result in load:
                yield result
        if "importing" in self.parts and self.server is None:
            async for result in importing.measure(temporary, self.runs):
                yield result
        if "indexes" in self.parts:
            file = await asyncio.to_thread(sqlite_file, self.folder, self.tasks)
            costs = (
                index_costs.measure_sqlite(file, temporary)
                if self.server is None
                else index_costs.measure_postgres(url, engine, file)
            )
            async for result in costs:
                yield result
