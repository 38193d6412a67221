"""The formats that can be imported: a new one is a line here."""

from __future__ import annotations

from taskview_core.importing.claude_code import ClaudeCodeReader
from taskview_core.importing.openai_agents import OpenAiAgentsReader
from taskview_core.importing.otlp import OtlpReader
from taskview_core.importing.reader import Head, Reader
from taskview_core.importing.spans import SpanOptions


def readers(*, all_spans: bool = False) -> tuple[Reader, ...]:
    """Give one reader of each format; `all_spans` is for those of traces."""
    spans = SpanOptions(all_spans=all_spans)
    return (ClaudeCodeReader(), OpenAiAgentsReader(spans), OtlpReader(spans))


READERS: tuple[Reader, ...] = readers()
"""In the order in which they are asked whether an input is theirs."""


def reader_of(head: Head, among: tuple[Reader, ...] = READERS) -> Reader | None:
    """Give the first reader that recognises an input."""
    return next((reader for reader in among if reader.recognises(head)), None)


def reader_named(name: str, among: tuple[Reader, ...] = READERS) -> Reader | None:
    """Give the reader of a format by its name."""
    return next((reader for reader in among if reader.name == name), None)
