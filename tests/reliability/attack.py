"""Feeds hostile texts to every screen and command on a real terminal, for as long as is asked.

Hypothesis makes the texts; of each seed they are the same. The first round on each engine has the
giants among them, and the commands that print those.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from support.attacked import commands, fill, giant_commands, run_in_pipe, run_on_terminal
from support.attacked_writes import writing_commands
from support.databases import DatabaseMaker, migrate
from support.hostile import HALVES, HIDING, MARKUP, SAMPLES
from support.postgres import Servers, server_labels
from support.tour import CONVERSATIONS, DETAILS, EXPORTS, FILTERS, LISTS, TREES, tour

_ROWS = 50
_COMMANDS = 4
"""Command lines that are run on the texts of a round, beside one of the ways through the screens"""
_WAYS = {
    "lists": LISTS,
    "filters": FILTERS,
    "details": DETAILS,
    "trees": TREES,
    "conversations": CONVERSATIONS,
    "exports": EXPORTS,
}
_ODD = st.text(
    st.one_of(
        st.sampled_from([chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]),
        st.sampled_from(
            "\u202e\u2066\u200b\u200d\ufeff\u2028\u00ad\u3164\ufe0f\u0301[];?0123mHhJ/@"
        ),
        st.characters(categories=["Cf", "Mn", "Me", "Cs", "Co", "Cn", "Zl", "Zp"]),
        st.characters(),
    ),
    max_size=24,
)
TEXTS = st.one_of(
    _ODD,
    st.lists(
        st.one_of(_ODD, st.sampled_from((*SAMPLES, *HIDING, *MARKUP, *HALVES))), max_size=3
    ).map("".join),
)


def main(words: Sequence[str]) -> int:
    """Attack until the time is over; give 1 where the terminal got what it should not have."""
    parser = argparse.ArgumentParser("python tests/reliability attack")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--engines", default="sqlite,postgres")
    options = parser.parse_args(words)
    end = time.monotonic() + options.minutes * 60
    done: Counter[str] = Counter()
    source = random.Random(options.seed)
    labels = ["sqlite"] if options.engines == "sqlite" else ["sqlite", server_labels()[0]]
    print(f"seed {options.seed}", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = str(folder / name)
        servers = Servers()
        stack.callback(servers.stop)
        maker = DatabaseMaker(servers, folder)
        for number in range(options.rounds):
            if time.monotonic() > end:
                break
            of_round = source.randrange(2**32)
            label = labels[number % len(labels)]
            giants = number < len(labels)
            name = "details" if giants else list(_WAYS)[number % len(_WAYS)]
            texts = _texts(of_round)
            place = folder / f"round{number}"
            wrong = _round(maker, label, name, texts, place, source, done, giants)
            print(f"round {number}, seed {of_round}, {label}, {name}: {dict(done)}", flush=True)
            if wrong:
                print("\n".join(wrong[:40]))
                print("the texts:", *map(repr, texts), sep="\n  ")
                return 1
    return 0


def _texts(of_round: int) -> list[str]:
    """Give the texts that Hypothesis makes of a seed."""
    made: list[str] = []

    @seed(of_round)
    @settings(
        max_examples=1 + _ROWS,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(TEXTS)
    def take(text: str) -> None:
        made.append(text)

    take()
    return made[-_ROWS:]


def _round(
    maker: DatabaseMaker,
    label: str,
    name: str,
    texts: list[str],
    folder: Path,
    source: random.Random,
    done: Counter[str],
    giants: bool,
) -> list[str]:
    folder.mkdir()
    url, target = (maker.filled(label, "migrated", migrate) for _ in range(2))
    try:
        rows = fill(url, texts, with_giants=giants)
        output = tour(url, folder, _WAYS[name])
        wrong = output.offences
        run = [(each, url) for each in source.sample(list(commands(rows)), _COMMANDS)]
        run += [(each, url) for each in giant_commands() if giants]
        writing = list(writing_commands(url, folder, texts))
        run += [(each, target) for each in source.sample(writing, _COMMANDS)]
        for command, place in run:
            wrong += run_on_terminal(command, place) + run_in_pipe(command, place)
            done["commands"] += 2
    finally:
        maker.drop(url)
        maker.drop(target)
    done["rounds"] += 1
    done["rounds with giants"] += giants
    done["texts"] += len(texts)
    done["sequences"] += output.sequences.total()
    return wrong
