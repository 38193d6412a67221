"""Whether a payload holds a value that is followed from task to task: whole, not as some letters.

A value is held by a string or number that is written the same, in the same case. From LEAST_WORD
characters on, it is held as well by a text in which it stands by itself, as an id in a prompt does:
with no letter, digit, `_` or `-` before and behind it, and no decimals where it is a number. A
string that is JSON itself, as arguments of tools often are, is looked into. Keys hold no values.
"""

from __future__ import annotations

import re

from taskview_core.compare.json_values import Number, Value, decode

LEAST_WORD = 4
"""Characters below which a value in the midst of a text says nothing."""

# Printable ASCII without what some writer of JSON escapes, be it only for HTML or JavaScript. The
# last letter before what is not ASCII is left out: NFC may make one character of the two.
_PLAIN = re.compile(r"[ !#$%()*,\-.0-9:;?@A-Z\[\]^_a-z{|}~]+(?![^\x00-\x7f])")


def longest_plain(value: str) -> str:
    """Give the longest part of a value that stands in all JSON that holds it as it is written.

    However often that was put into a text of other JSON, by whatever escapes. Empty where no part
    does: what holds the value is then found only by looking at it.
    """
    return max((run.strip() for run in _PLAIN.findall(value)), key=len, default="")


def holds_value(stored: str | None, value: str) -> bool:
    """Say whether a payload as stored holds a value, which is a `Number` where it is one."""
    todo: list[Value] = [decode(stored)]
    while todo:
        each = todo.pop()
        if isinstance(each, list):
            todo += each
        elif isinstance(each, tuple):
            todo += (member for _, member in each)
        elif isinstance(each, str):
            if _is_in(each, value):
                return True
            if not isinstance(each, Number) and each.lstrip()[:1] in {"{", "["}:
                nested = decode(each)
                if isinstance(nested, list | tuple):
                    todo.append(nested)
    return False


def _is_in(leaf: str, value: str) -> bool:
    if leaf == value:
        return True
    if isinstance(leaf, Number) or len(value) < LEAST_WORD:
        return False
    is_number = isinstance(value, Number)
    at = leaf.find(value)
    while at >= 0:
        end = at + len(value)
        before, behind = leaf[max(at - 2, 0) : at], leaf[end : end + 2]
        # A text that begins or ends with a space has its boundary in itself.
        begins = value[0].isspace() or not _goes_on(before[::-1], is_number)
        ends = value[-1].isspace() or not _goes_on(behind, is_number)
        if begins and ends:
            return True
        at = leaf.find(value, at + 1)
    return False


def _goes_on(beside: str, is_number: bool) -> bool:
    """Whether a word goes on into these two characters, the nearer first."""
    near, far = beside[:1], beside[1:]
    if near.isalnum() or near in {"_", "-"}:
        return True
    return is_number and near in {".", ","} and far.isdigit()
