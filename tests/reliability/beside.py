"""How much slower a writer is for a browser beside it: in turns with it and without.

In a third kind of turn the browser asks the same of a copy of the database.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from reliability.looking import Onlooker
from reliability.writing import Writer
from taskview_core.persistence.browser import DatabaseBrowser

WARM_UP = 1.0
BARS = {"sqlite": 0.9, "postgres": 0.95}
"""The part of its rate that a writer keeps beside a browser."""


@dataclass(frozen=True)
class Beside:
    """What came of it.

    The rates are transactions a second, of each turn: with a browser `beside`, with one that asks
    the same of a copy `elsewhere`, and with none (`alone`).
    """

    beside: tuple[float, ...]
    elsewhere: tuple[float, ...]
    alone: tuple[float, ...]
    writer_locked: int
    onlooker: Onlooker

    @property
    def ratio(self) -> float:
        """The median over neighbouring turns, of a browser beside over none: what is promised."""
        return _paired(self.beside, self.alone)

    @property
    def waiting(self) -> float:
        """The same over a browser elsewhere.

        Both take as much of the machine, which on a small one is a part of the writer's: what
        is left is what the database itself has them wait for each other.
        """
        return _paired(self.beside, self.elsewhere)

    def holds(self, bar: float) -> bool:
        """Whether the writer kept its rate, nobody was locked out, and all that was seen true."""
        seen = self.onlooker
        refused = self.writer_locked or seen.locked or seen.failed or seen.untrue
        return self.ratio >= bar and not refused

    def told(self) -> str:
        """Give it for people."""
        seen = self.onlooker
        asked = ", ".join(f"{name} {times}" for name, times in seen.asked.items())
        longest = ", ".join(f"{name} {took * 1000:.0f}" for name, took in seen.longest.items())
        return (
            f"ratio {self.ratio:.3f} to no browser, {self.waiting:.3f} to one elsewhere"
            f" (means {mean(self.beside):.0f}, {mean(self.elsewhere):.0f}, {mean(self.alone):.0f}"
            f" transactions a second in {len(self.beside)} turns each);"
            f" {sum(seen.asked.values())} questions ({asked}); locked: writer {self.writer_locked},"
            f" browser {seen.locked}; failed: {dict(seen.failed) or 'none'};"
            f" untrue: {seen.untrue[:3] or 'none'}; longest answers in ms: {longest}"
        )


def _paired(some: Sequence[float], others: Sequence[float]) -> float:
    return median(one / other for one, other in zip(some, others, strict=True))


async def write_beside(
    url: str,
    copy: str,
    journal: str,
    seconds: float,
    turn: float,
    pause: float,
    tell: Callable[[str], None],
) -> Beside:
    """Write for so many seconds, in turns of `turn` seconds of each kind.

    `copy` is the URL of a database with the same rows, which nobody writes.
    """
    writer = Writer(url, journal)
    writer.start()
    browser, other = DatabaseBrowser(url), DatabaseBrowser(copy)
    onlookers = {"beside": Onlooker(browser, pause), "elsewhere": Onlooker(other, pause)}
    for onlooker in onlookers.values():
        await onlooker.look(WARM_UP)
    rates: dict[str, list[float]] = {"beside": [], "elsewhere": [], "alone": []}
    order = ["beside", "elsewhere", "alone"]
    for number in range(max(1, round(seconds / turn / len(order)))):
        # Now this one first, now that: the table grows meanwhile.
        for kind in order if number % 2 == 0 else reversed(order):
            begun, before = time.monotonic(), writer.done
            if kind in onlookers:
                await onlookers[kind].look(turn)
            else:
                await asyncio.sleep(turn)
            rates[kind].append((writer.done - before) / (time.monotonic() - begun))
        tell(
            f"{number + 1}: " + ", ".join(f"{name} {each[-1]:.0f}" for name, each in rates.items())
        )
    await browser.close()
    await other.close()
    writer.stop()
    return Beside(
        tuple(rates["beside"]),
        tuple(rates["elsewhere"]),
        tuple(rates["alone"]),
        writer.locked,
        onlookers["beside"],
    )
