"""Takes apart a line that is written as programs write JSON: by msgspec, at a part of the cost."""

from __future__ import annotations

import msgspec

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def plain_values(text: str) -> dict[str, str] | None:
    """Give the values of an object by their keys, each as the text it was written in.

    None where it takes a closer look (`ObjectScanner`): where the text is no JSON, or has a key
    twice, NaN, half a surrogate pair, or other spaces than one after each `:` and `,` or none at
    all. Whatever is given is the same text again, put together from its values.
    """
    try:
        found = _decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    values = {key: str(raw, "utf-8") for key, raw in found.items()}
    whole = text.rstrip(" \t\r\n")
    if whole == "{" + ", ".join([f'"{key}": {value}' for key, value in values.items()]) + "}":
        return values
    if whole == "{" + ",".join([f'"{key}":{value}' for key, value in values.items()]) + "}":
        return values
    return None
