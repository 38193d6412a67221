"""The keys that are timed in what is large, each with what brings the screen to where it counts.

A round of them ends where it began: with all open, and nothing marked or looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

ESCAPE = "\x1b"
_PAGE_DOWN, _PAGE_UP = "\x1b[6~", "\x1b[5~"
_HALF_DOWN = "\x04"
_SCROLLED = "g" + "j" * 36
"""To the first line that is not on the screen at first, and further."""


@dataclass(frozen=True)
class Step:
    """A key that is timed, after others that are not.

    `until_first` times the first change of the screen, as of a letter that is typed; all others
    the last one. `patience` is for how many seconds the program may do nothing in between.
    `rows_only` looks at the rows alone, not at the scroll bar and the line that counts what was
    found: as of a page, the count may come later.
    """

    name: str
    key: str
    before: tuple[str, ...] = ()
    until_first: bool = False
    patience: float = 0.15
    rows_only: bool = False


def _step(name: str, key: str, *before: str) -> Step:
    return Step(name, key, before)


def _first(name: str, key: str, *before: str) -> Step:
    return Step(name, key, before, until_first=True)


def _answer(name: str, key: str, *before: str) -> Step:
    return Step(name, key, before, patience=0.3)


def _found(name: str, key: str) -> Step:
    return Step(name, key, patience=0.3, rows_only=True)


_MOVES = (
    _step("j", "j", "g"),
    _step("j that scrolls", "j", _SCROLLED),
    _step("k", "k", "gjj"),
    _step("page down", _PAGE_DOWN, "g"),
    _step("page up", _PAGE_UP, "G"),
    _step("half a page down", _HALF_DOWN, "g"),
    _step("G", "G", "g"),
    _step("g", "g", "G"),
)

TREE_STEPS = (
    *_MOVES,
    _step("h closes", "h", "gj"),
    _step("l opens", "l"),
    _step("h closes the root", "h", "g"),
    _step("l opens the root", "l"),
    _step("o closes", "o", "gj"),
    _step("o opens", "o"),
    _step("O closes all", "O"),
    _step("O opens all", "O"),
    _step("e", "e", "g"),
    _step("e from what is closed", "e", "OOOg"),
    _step("E", "E", "Og"),
    _step("f", "f", "ge"),
    _step("Esc takes the marks away", ESCAPE),
    _step("c", "c", "g"),
    _step("c again", "c"),
    _step("z", "z"),
    _step("z again", "z"),
    _step("Z", "Z", "gj"),
    _step("Z again", "Z"),
    _step("space marks", " ", "g"),
    _first("= compares", "=", "j"),
    _step("q from the comparison", "q"),
    _step("space takes the mark away", " ", "g"),
    _answer("i opens the details", "i"),
    _answer("j beside the details", "j"),
    _step("t", "t"),
    _step("i closes the details", "i"),
    _step("/", "/", "g"),
    # Its letter is in every task, the word in some.
    _first("a letter to find", "c"),
    _found("a word is found", "oder"),
    _step("Enter leaves the input", "\r"),
    _step("n", "n"),
    _step("N", "N"),
    _step("page down in what was found", _PAGE_DOWN),
    _step("Esc to the whole tree", ESCAPE),
    _step("n in the whole tree", "n"),
)
"""In a tree, all of which is open at first."""

PAYLOAD_STEPS = (
    *_MOVES,
    _step("J", "J"),
    _step("K", "K"),
    _step(".", ".", "g"),
    _step("a path", "output[2]\r"),
    _step("h folds a record", "h"),
    _step("l unfolds a record", "l"),
    _step("h to the list", "h", "h"),
    _step("h folds the list", "h"),
    _step("l unfolds the list", "l"),
    _step("O unfolds all", "O", ".", "output[2]\r"),
    _step("O folds all", "O"),
    _step("O unfolds all from headings", "O"),
    _step("/", "/", "g"),
    _first("a letter to find", "w"),
    _found("a word is found", "ords"),
    _step("Enter leaves the input", "\r"),
    _step("n", "n"),
    _step("N", "N"),
    _step("page down with marks", _PAGE_DOWN),
    _step("Esc takes the marks away", ESCAPE),
    _step("t", "t", "g"),
    _step("Y", "Y", ".", "output[2].text\r"),
    _step("Esc from the menu", ESCAPE),
    _first("*", "*"),
    _step("q from who holds a value", "q"),
)
"""In a payload, all of which is unfolded at first."""
