"""`taskview import`: what readers find goes by way of a spool into a database, and stays up to date."""

from taskview_core.persistence.importing.report import FormatReport, ImportProgress, ImportReport
from taskview_core.persistence.importing.run import ImportAsk, run_import

__all__ = ["FormatReport", "ImportAsk", "ImportProgress", "ImportReport", "run_import"]
