"""The formats that can be imported, in the order in which they are asked."""

from __future__ import annotations

from taskview_core.importing.openai_agents import OpenAiAgentsReader
from taskview_core.importing.otlp import OtlpReader
from taskview_core.importing.reader import Head, Reader
from taskview_core.importing.spans import SpanOptions


def all_readers(*, all_spans: bool = False) -> tuple[Reader, ...]:
    """Give one reader of each format; `all_spans` is for those of traces."""
    spans = SpanOptions(all_spans=all_spans)
    return (OpenAiAgentsReader(spans), OtlpReader(spans))


def reader_for(head: Head, readers: tuple[Reader, ...]) -> Reader | None:
    """Give the first reader that recognises an input; None where none does."""
    return next((reader for reader in readers if reader.recognises(head)), None)
