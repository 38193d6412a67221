"""What can be wrong with a single value, before its place in the filter is known."""

from __future__ import annotations

from taskview_core.errors import UsageError

_LONGEST = 60


class BadValueError(UsageError):
    """A time, duration or id that cannot be read.

    `nearest` is a value that can be, and may have been meant; `incomplete` is true where typing
    on may mend it. `allowed` says what is allowed, without the guess that `detail` begins with.
    """

    def __init__(
        self, title: str, detail: str, *, nearest: str | None = None, incomplete: bool = False
    ) -> None:
        super().__init__(title, f"did you mean {nearest}? {detail}" if nearest else detail)
        self.allowed = detail
        self.nearest = nearest
        self.incomplete = incomplete


def shown(text: str) -> str:
    """Give typed text for a sentence: at most 60 characters, none of them invisible."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(c if c.isprintable() else "·" for c in short)
