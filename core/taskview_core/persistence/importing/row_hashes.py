"""Which rows a scope has in the database: ids, each with a hash of the row, in one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

UNKNOWN = bytes(8)
"""In place of a hash: the row may be there or not, and is written in any case."""
_ID, _ALL = 16, 24


def hash_of(row: Sequence[object], *, linked: bool) -> bytes:
    """Give a row's hash; one whose parent is there is another than one that waits for it."""
    # No text in a row holds a NUL, and none is the same as NULL is here.
    text = "\0".join(
        ["+" if linked else "-", *[str(value) if value is not None else "\0" for value in row]]
    )
    return blake2b(text.encode(), digest_size=8).digest()


def packed(rows: Mapping[bytes, bytes]) -> bytes:
    """Put ids and hashes into one piece."""
    return b"".join(ident + digest for ident, digest in rows.items())


def unpacked(piece: bytes) -> dict[bytes, bytes]:
    """Take them apart again."""
    return {piece[at : at + _ID]: piece[at + _ID : at + _ALL] for at in range(0, len(piece), _ALL)}
