"""What a text index on SQLite holds of a task, and what is asked of it for a term.

A task's texts are decoded and folded as they are compared (see `query.matching`), so a term that
is found in a task is a piece of what the index was given. The index knows which three characters
follow each other anywhere; a task with all the trigrams of a term may hold it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from taskview_core.query.matching import fold, texts_of_json
from taskview_core.query.terms import TextTerm

_MOST_TRIGRAMS = 24
_BETWEEN = "\n"
_ODD = re.compile("[\0\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0001ffff]")


def indexed_text(input: str | None, output: str | None, error: str | None) -> str:
    """Give the text of a task as the index takes it."""
    parts: list[str] = []
    for payload in (input, output):
        if payload is not None:
            # Without escapes each string stands in the payload letter for letter.
            parts += texts_of_json(payload) if "\\" in payload else (payload,)
    if error is not None:
        parts.append(error)
    whole = _BETWEEN.join(parts)
    if whole.isascii():
        return _storable(whole.lower())
    return _storable(_BETWEEN.join(map(fold, parts)))


def match_of(terms: Sequence[TextTerm]) -> str | None:
    """Give what the index is asked for terms that must all hold, or None where it cannot help."""
    wanted: dict[str, None] = {}
    for term in terms:
        folded = fold(term.text)
        every = [folded[at : at + 3] for at in range(len(folded) - 2)]
        usable = [each for each in every if each == _storable(each)]
        wanted.update(dict.fromkeys(usable[:_MOST_TRIGRAMS]))
    if not wanted:
        return None
    return " AND ".join('"' + each.replace('"', '""') + '"' for each in wanted)


def _storable(text: str) -> str:
    """Put a blank for what SQLite's tokenizer ends at or cannot be given."""
    return _ODD.sub(" ", text)
