"""Where metadata says what was used: paths, as data, and how a report is read by them.

A path such as `gen_ai.usage.input_tokens` is found as nested objects, as one key with dots, and as
any mixture of the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import combinations, pairwise
from math import isfinite

from taskview_core.entities.payload import JsonValue
from taskview_core.entities.usage import Covers, Reported, Usage

_OTEL = ("", "attributes.")
"""Traces are kept with their attributes on top or in an object of their own."""


def _known(*paths: str) -> tuple[str, ...]:
    return tuple(before + path for path in paths for before in _OTEL)


KNOWN: Mapping[str, tuple[str, ...]] = {
    "input": (
        *_known(
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.prompt_tokens",
            "llm.token_count.prompt",
            "llm.usage.prompt_tokens",
            "ai.usage.promptTokens",
            "ai.usage.inputTokens",
        ),
        "usage.input_tokens",
        "usage.prompt_tokens",
        "usage.inputTokens",
        "usage.promptTokens",
        "token_usage.prompt_tokens",
        "usage_metadata.input_tokens",
        "usageMetadata.promptTokenCount",
    ),
    "output": (
        *_known(
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.completion_tokens",
            "llm.token_count.completion",
            "llm.usage.completion_tokens",
            "ai.usage.completionTokens",
            "ai.usage.outputTokens",
        ),
        "usage.output_tokens",
        "usage.completion_tokens",
        "usage.outputTokens",
        "usage.completionTokens",
        "token_usage.completion_tokens",
        "usage_metadata.output_tokens",
        "usageMetadata.candidatesTokenCount",
    ),
    "total": (
        *_known(
            "gen_ai.usage.total_tokens",
            "llm.token_count.total",
            "llm.usage.total_tokens",
            "ai.usage.totalTokens",
        ),
        "usage.total_tokens",
        "usage.totalTokens",
        "token_usage.total_tokens",
        "usage_metadata.total_tokens",
        "usageMetadata.totalTokenCount",
        "total_tokens",
    ),
    "cached": (
        *_known(
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "llm.token_count.prompt_details.cache_read",
        ),
        "usage.prompt_tokens_details.cached_tokens",
        "usage.input_tokens_details.cached_tokens",
        "usage.cached_tokens",
        "usage.cachedInputTokens",
        "usageMetadata.cachedContentTokenCount",
    ),
    "cost": (
        *_known("gen_ai.usage.cost", "gen_ai.usage.total_cost", "llm.cost.total"),
        "usage.cost",
        "usage.cost_usd",
        "usage.total_cost",
        "usage.total_cost_usd",
        "cost_usd",
        "total_cost_usd",
        "total_cost",
        "cost",
    ),
}
"""By what it counts: the paths that are looked at, the first that holds a number counts."""

_BESIDE_INPUT = (
    ("read", "usage.cache_read_input_tokens"),
    ("written", "usage.cache_creation_input_tokens"),
)
"""Anthropic's own names: of input that `usage.input_tokens` leaves out."""

_KINDS = (
    *_known("gen_ai.operation.name", "openinference.span.kind", "traceloop.span.kind"),
    "kind",  # of a span of OpenTelemetry it says only which side of a call it was
    "type",
)
_CALLS = frozenset(
    (
        "llm",
        "chat",
        "completion",
        "text_completion",
        "generate_content",
        "generation",
        "model",
        "embedding",
        "embeddings",
    )
)
"""Kinds of tasks that are one call of a model, in lower case."""

OWN_ONLY = ("claude-code",)
"""Agents that are known to report their own calls alone: Claude Code counts a turn's messages."""

_MOST_TOKENS = 10**15
_MOST_COST = 1e12
_MOST_KEYS = 8


