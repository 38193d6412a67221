"""Reads the query language into terms.

A filter is terms with white space between, all of which must hold; `-` at once before a term
denies it (`--word` and a lone `-` are text). A term is a word, a "quoted phrase", or a key, a
colon and a value. The keys are in `query.keys`; a near miss of one is an error (`query.near`),
any other `word:` is text, and so is everything in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from taskview_core.errors import FilterError
from taskview_core.query.faults import shown
from taskview_core.query.keys import CONVERSATION_KEYS, TASK_KEYS, KeyHelp, listed
from taskview_core.query.lexer import Scanner
from taskview_core.query.near import meant_key
from taskview_core.query.terms import (
    ConversationTerm,
    IdTerm,
    TaskTerm,
    TextTerm,
    TimeTerm,
    ValueTerm,
)
from taskview_core.query.values import read_metadata, read_text, read_value

MOST_ASKED = 400
"""Terms and values of one filter: databases take a thousand or so, in a statement of seconds."""
_PATH_WITH_QUOTES = re.compile(r'metadata\.(?:[^\s.:"][^\s.:]*\.)*"')


def parse_task_terms(text: str) -> tuple[TaskTerm, ...]:
    """Read a filter of tasks; raise FilterError, which shows the place and what is allowed."""
    scanner = Scanner(text)
    terms: list[TaskTerm] = []
    asked = 0
    while scanner.next_term():
        terms.append(_read_term(scanner, TASK_KEYS))
        asked = _counted(scanner, asked, terms[-1])
    return tuple(terms)


def parse_conversation_terms(text: str) -> tuple[ConversationTerm, ...]:
    """Read a filter of conversations; raise FilterError, for keys that only tasks have too."""
    scanner = Scanner(text)
    terms: list[ConversationTerm] = []
    asked = 0
    while scanner.next_term():
        term = _read_term(scanner, CONVERSATION_KEYS)
        if not isinstance(term, (TextTerm, ValueTerm, IdTerm, TimeTerm)):
            raise AssertionError(f"the keys of conversations led to {term}")
        terms.append(term)
        asked = _counted(scanner, asked, term)
    return tuple(terms)


def _counted(scanner: Scanner, asked: int, term: TaskTerm) -> int:
    """Give how many things are asked for with this term; raise FilterError where they are many."""
    asked += len(term.patterns) if isinstance(term, ValueTerm) else 1
    if asked > MOST_ASKED:
        raise scanner.fault(
            f"a filter asks for more than {MOST_ASKED} things",
            "each word, term and value in a list is one: leave out what comes from here on",
            scanner.term_start,
            scanner.at,
        )
    return asked


def is_plain(word: str) -> bool:
    """Whether a word without white space, as it stands in a filter, is text and not denied."""
    if not word or word[0] == '"' or _PATH_WITH_QUOTES.match(word):
        return False
    if word[0] == "-":
        return word == "-" or word[1] == "-"
    name, colon, rest = word.partition(":")
    return not colon or not (_is_key(name) or meant_key(name, value_follows=bool(rest)))


def _is_key(name: str) -> bool:
    return name in TASK_KEYS or name.startswith("metadata.")


def _read_term(scanner: Scanner, keys: Mapping[str, KeyHelp]) -> TaskTerm:
    denied = _take_denial(scanner)
    if scanner.comes('"'):
        return TextTerm(read_text(scanner, "a phrase"), denied=denied)
    word = scanner.word()
    name, colon, rest = word.text.partition(":")
    end = word.start + len(name) + len(colon)
    with_path = (name.startswith("metadata.") and colon) or _PATH_WITH_QUOTES.match(word.text)
    if with_path and "metadata" in keys:
        scanner.take("metadata.")
        return read_metadata(scanner, denied)
    if colon and name in keys:
        scanner.at = end
        return read_value(scanner, name, denied)
    if colon and rest and _is_key(name):
        raise scanner.fault(
            f"{shown(name)}: is a key of tasks, not of conversations",
            f'the keys here are {listed(keys)}; in quotes, "{shown(name)}:" is text to search for',
            word.start,
            end,
        )
    near = meant_key(name, value_follows=bool(rest), keys=keys) if colon else None
    if near is not None:
        raise _near_miss(scanner, name, near, word.start, keys)
    scanner.at = word.end
    return TextTerm(word.text, denied=denied)


def _take_denial(scanner: Scanner) -> bool:
    following = scanner.text[scanner.at + 1 : scanner.at + 2]
    if not scanner.comes("-") or not following or following == "-" or following.isspace():
        return False
    scanner.at += 1
    return True


def _near_miss(
    scanner: Scanner, name: str, near: str, start: int, keys: Mapping[str, KeyHelp]
) -> FilterError:
    end = start + len(name) + 1
    rest = scanner.text[end:]
    value = rest.lstrip()
    detail = f'the keys are {listed(keys)}; in quotes, "{shown(name)}:" is text to search for'
    if not value:
        example = keys[near.partition(".")[0]].example
        detail = f"did you mean {shown(near)}:, as in {example}? {detail}"
    return scanner.fault(
        f"there is no key {shown(name)}",
        detail,
        start,
        end,
        nearest=f"{near}:" if value else None,
        until=len(scanner.text) - len(value),
    )
