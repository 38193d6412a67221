"""The formats of an export, and how files are named for them."""

from __future__ import annotations

from enum import Enum
from pathlib import Path


class ExportFormat(Enum):
    """A format; the value is its name on the command line."""

    NDJSON = "ndjson"
    CSV = "csv"
    MARKDOWN = "markdown"

    @property
    def ending(self) -> str:
        """How the names of its files end."""
        return ".md" if self is ExportFormat.MARKDOWN else f".{self.value}"

    @property
    def hides_secrets(self) -> bool:
        """Whether secrets are left out unless one says otherwise: of what is to be shown."""
        return self is ExportFormat.MARKDOWN


ENDINGS = {
    ".ndjson": ExportFormat.NDJSON,
    ".jsonl": ExportFormat.NDJSON,
    ".json": ExportFormat.NDJSON,
    ".csv": ExportFormat.CSV,
    ".md": ExportFormat.MARKDOWN,
    ".markdown": ExportFormat.MARKDOWN,
}


def format_of(path: Path) -> ExportFormat | None:
    """Give the format that a file's name tells, if it does."""
    return ENDINGS.get(path.suffix.lower())
