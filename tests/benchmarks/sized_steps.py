"""The keys that are timed in what is large, each with what brings the screen to where it counts.

A round of them ends where it began: with all open, and nothing marked or looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

ESCAPE = "\x1b"
_PAGE_DOWN, _PAGE_UP = "\x1b[6~", "\x1b[5~"
_HALF_DOWN, _HALF_UP = "\x04", "\x15"
_A_SCREEN = 12
"""Lines with words where a tree shows, and not only that it is read."""
_READ = 8.0
"""Seconds after which all of a large tree is there."""
_NOTICED = 2.5
"""Seconds after which a notice has gone: what is timed next would be taken for its going."""
_SCROLLED = "g" + "j" * 36
"""To the first line that is not on the screen at first, and further."""


@dataclass(frozen=True)
class Step:
    """A key that is timed, after others that are not.

    `until_first` times the first change of the screen, as of a letter that is typed, and with
    `filled` the first after which so many lines have words; all others time the last one.
    `patience` is for how many seconds the program may do nothing in between. `rows_only` looks at
    the rows alone, not at the scroll bar and the line that counts what was found: as of a page, the
    count may come later. `titled` looks at the title too. `lasts` is for how many seconds the
    screen may change by itself afterwards.
    """

    name: str
    key: str
    before: tuple[str, ...] = ()
    until_first: bool = False
    filled: int = 0
    patience: float = 0.15
    rows_only: bool = False
    titled: bool = False
    lasts: float = 0.0


def _step(name: str, key: str, *before: str) -> Step:
    return Step(name, key, before)


def _first(name: str, key: str, *before: str) -> Step:
    return Step(name, key, before, until_first=True)


def _answer(name: str, key: str, *before: str) -> Step:
    return Step(name, key, before, patience=0.3)


def _found(name: str, key: str) -> Step:
    return Step(name, key, patience=0.3, rows_only=True)


def _told(name: str, key: str, *before: str) -> Step:
    """Give a key that is answered by a notice, which is waited for until it has gone."""
    return Step(name, key, before, until_first=True, lasts=_NOTICED)


_MOVES = (
    _step("j", "j", "g"),
    _step("j that scrolls", "j", _SCROLLED),
    _step("k", "k", "gjj"),
    _step("page down", _PAGE_DOWN, "g"),
    _step("page up", _PAGE_UP, "G"),
    _step("half a page down", _HALF_DOWN, "g"),
    _step("half a page up", _HALF_UP, "G"),
    _step("G", "G", "g"),
    _step("g", "g", "G"),
)

_ANYWHERE = (
    _first("? opens the help", "?"),
    _step("Esc from the help", ESCAPE),
    _first(": opens the commands", ":"),
    _step("Esc from the commands", ESCAPE),
    _first("T opens the themes", "T"),
    _step("Esc from the themes", ESCAPE),
)

TREE_STEPS = (
    *_MOVES,
    *_ANYWHERE,
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
    _step("c in what Z shows", "c"),
    _step("c again in what Z shows", "c"),
    _step("z in what Z shows", "z"),
    _step("z again in what Z shows", "z"),
    _step("Z again", "Z"),
    _step("space marks", " ", "g"),
    _first("= compares", "=", "j"),
    _step("q from the comparison", "q"),
    _step("space takes the mark away", " ", "g"),
    _answer("i opens the details", "i"),
    _answer("j beside the details", "j"),
    _step("Tab to the details", "\t"),
    _step("Tab to the tree", "\t"),
    _step("t", "t"),
    _step("i closes the details", "i"),
    _answer("Enter opens the task", "\r", "gj"),
    _step("q from the task", "q"),
    _answer("d opens the task", "d"),
    _step("q from the task again", "q"),
    _step("p to the parent", "p", "gjj"),
    # What fills the screen: the whole of it comes in the background, and is waited for.
    Step("b opens a subtree", "b", ("gj",), until_first=True, filled=_A_SCREEN, lasts=_READ),
    _answer("C from the subtree", "C"),
    # What is read again looks as it did: it is seen that it holds up no key.
    _first("j after r", "rj", "g"),
    Step("a follows", "a", until_first=True, patience=0.3, titled=True),
    Step("a again", "a", until_first=True, patience=0.3, titled=True),
    _first("Y opens the menu", "Y"),
    _step("Esc from the menu", ESCAPE),
    _first("x opens the menu", "x"),
    _step("Esc from the menu of x", ESCAPE),
    _told("y", "y"),
    _step("/", "/", "g"),
    # Its first letter is in every task; both together in two of three, which are more than fill
    # the screen in a tree of 100 too.
    _first("a letter to find", "e"),
    _found("another letter is found", "r"),
    _step("Enter leaves the input", "\r"),
    _step("n", "n"),
    _step("N", "N"),
    _step("page down in what was found", _PAGE_DOWN),
    _step("Esc to the whole tree", ESCAPE),
    _step("n in the whole tree", "n"),
)
"""In a tree, all of which is open at first."""

_SHAPELESS = {
    *("h closes the root", "l opens the root", "O closes all", "O opens all", "e", "E", "f"),
    *("e from what is closed", "Esc takes the marks away", "c", "c again", "z", "z again", "/"),
    *("a letter to find", "another letter is found", "Enter leaves the input", "n", "N"),
    *("page down in what was found", "Esc to the whole tree", "n in the whole tree"),
}
SHAPE_STEPS = (*_MOVES, *(step for step in TREE_STEPS if step.name in _SHAPELESS))
"""Those of them that do the same in a tree of any shape."""

PAYLOAD_STEPS = (
    *_MOVES,
    *_ANYWHERE,
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
    _answer("m shows messages", "m", "g"),
    _answer("m again", "m"),
    _step("o opens a long text", "o", ".", "input.messages[0].content\r"),
    _step("o closes it", "o"),
    _step("Enter opens a long text", "\r"),
    _step("Enter closes it", "\r"),
    _told("y", "y"),
    _step("Y", "Y", ".", "output[2].text\r"),
    _step("Esc from the menu", ESCAPE),
    _first("*", "*"),
    _step("q from who holds a value", "q"),
)
"""In a payload, all of which is unfolded at first.

Not `!` and `v`: they start other programs, whose time it would be.
"""
