"""Which rows a scope has in the database: ids, each with a hash of the row, in one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from uuid import UUID

UNKNOWN = bytes(8)
"""In place of a hash: the row may be there or not, and is written in any case."""
_ID, _ALL = 16, 24


def hash_of(row: Sequence[object], *, linked: bool) -> bytes:
    """Give a row's hash; one whose parent is there is another than one that waits for it."""
    digest = blake2b(b"+" if linked else b"-", digest_size=8)
    # No text in a row holds a NUL: that is told from NULL, and one column from the next.
    texts = []
    for value in row:
        if isinstance(value, UUID):
            digest.update(value.bytes)
        else:
            texts.append("\0" if value is None else value)
    digest.update("\0".join(texts).encode())  # type: ignore[arg-type]  # the rest of a row is text
    return digest.digest()


def packed(rows: Mapping[bytes, bytes]) -> bytes:
    """Put ids and hashes into one piece."""
    return b"".join(ident + digest for ident, digest in rows.items())


def unpacked(piece: bytes) -> dict[bytes, bytes]:
    """Take them apart again."""
    return {piece[at : at + _ID]: piece[at + _ID : at + _ALL] for at in range(0, len(piece), _ALL)}