@dataclass(frozen=True)
class UsagePaths:
    """Where to look, before the known places, by what is counted there: the keys of KNOWN.

    `own_only` are agents, `*` standing for anything, that report their own calls alone.
    """

    more: Mapping[str, Sequence[str]] = field(default_factory=dict)
    own_only: Sequence[str] = OWN_ONLY

    @cached_property
    def hints(self) -> tuple[str, ...]:
        """Give texts, of which metadata that says anything holds one, in whatever case."""
        longest = {max(path.split("."), key=len) for paths in self.more.values() for path in paths}
        # Most programs write JSON with escapes for all but ASCII.
        escaped = {json.dumps(part)[1:-1] for part in longest}
        return ("token", "cost", *sorted(longest | escaped))

    @cached_property
    def _index(self) -> _Node:
        index = _Node()
        wanted: list[tuple[str, Sequence[str]]] = [
            (name, (*self.more.get(name, ()), *paths)) for name, paths in KNOWN.items()
        ]
        wanted += [(name, (path,)) for name, path in _BESIDE_INPUT]
        wanted.append(("kind", _KINDS))
        for name, paths in wanted:
            for rank, path in enumerate(paths):
                for keys in _spellings(path):
                    index.add(keys, _Place(name, rank, path))
        return index

    @cached_property
    def _alone(self) -> dict[str, bool]:
        return {}

    def _is_alone(self, agent: str) -> bool:
        """Whether an agent reports its own calls alone; there are few agents, and many tasks."""
        known = self._alone.get(agent)
        if known is None:
            known = any(fnmatchcase(agent, _stars_only(name)) for name in self.own_only)
            self._alone[agent] = known
        return known

    def read(self, text: str | None, agent: str) -> Reported | None:
        """Give what metadata, as stored, says that a task of an agent used; None where nothing.

        What cannot be read says nothing.
        """
        if text is None:
            return None
        try:
            value: JsonValue = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return self.find(value, agent)

    def find(self, metadata: JsonValue, agent: str) -> Reported | None:
        """Give what metadata says, decoded."""
        if not isinstance(metadata, dict):
            return None
        found: _Found = {}
        _look(metadata, self._index, found)
        usage = _usage(found)
        if usage is None:
            return None
        kind = found["kind"][1] if "kind" in found else None
        if isinstance(kind, str) and kind.lower() in _CALLS:
            return Reported(usage, Covers.CALL)
        return Reported(usage, Covers.OWN if self._is_alone(agent) else Covers.BELOW)


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    rank: int
    path: str


_Found = dict[str, tuple[_Place, JsonValue]]


@dataclass(slots=True)
class _Node:
    """What may be said under a key: places that end here, and the keys that lead on."""

    places: list[_Place] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)

    def add(self, keys: Sequence[str], place: _Place) -> None:
        node = self
        for key in keys:
            node = node.below.setdefault(key, _Node())
        node.places.append(place)


def _look(value: Mapping[str, JsonValue], node: _Node, found: _Found) -> None:
    """Note what an object says; as deep as the paths are long, whatever the object."""
    for key, lead in node.below.items():
        if key not in value:
            continue
        inner = value[key]
        if isinstance(inner, dict):
            if lead.below:
                _look(inner, lead, found)
            continue
        for place in lead.places:
            before = found.get(place.name)
            if before is not None and before[0].rank <= place.rank:
                continue
            says = isinstance(inner, str) if place.name == "kind" else _number(inner) is not None
            if says:
                found[place.name] = place, inner


def _stars_only(name: str) -> str:
    """Give the pattern for a name in which nothing but `*` stands for something else."""
    return "".join(f"[{letter}]" if letter in "[?" else letter for letter in name)


def _spellings(path: str) -> Iterator[tuple[str, ...]]:
    """Give the keys to follow, one below the other, for each way to join the parts by dots."""
    parts = path.split(".", _MOST_KEYS - 1)
    for count in range(len(parts)):
        for cuts in combinations(range(1, len(parts)), count):
            ends = (0, *cuts, len(parts))
            yield tuple(".".join(parts[low:high]) for low, high in pairwise(ends))


def _number(value: JsonValue) -> float | None:
    """Give a number that counts something; it may be written as text, as in OTLP."""
    if isinstance(value, str) and len(value) < 30:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= _MOST_TOKENS else None
    return value if isfinite(value) and 0 <= value <= _MOST_TOKENS else None


def _usage(found: Mapping[str, tuple[_Place, JsonValue]]) -> Usage | None:
    def number(name: str) -> int | None:
        value = _number(found[name][1]) if name in found else None
        return None if value is None else int(value)

    given, output, total, cached = map(number, ("input", "output", "total", "cached"))
    read, written = number("read"), number("written")
    beside = read is not None or written is not None
    if beside and ("input" not in found or found["input"][0].path == "usage.input_tokens"):
        given = (given or 0) + (read or 0) + (written or 0)
        total = None  # What it leaves out is not known.
    cached = read if cached is None else cached
    cost = _number(found["cost"][1]) if "cost" in found else None
    if cost is not None and cost > _MOST_COST:
        cost = None
    if total is None or (given is not None and output is not None):
        known = [each for each in (given, output) if each is not None]
        total = sum(known) if known else total
    if total is None and cost is None:
        return None
    return Usage(total, given, output, cached, None if cost is None else float(cost))
