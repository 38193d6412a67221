"""OTLP traces, in whatever envelope they come."""

from taskview_core.importing.otlp.reader import OtlpReader

__all__ = ["OtlpReader"]
