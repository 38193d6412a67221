"""`taskview load`: rows of our schema from NDJSON files, verbatim, all or nothing."""

from taskview_core.persistence.loading.load import load_files
from taskview_core.persistence.loading.report import LoadProgress, LoadReport

__all__ = ["LoadProgress", "LoadReport", "load_files"]
