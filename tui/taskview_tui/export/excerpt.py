"""Parts of payloads for a report: readable, no longer than allowed, and fenced for Markdown."""

from __future__ import annotations

import re

from taskview_core.entities import StoredJson
from taskview_tui.render.data_text import data_words
from taskview_tui.text.clean import clean_block
from taskview_tui.text.json_text import is_valid_json
from taskview_tui.text.pretty_json import pretty

_HEAD = 0.7
_SHARE = 3
"""The part of an excerpt that one text of the payload takes at most."""
_MUCH = 100
"""A text so many times longer than its excerpt is not spread over lines first."""
_FENCE = re.compile(r"^\s{0,3}(`{3,})", re.MULTILINE)


def excerpt(text: str, most: int) -> str:
    """Give a text in at most about `most` characters: its beginning and end, and what lacks."""
    if len(text) <= most:
        return text
    head = int(most * _HEAD)
    tail = most - head
    gap = f"\n… {len(text) - head - tail:,} characters left out …\n"
    return text[:head].rstrip("\n") + gap + text[-tail:].lstrip("\n")


def payload_excerpt(stored: StoredJson, most: int) -> tuple[str, str]:
    """Give a payload in at most about `most` characters, and the language of its fence."""
    text = stored.text or ""
    if len(text) > _MUCH * most or not is_valid_json(text):
        return excerpt(text, most), "text"

    def shown(value: str) -> str:
        # What is data hides nothing of what is said around it, and no long text all others.
        words = data_words(value)
        return excerpt(value, most // _SHARE) if words is None else f"<{words}>"

    return excerpt("\n".join(pretty(text, shown)), most), "json"


def fenced(text: str, language: str) -> str:
    """Give a text as a block of code that nothing in it can end, cleaned of what terminals obey."""
    text = clean_block(text)
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{language}\n{text}\n{fence}\n"


_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")


def plain(text: str) -> str:
    """Give a text as one line of Markdown that shows it as it is."""
    line = " ".join(clean_block(text).split())
    return _SPECIAL.sub(r"\\\1", line)
