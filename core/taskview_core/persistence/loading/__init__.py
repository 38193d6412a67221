"""`taskview load`: rows of our schema from NDJSON files, verbatim, all or nothing."""

from taskview_core.persistence.lines.sources import open_sources
from taskview_core.persistence.loading.load import load_files, load_sources
from taskview_core.persistence.loading.report import LoadProgress, LoadReport

__all__ = ["LoadProgress", "LoadReport", "load_files", "load_sources", "open_sources"]
