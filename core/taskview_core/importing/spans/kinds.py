"""What a span is to an agent, by the attributes that those who write traces have agreed on.

https://opentelemetry.io/docs/specs/semconv/gen-ai/, https://arize-ai.github.io/openinference/spec/,
https://www.traceloop.com/docs/openllmetry/contributing/semantic-conventions,
https://ai-sdk.dev/docs/ai-sdk-core/telemetry, https://langfuse.com/integrations/native/opentelemetry
"""

from __future__ import annotations

from collections.abc import Mapping

from taskview_core.entities.payload import JsonValue
from taskview_core.importing.spans.span import Span
from taskview_core.importing.spans.values import text_of

AGENT = "agent"
TOOL = "tool"
MODEL = "llm"
EMBEDDING = "embedding"
CHAIN = "chain"

CALLS = (MODEL, EMBEDDING)
"""The kinds that are one call of a model."""

_OPERATIONS = {
    "invoke_agent": AGENT,
    "create_agent": AGENT,
    "invoke_workflow": CHAIN,
    "execute_tool": TOOL,
    "chat": MODEL,
    "completion": MODEL,
    "text_completion": MODEL,
    "generate_content": MODEL,
    "embeddings": EMBEDDING,
    "retrieval": "retriever",
}
_LABELS = (
    "openinference.span.kind",
    "traceloop.span.kind",
    "langfuse.observation.type",
    "mlflow.spanType",
)
_LABELLED = {
    "generation": MODEL,
    "chat_model": MODEL,
    "workflow": CHAIN,
    "task": CHAIN,
    "span": None,
    "unknown": None,
}
_MODELS = (
    "gen_ai.request.model",
    "gen_ai.response.model",
    "llm.request.type",
    "llm.model_name",
    "llm.request.model",
)
_TOOLS = ("gen_ai.tool.name", "tool.name", "ai.toolCall.name", "gen_ai.tool.call.id")
_AGENTS = ("gen_ai.agent.name", "agent.name", "gen_ai.agent.id")
_SPEAKING = frozenset(
    ("gen_ai.operation.name", "ai.operationId", *_LABELS, *_TOOLS, *_MODELS, *_AGENTS)
)


def kind_of(span: Span) -> str | None:
    """Give what a span is, in a word; None for one that no agent, tool or model speaks of."""
    attributes = span.attributes
    if _SPEAKING.isdisjoint(attributes):
        return None
    operation = text_of(attributes, "gen_ai.operation.name")
    if operation is not None:
        word = operation.strip().lower()
        return _OPERATIONS.get(word, word)
    for label in _LABELS:
        said = text_of(attributes, label)
        if said is not None:
            word = said.strip().strip('"').lower()
            return _LABELLED.get(word, word)
    operation = text_of(attributes, "ai.operationId")
    if operation is not None:
        return _of_vercel(operation)
    for names, kind in ((_TOOLS, TOOL), (_MODELS, MODEL), (_AGENTS, AGENT)):
        if text_of(attributes, *names) is not None:
            return kind
    return None


def agent_of(span: Span, kind: str | None) -> str:
    """Give the name to list a span under: of its agent, its tool, its model, else its own."""
    attributes = span.attributes
    if kind == TOOL:
        name = text_of(attributes, *_TOOLS[:3], "traceloop.entity.name")
        return f"tool:{name or _without(span.name, 'execute_tool') or 'unknown'}"
    if kind in CALLS:
        name = text_of(
            attributes, "gen_ai.request.model", "llm.model_name", "ai.model.id", *_MODELS[1:2]
        )
        if name is not None:
            return name
    if kind is not None:
        name = text_of(attributes, *_AGENTS, "graph.node.id", "traceloop.entity.name")
        if name is not None and kind not in CALLS:
            return name
        return _without(span.name, "invoke_agent") or kind
    service = span.service
    name = span.name or span.span
    return name if service is None else f"{service}:{name}"


def model_of(attributes: Mapping[str, JsonValue]) -> str | None:
    """Give the model that answered."""
    return text_of(
        attributes,
        "gen_ai.response.model",
        "gen_ai.request.model",
        "llm.model_name",
        "ai.response.model",
        "ai.model.id",
        "embedding.model_name",
    )


def _of_vercel(operation: str) -> str | None:
    """Read names of Vercel's AI SDK: `ai.generateText`, and `….doGenerate` for the call in it."""
    if operation == "ai.toolCall":
        return TOOL
    if operation.endswith((".doGenerate", ".doStream")):
        return MODEL
    if operation.endswith(".doEmbed"):
        return EMBEDDING
    return CHAIN if operation.startswith("ai.") else None


def _without(name: str, verb: str) -> str:
    return name.removeprefix(f"{verb} ").strip() if name.strip() != verb else name.strip()
