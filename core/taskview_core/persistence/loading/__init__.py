"""`taskview load`: rows of our schema from NDJSON files, verbatim, all or nothing."""

from taskview_core.persistence.loading.load import load_files, load_sources
from taskview_core.persistence.loading.report import LoadProgress, LoadReport
from taskview_core.persistence.loading.sources import open_sources

__all__ = ["LoadProgress", "LoadReport", "load_files", "load_sources", "open_sources"]
