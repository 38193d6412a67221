"""Puts the words of a command line in an order that argparse reads without mistakes.

argparse takes a value that begins with `-` for an option, and in Python 3.11 it loses count of
optional words that stand on both sides of an option. So each value is tied to its option with
`=`, and the words that belong to no option go to the end, after `--`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class OptionNames(NamedTuple):
    """The options of one parser, each by all its names.

    `long_names` gives the long name of each; `valued` holds the names of those that take a value.
    """

    long_names: Mapping[str, str]
    valued: frozenset[str]

    def is_option(self, word: str) -> bool:
        """Whether a word is one of these options, perhaps with `=` and a value."""
        return word == "--" or word.partition("=")[0] in self.long_names


class Arranged(NamedTuple):
    """A command line in order: options, then words. `unknown` is the first unknown option."""

    options: tuple[str, ...]
    words: tuple[str, ...]
    unknown: str | None = None
    nearest: str | None = None

    def for_argparse(self) -> list[str]:
        """Give what argparse is to read."""
        return [*self.options, "--", *self.words] if self.words else list(self.options)


def arrange(argv: Sequence[str], names: OptionNames) -> Arranged:
    """Separate options with their values from the other words.

    A value may begin with `-`, but is never one of the options themselves: `--sort --full` lacks
    a value, which `--sort=--full` would give.
    """
    options: list[str] = []
    words: list[str] = []
    unknown: str | None = None
    at = 0
    while at < len(argv):
        word = argv[at]
        at += 1
        if word == "--":
            words.extend(argv[at:])
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
        elif word in names.valued:
            if at < len(argv) and not names.is_option(argv[at]):
                options.append(f"{names.long_names[word]}={argv[at]}")
                at += 1
            else:
                options.append(word)
        elif names.is_option(word) or _is_short_with_value(word, names):
            options.append(word)
        elif unknown is None:
            unknown = word.partition("=")[0]
    near = nearest(unknown, names.long_names) if unknown else None
    return Arranged(tuple(options), tuple(words), unknown, near)


def first_word(argv: Sequence[str], names: OptionNames) -> int | None:
    """Find the first word that is neither an option nor the value of one; None after `--`."""
    at = 0
    while at < len(argv) and argv[at] != "--":
        if argv[at] in names.valued:
            at += 2
        elif argv[at].startswith("-"):
            at += 1
        else:
            return at
    return None


def _is_short_with_value(word: str, names: OptionNames) -> bool:
    """Whether a word is a short option with its value behind it, as `-ojson`."""
    return not word.startswith("--") and word[:2] in names.valued


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Give the word that was probably meant, if any is near."""
    import difflib

    found = difflib.get_close_matches(word, list(words), n=1)
    return found[0] if found else None
