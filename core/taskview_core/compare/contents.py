"""The contents of a task as digests: what is told apart by them need not be kept."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from taskview_core.entities import TaskContents

_SIZE = 16


class ContentDigest(NamedTuple):
    """Digests of the texts as they are stored: of the input, and of output and error.

    Equal ones are of equal contents. Of others the JSON may still be the same by value.
    """

    given: bytes
    came: bytes


def content_digest(task: TaskContents) -> ContentDigest:
    """Give the digests of contents; NULL is another one than any text."""
    return ContentDigest(_digest(task.input.text), _digest(task.output.text, task.error))


def _digest(*texts: str | None) -> bytes:
    digest = blake2b(digest_size=_SIZE)
    for text in texts:
        raw = b"" if text is None else text.encode("utf-8", "surrogatepass")
        digest.update(b"-" if text is None else b"%d:" % len(raw))
        digest.update(raw)
    return digest.digest()
