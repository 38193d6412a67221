"""Reads filter texts by the hundred thousand, and long ones: what `support.fuzzed_queries` asks."""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from support.fuzzed_queries import Fuzz, check_all, long_texts, texts

_BATCH = 5_000
_SHORT, _LONG = 10_000, 40_000
_QUICK = 0.02
"""Seconds below which a length says nothing about how reading grows."""
_MOST_GROWTH = 8.0
"""Four times the length takes four times as long, and sixteen times where it grows by squares."""


def main(words: Sequence[str]) -> int:
    """Check texts of one seed; give 1 where something is wrong."""
    parser = argparse.ArgumentParser("python tests/reliability queries")
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args(words)
    print(f"seed {options.seed}", flush=True)
    outcomes: Counter[str] = Counter()
    source = texts(options.seed, options.texts)
    while batch := list(islice(source, _BATCH)):
        outcomes += check_all(batch)
        outcomes["texts"] += len(batch)
        print(dict(outcomes), flush=True)
    return _grow()


def _grow() -> int:
    """Read each long text and one four times as long, and say where that takes much longer."""
    slow, slowest = [], 0.0
    for short, long in zip(long_texts(_SHORT), long_texts(_LONG), strict=True):
        before, after = (_seconds(text) for text in (short, long))
        slowest = max(slowest, before)
        if after > max(before * _MOST_GROWTH, _QUICK):
            slow.append(f"{short[:20]!r}: {before * 1000:.1f} ms, {after * 1000:.1f} ms")
    print(f"{_SHORT:,} characters take at most {slowest * 1000:.0f} ms")
    print("\n".join(slow) or f"and none grows more than in proportion up to {_LONG:,}")
    return 1 if slow else 0


def _seconds(text: str) -> float:
    """Give the processor's time that a text takes, the best of three."""
    times = []
    for _ in range(3):
        before = time.process_time()
        Fuzz().read(text)
        times.append(time.process_time() - before)
    return min(times)
