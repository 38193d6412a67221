"""Text to be searched: the lines of a block in one piece, with where each of them begins.

Upper and lower case are alike. A letter stays one letter whatever its case, so that a place in
what is searched is the same place in what is drawn.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate, islice

from taskview_tui.text.clean import clean

MOST = 1_000_000
"""Matches in one block; more are not counted."""

_BETWEEN = "\0"
"""Stands between lines: no cleaned text holds it, so that nothing is found across lines."""
_LOOK_UP = 4096
"""Matches between two looks at whether the search is still wanted."""

_NEAR = 16 * 1024
"""Letters before and after a match that are near it: more than a screen has."""

Unwanted = Callable[[], bool]
"""Says that a search is no longer wanted."""


class StoppedError(Exception):
    """A search was given up because it is no longer wanted."""


def folded(text: str) -> str:
    """Give the text without upper case, each letter in its place."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(_small(letter) for letter in text)
    # At the end of a word sigma has another small letter.
    return small if small.isascii() else small.replace("ς", "σ")


def _small(letter: str) -> str:
    small = letter.lower()
    return small if len(small) == 1 else letter


def needles(text: str) -> tuple[str, ...]:
    """Give what to look for: the text as drawn, with accents joined to their letters and apart."""
    forms = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    found = dict.fromkeys(folded(clean(each)) for each in (*forms, text))
    return tuple(each for each in found if each)


class Haystack:
    """The searchable lines of a block."""

    def __init__(self, lines: Iterable[str]) -> None:
        texts = list(lines)
        text = _BETWEEN.join(texts)
        if text.isascii():
            self._text = text.lower()  # as `folded` would have it, line by line
        else:
            texts = [folded(each) for each in texts]
            self._text = _BETWEEN.join(texts)
        begins = accumulate((len(each) + 1 for each in texts), initial=0)
        self._starts = array("q", islice(begins, len(texts)))

    def find(self, wanted: Iterable[str], unwanted: Unwanted = lambda: False) -> array[int]:
        """Give the places of all matches in order; StoppedError as soon as they are unwanted."""
        found = [self._places(needle, unwanted) for needle in wanted]
        if len(found) == 1:
            return found[0]
        return array("q", sorted({place for places in found for place in places}))

    def find_near(self, needle: str, line: int) -> array[int] | None:
        """Give the places of the matches around the first from a line on; None where none is."""
        first = self._text.find(needle, self.start(line))
        if first < 0:
            return None
        # From the start of a line on, as all are found: else they might overlap otherwise.
        start = self.start(self.line(max(first - _NEAR, 0)))
        start, end = start if first - start <= 2 * _NEAR else first, first + _NEAR
        found = re.compile(re.escape(needle)).finditer(self._text, start, end)
        return array("q", (match.start() for match in found))

    def _places(self, needle: str, unwanted: Unwanted) -> array[int]:
        places = array("q")
        found = re.finditer(re.escape(needle), self._text)
        while some := [match.start() for match in islice(found, _LOOK_UP)]:
            places.extend(some)
            if len(places) >= MOST:
                return places[:MOST]
            if unwanted():
                raise StoppedError
        return places

    def line(self, place: int) -> int:
        """Give the line that a place is in."""
        return bisect_right(self._starts, place) - 1

    def start(self, line: int) -> int:
        """Give the place where a line begins; that of the end after the last."""
        return self._starts[line] if line < len(self._starts) else len(self._text) + 1

    def length(self, place: int, wanted: Iterable[str]) -> int:
        """Count the letters of the match at a place."""
        return max(len(each) for each in wanted if self._text.startswith(each, place))
