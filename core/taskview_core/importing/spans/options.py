"""What a person can choose about traces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpanOptions:
    """Which spans become tasks: those of agents, or `all_spans`."""

    all_spans: bool = False
