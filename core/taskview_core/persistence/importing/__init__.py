"""`taskview import`: what readers find goes by way of a spool into a database."""

from taskview_core.persistence.importing.inputs import find_inputs, recognises
from taskview_core.persistence.importing.report import FormatReport, ImportProgress, ImportReport
from taskview_core.persistence.importing.run import ImportAsk, run_import

__all__ = [
    "FormatReport",
    "ImportAsk",
    "ImportProgress",
    "ImportReport",
    "find_inputs",
    "recognises",
    "run_import",
]
