"""Damaged sessions by the hundred thousand: none may crash an import, or be left uncounted."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from support.imports import claude, take
from support.mutations import mutated
from support.real_data import real_data_folder
from support.sessions import encoded, made_up_agent, made_up_session
from taskview_core.importing.facts import Fact

_AT_ONCE = 40
"""Lines of one made-up file."""


def main(words: Sequence[str]) -> int:
    """Run; 1 where lines were lost."""
    parser = argparse.ArgumentParser("python tests/reliability imports", description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args(words)
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}", file=sys.stderr, flush=True)
    began = time.monotonic()
    counts = damage(options.lines, Random(seed))
    print(f"{dict(counts)} in {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0


def whole_lines() -> list[bytes]:
    """Give lines to damage: the real ones where they are at hand, and made-up ones."""
    lines = encoded(made_up_session(0)).splitlines()
    lines += encoded(made_up_agent(0, "a0", "look")).splitlines()
    folder = real_data_folder() / "claude-code"
    for file in sorted(folder.rglob("*.jsonl")) if folder.is_dir() else ():
        lines += file.read_bytes().splitlines()
    return lines


def damage(count: int, dice: Random) -> Counter[str]:
    """Read so many damaged lines among others, make rows of them, count what became of them."""
    lines = whole_lines()
    counts: Counter[str] = Counter()
    while counts["damaged"] < count:
        start = dice.randrange(len(lines))
        some = lines[start : start + _AT_ONCE]
        for number in range(len(some)):
            if dice.random() < 0.5:
                some[number] = mutated(some[number], dice)
                counts["damaged"] += 1
        name = Path(dice.choice(("a.jsonl", "agent-a0.jsonl", "s/subagents/agent-a0.jsonl")))
        taken = take(b"".join(line + b"\n" for line in some), str(name))
        assert len(taken.facts) + len(taken.skipped) == len(some), "a line was lost"
        scopes: dict[str, list[Fact]] = {}
        for fact in taken.facts:
            scopes.setdefault(fact.scope, []).append(fact)
        for scope, facts in scopes.items():
            facts.sort(key=lambda each: each.key)
            derived = claude().derive(scope, facts)
            counted = derived.used + sum(derived.folded.values()) + sum(derived.skipped.values())
            assert counted == len(facts), "a line is not accounted for"
            back = [Fact(each.scope, each.key, each.body) for each in facts]
            assert claude().derive(scope, back) == derived, "the spool gives other rows"
            for row in (*derived.conversations, *derived.tasks):
                row.to_line().encode()
            counts["tasks"] += len(derived.tasks)
        counts["lines"] += len(some)
        counts["cannot be read"] += len(taken.skipped)
    return counts
