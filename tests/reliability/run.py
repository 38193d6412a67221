"""The command line of the long rounds."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reliability.beside import BARS, write_beside
from reliability.killed import kill_rounds
from reliability.operations import Stage
from support.databases import SQLITE, DatabaseMaker
from support.postgres import Servers, server_labels


def main(words: Sequence[str]) -> int:
    """Run what the command line asks for; 1 where a promise did not hold."""
    parser = argparse.ArgumentParser("python tests/reliability", description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    killed = parts.add_parser("killed", help="kill commands that write, at random moments")
    killed.add_argument("--rounds", type=int, default=200)
    killed.add_argument("--tasks", type=int, default=1_000, help="how large the databases are")
    killed.add_argument("--seed", type=int, default=None)
    killed.add_argument("--only", help="one operation alone, such as 'upgrade'")
    writer = parts.add_parser("writer", help="a writer at full rate, with and without a browser")
    writer.add_argument("--minutes", type=float, default=5.0)
    writer.add_argument("--turn", type=float, default=5.0, help="seconds with or without a browser")
    writer.add_argument("--pause", type=float, default=0.2, help="seconds between two questions")
    writer.add_argument("--tasks", type=int, default=5_000, help="how many are there before")
    for part in (killed, writer):
        part.add_argument(
            "--engine", choices=[SQLITE, *server_labels()], action="append", default=None
        )
    options = parser.parse_args(words)
    engines = options.engine or [SQLITE, server_labels()[0]]
    return _killed(options, engines) if options.part == "killed" else _writer(options, engines)


@contextmanager
def _stage(options: argparse.Namespace) -> Iterator[Stage]:
    """Give what makes databases, in a folder and on servers that are gone afterwards."""
    servers = Servers()
    try:
        with tempfile.TemporaryDirectory(prefix="taskview-rounds-") as name:
            folder = Path(name)
            (folder / "databases").mkdir()
            yield Stage(DatabaseMaker(servers, folder / "databases"), folder, options.tasks)
    finally:
        servers.stop()


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _killed(options: argparse.Namespace, engines: list[str]) -> int:
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    wrong: list[str] = []
    with _stage(options) as stage:
        for engine in engines:
            chance = random.Random(seed)
            outcomes = kill_rounds(stage, engine, options.rounds, chance, _tell, options.only)
            for operation, outcome in outcomes.items():
                wrong += outcome.wrong
                left = ", ".join(f"{each} {times}" for each, times in outcome.left.items())
                print(f"{engine}: {operation}: {outcome.rounds} killed; left {left}")
    for words in wrong:
        print(f"WRONG: {words}")
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


def _writer(options: argparse.Namespace, engines: list[str]) -> int:
    missed = 0
    seconds = options.minutes * 60
    with _stage(options) as stage:
        for engine in engines:
            for journal in ("WAL", "DELETE") if engine == SQLITE else ("",):
                url, copy = stage.full(engine), stage.full(engine)
                outcome = asyncio.run(
                    write_beside(url, copy, journal, seconds, options.turn, options.pause, _tell)
                )
                print(f"{engine} {journal}: {outcome.told()}", flush=True)
                missed += not outcome.holds(BARS.get(engine, BARS["postgres"]))
                stage.drop(url)
                stage.drop(copy)
    return 1 if missed else 0
