"""Recognises text that is data and not for reading: base64, by itself or as a data URI."""

from __future__ import annotations

import base64
import binascii
import re
from itertools import pairwise

_URI = re.compile(
    r"data:([\w.+-]{1,60}/[\w.+-]{1,80})?(?:;[^,;]{1,80}){0,4};base64,", re.IGNORECASE
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_\r\n-]{64,}={0,2}\s*")
_LEAST = 128
"""Characters below which nothing is hidden: they are as easily read as described."""
_LOOK = 4_096
"""So much of the beginning is looked at, and a little of the end."""
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
)


def data_words(text: str) -> str | None:
    """Say what data a text is, as `image/png, 34 KB, base64`; None where it is text for people."""
    if len(text) < _LEAST:
        return None
    uri = _URI.match(text)
    start = uri.end() if uri else 0
    head = text[start : start + _LOOK]
    tail = text[-64:]
    if not _BASE64.fullmatch(head) or not re.fullmatch(r"[A-Za-z0-9+/_\r\n-]*={0,2}\s*", tail):
        return None
    kind = (uri[1] if uri else None) or _kind(head)
    if kind is None:
        if uri is None and not _is_mixed(head):
            return None
        kind = "data"
    padding = len(tail.rstrip()) - len(tail.rstrip().rstrip("="))
    size = (len(text) - start) * 3 // 4 - padding
    return f"{kind.lower()}, {size_words(size)}, base64"


def size_words(size: int) -> str:
    """Give a number of bytes as people count it."""
    if size < 1_000:
        return f"{size} bytes"
    for unit, bytes_in in (("KB", 1_000), ("MB", 1_000_000)):
        if size < 1_000 * bytes_in:
            number = size / bytes_in
            return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"
    return f"{size / 1e9:.1f} GB"


def _kind(head: str) -> str | None:
    """Tell by its first bytes what is encoded."""
    plain = head[:64].replace("-", "+").replace("_", "/").replace("\r", "").replace("\n", "")
    try:
        begun = base64.b64decode(plain[: len(plain) // 4 * 4])
    except binascii.Error:
        return None
    if begun[:4] == b"RIFF" and begun[8:12] in {b"WEBP", b"WAVE"}:
        return "image/webp" if begun[8:12] == b"WEBP" else "audio/wav"
    if begun[4:8] == b"ftyp":
        return "video/mp4"
    found = next((kind for sign, kind in _SIGNS if begun.startswith(sign)), None)
    # Two letters prove little.
    return None if found == "image/bmp" and not _is_mixed(head) else found


def _is_mixed(head: str) -> bool:
    """Whether capitals, small letters and digits come in the mix that encoded bytes have."""
    letters = [letter for letter in head[:1_000] if letter.isalnum()]
    count = len(letters)
    shares = (
        sum(letter.isupper() for letter in letters) / count,
        sum(letter.islower() for letter in letters) / count,
        sum(letter.isdigit() for letter in letters) / count,
    )
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(letters))
    return shares[0] > 0.2 and shares[1] > 0.2 and shares[2] > 0.05 and changes > count / 5
