"""Takes apart a line that is written as programs write JSON: by msgspec, at a part of the cost."""

from __future__ import annotations

from functools import lru_cache

import msgspec

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def plain_members(text: str) -> tuple[tuple[str, ...], list[str]] | None:
    """Give the keys of an object, and its values, each as the text it was written in.

    None where it takes a closer look (`ObjectScanner`): where the text is no JSON, or has a key
    twice, NaN, half a surrogate pair, or other spaces than one after each `:` and `,` or none at
    all. Whatever is given is the same text again, put together from its keys and values.
    """
    try:
        found = _decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    keys = tuple(found)
    values = [str(raw, "utf-8") for raw in found.values()]
    spaced, dense = _forms(keys)
    whole = text if text[-1] == "}" else text.rstrip(" \t\r\n")
    given = tuple(values)
    if whole == spaced % given or whole == dense % given:
        return keys, values
    return None


@lru_cache(maxsize=256)
def _forms(keys: tuple[str, ...]) -> tuple[str, str]:
    """Give the two ways of writing an object with these keys, with `%s` for its values.

    The lines of a file mostly have the same keys.
    """
    escaped = [key.replace("%", "%%") for key in keys]
    return (
        "{" + ", ".join(f'"{key}": %s' for key in escaped) + "}",
        "{" + ",".join(f'"{key}":%s' for key in escaped) + "}",
    )
