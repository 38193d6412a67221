"""Reads damaged traces: `python tests/reliability traces FOLDER`; nothing may raise or be lost."""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from support.traces import Found, mutated
from taskview_core.importing.formats import reader_of, readers
from taskview_core.importing.reader import Head


def main(words: Sequence[str]) -> int:
    """Damage the files of a folder again and again, and read what is left of them."""
    parser = argparse.ArgumentParser(prog="python tests/reliability traces")
    parser.add_argument("folder", type=Path, help="with traces as *.json")
    parser.add_argument("--rounds", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    parser.add_argument("--piece", type=int, default=20_000, help="most bytes that are read of one")
    options = parser.parse_args(words)
    print(f"seed {options.seed}")
    chance = random.Random(options.seed)
    files = [path.read_bytes() for path in sorted(options.folder.glob("*.json"))]
    chosen = [reader_of(Head("", data[:65536], whole=False), readers()) for data in files]
    sums: Counter[str] = Counter()
    slowest = 0.0
    for number in range(options.rounds):
        which = chance.randrange(len(files))
        reader, data = chosen[which], files[which]
        assert reader is not None, "each file is of a format"
        begin = 0 if chance.random() < 0.5 else chance.randrange(len(data))
        size = max(options.piece // chance.choice((1, 10, 100)), 1)
        damaged = mutated(data[begin : begin + size], chance)
        before = time.process_time()
        found = Found(reader, damaged)
        slowest = max(slowest, time.process_time() - before)
        sums["facts"] += sum(len(facts) for facts in found.facts.values())
        sums["skipped"] += len(found.skipped)
        if damaged.strip(b"[], \t\r\n") and not found.facts and not found.skipped:
            sums["silent"] += 1
            print(f"nothing is said of {damaged[:200]!r}")
        sums["tasks"] += len(found.tasks)
        if number % 10_000 == 9_999:
            print(f"{number + 1:,} rounds: {dict(sums)}, slowest {slowest:.3f} s CPU", flush=True)
    return 1 if sums["silent"] else 0
