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

# What stands for a value and is none, by its beginning: variables, what is to be filled in, and
# code that gets it from elsewhere. It is not read to its end, for there may be keys in it.
_CODE = re.compile(
    r"""
      \$[{(] | \{ | \[ | \( | <
    | [a-z_][\w.]{0,200}+[(\[]
    | (?: self|this|cls|process|os|args|config|settings|req|request|env|ctx|options|opts|params
        | props|secrets|vars|import )\.[a-z_]
    """,
    re.VERBOSE | re.IGNORECASE,
)
# In quotes there is no code, only what is put in there.
_FILLED_IN = re.compile(r"\$[{(]|\{\{?[^{}\r\n]{1,80}\}|<[^<>\r\n]{1,80}>")
# The same, by all of it: words of languages, masks, and another key, whose value comes.
_NO_VALUE = re.compile(
    r"""
      none | null | nil | true | false | undefined | str(?:ing)? | int(?:eger)? | bool(?:ean)?
    | bytes | any | object | number | optional | secretstr | required
    | \$[a-z_]\w* | %\w+% | \*+ | x{3,} | \.{3,} | …+
    | (?-i: [A-Z][A-Za-z]* (?: \.[A-Z][A-Za-z]* )+ )
    | [\w.-]{1,200}:
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_.-]{1,100}")
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
        start, quote = _beginning(text, match.end())
        if (_CODE if quote is None else _FILLED_IN).match(text, start):
            continue
        if match["key"].lower() == "pwd" and _PATH.match(text, start):
            continue  # the working directory
        end = _ending(text, start, quote)
        value = text[start:end]
        if end - start < _LEAST or value.startswith(redacted) or _NO_VALUE.fullmatch(value):
            continue
        if _NAME.fullmatch(value) and is_secret(value):
            continue  # `token=token`, as code hands it on
        yield start, end
        done = end


def _beginning(text: str, at: int) -> tuple[int, str | None]:
    """Give where a value begins that comes at a place of a text, and the quotes it stands in."""
    opening = _OPENING.match(text, at)
    quote = opening[1] if opening is not None else None
    start = opening.end() if opening is not None and quote is not None else at
    scheme = _SCHEME.match(text, start)
    return start if scheme is None else scheme.end(), quote


def _ending(text: str, start: int, quote: str | None) -> int:
    """Give where a value ends: at its quote or the end of the line, or before what is no part."""
    if quote is not None and len(quote) > 1:
        # Within JSON in a string, quotes have as many backslashes at the end as at the beginning.
        closing = _closing(quote).search(text, start)
        return len(text) if closing is None else closing.start()
    found = (_BARE if quote is None else _UP_TO[quote]).match(text, start)
    return start if found is None else found.end()


@cache
def _closing(quote: str) -> re.Pattern[str]:
    """Give what ends a text in quotes of several characters; of these there are few."""
    return re.compile(rf"{re.escape(quote)}|[\r\n]")
