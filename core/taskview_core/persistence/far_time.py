"""A time that Postgres has and Python has not: infinity, and years before 1 or after 9999."""

from __future__ import annotations

_INFINITE = 2**63 - 1


class FarTime(str):
    """A time as Postgres counts it: `@` and the microseconds since 2000, beyond Python's years."""

    __slots__ = ()

    @classmethod
    def of(cls, microseconds: int) -> FarTime:
        """Make one of a count of microseconds."""
        return cls(f"@{microseconds}")

    @property
    def microseconds(self) -> int:
        """The count; raises ValueError where the text is none."""
        return int(self.removeprefix("@"))

    def in_words(self) -> str:
        """Say which time it is, as far as that can be said."""
        if abs(self.microseconds) >= _INFINITE:
            return "infinity" if self.microseconds > 0 else "-infinity"
        return f"about the year {2000 + self.microseconds // 31_556_952_000_000}"
