"""Finds, in the midst of text, the values of keys that are secrets: `TOKEN=…`, `--password …`.

What stands there may be the command line of a tool, a file that an agent has read, a header, or
JSON that was cut off: text in which the rules for keys hold all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

# A key, whatever stands around it in code, and what puts a value behind it, all on one line. A word
# is looked at from its beginning only, and every part has an end: so a line of megabytes takes time
# in proportion to its length.
_BEFORE = re.compile(
    r"""
    (?<![A-Za-z0-9_.-]) (?: (?P<option>--?) | [.-]{0,8}+ )
    (?P<key> [A-Za-z0-9_][A-Za-z0-9_.-]{0,199}+ )
    (?:
        (?: \\{0,16}["'`] )? \]?
        (?: [ \t]{0,4} : [ \t]{0,4} &? (?: 'static[ ] )? [A-Za-z_][\w.\[\]<>]{0,60}+
            [ \t]{1,4} (?= =[ \t] ) )?       # the type, as in `token: str = "…"`
        [ \t]{0,8} (?: => | := | ={1,3} | :(?!:) ) [ \t]{0,8}
      | (?(option) [ \t]{1,8} (?!-) | (?!) )
    )
    """,
    re.VERBOSE,
)
_OPENING = re.compile(r"""(?:[bfru]{1,2}(?=["']))?(\\{0,16}["'`])?""", re.IGNORECASE)
_SCHEME = re.compile(r"(?:basic|bearer|token|digest|negotiate|apikey)[ \t]{1,8}", re.IGNORECASE)
_UP_TO = {quote: re.compile(rf"(?:[^{quote}\\\r\n]|\\.)*+", re.DOTALL) for quote in ('"', "'", "`")}
_BARE = re.compile(r"""[^\s"'`\\,;&<>}]{0,4000}[^\s"'`\\,;&<>})\].]""")
_LEAST = 3
"""Characters of a value below which it is none."""

# What stands for a value and is none: words of languages, variables, what is to be filled in, and
# code that gets it from elsewhere.
_NO_VALUE = re.compile(
    r"""
    (?: none | null | nil | true | false | undefined | str(?:ing)? | int(?:eger)? | bool(?:ean)?
      | bytes | any | object | number | optional | secretstr | required
      | \$[a-z_]\w* | %\w+% | \*+ | x{3,} | \.{3,} | …+ )\Z
    | \$[{(] | \{ | \[ | \( | <
    | (?-i: [A-Z][A-Za-z]* (?: \.[A-Z][A-Za-z]* )+ )\Z
    | [a-z_][\w.]*[(\[]
    | (?: self|this|cls|process|os|args|config|settings|req|request|env|ctx|options|opts|params
        | props|secrets|vars|import )\.[a-z_]
    | .*:\Z                                   # another key, whose value comes
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_PATH = re.compile(r"[/~]|[A-Za-z]:\\")


def assigned_secrets(
    text: str, is_secret: Callable[[str], bool], redacted: str
) -> Iterator[tuple[int, int]]:
    """Give where the values of keys that are secrets begin and end, in order.

    `is_secret` says it of a key. What is `redacted` already, or no value but the name of one, is
    passed over.
    """
    done = 0
    for match in _BEFORE.finditer(text):
        if match.start() < done or not is_secret(match["key"]):
            continue
        start, end = _value(text, match.end())
        value = text[start:end]
        if end - start < _LEAST or value.startswith(redacted) or _NO_VALUE.match(value):
            continue
        if match["key"].lower() == "pwd" and _PATH.match(value):
            continue  # the working directory
        if value.isascii() and not any(map(str.isdigit, value)) and is_secret(value):
            continue  # `token=token`, as code hands it on
        yield start, end
        done = end


def _value(text: str, at: int) -> tuple[int, int]:
    """Give where a value begins and ends that comes at a place of a text."""
    opening = _OPENING.match(text, at)
    quote = opening[1] if opening is not None else None
    start = opening.end() if opening is not None and quote is not None else at
    scheme = _SCHEME.match(text, start)
    if scheme is not None:
        start = scheme.end()
    if quote is None:
        found = _BARE.match(text, start)
        return start, start if found is None else found.end()
    if len(quote) == 1:
        return start, _end(_UP_TO[quote], text, start)
    # Within JSON in a string, the quotes have as many backslashes at the end as at the beginning.
    closing = _closing(quote).search(text, start)
    return start, len(text) if closing is None else closing.start()


@cache
def _closing(quote: str) -> re.Pattern[str]:
    """Give what ends a text in quotes of several characters; of these there are few."""
    return re.compile(rf"{re.escape(quote)}|[\r\n]")


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return start if found is None else found.end()
