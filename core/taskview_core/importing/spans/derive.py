"""From the facts of a trace to its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from taskview_core.importing.facts import Fact
from taskview_core.importing.reader import Derived
from taskview_core.importing.spans.forest import forest_of
from taskview_core.importing.spans.options import SpanOptions
from taskview_core.importing.spans.outcome import FAILED, status_of
from taskview_core.importing.spans.span import Event, Log, Resource, Span, one_of, told_by
from taskview_core.importing.spans.talk import talk_of
from taskview_core.importing.spans.tasks import TraceRows

TOLD_BEFORE = "another telling of the same span"
SAME_CALL = "the same call of a model, told within it"
LOG_OF_SPAN = "a log record of a span"
RESOURCE = "what spans have in common"
NO_AGENT = "a span of no agent, tool or model (--all-spans shows it)"
NO_AGENT_FAILED = "a failed span of no agent, tool or model (--all-spans shows it)"
NO_SPAN = "a log record of a span that is not there"
LEFT_OUT = "a log record of a span that is left out"
UNREADABLE = "nothing of a trace"


def derive_trace(source: str, trace: str, facts: Sequence[Fact], options: SpanOptions) -> Derived:
    """Make the rows of a trace, whatever the order of its facts; see Reader.derive."""
    folded: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    tellings: dict[str, list[Span]] = {}
    logs: dict[str, list[Event]] = {}
    resources: dict[str, Resource] = {}
    for fact in sorted(facts):
        told = told_by(fact)
        if isinstance(told, Span):
            tellings.setdefault(told.span, []).append(told)
        elif isinstance(told, Log):
            logs.setdefault(told.span, []).append(told.event)
        elif isinstance(told, Resource):
            before = resources.get(told.ref)
            if before is None or len(before.attributes) <= len(told.attributes):
                resources[told.ref] = told
            folded[RESOURCE] += 1
        else:
            skipped[UNREADABLE] += 1
    spans: dict[str, Span] = {}
    for ident in sorted(tellings):
        folded[TOLD_BEFORE] += len(tellings[ident]) - 1
        completed = [_with_resource(each, resources) for each in tellings[ident]]
        spans[ident] = _with_logs(one_of(completed), logs.get(ident, []))
    forest = forest_of(spans, all_spans=options.all_spans)
    left_out = {span.span for span in forest.left_out}
    for ident, events in logs.items():
        if ident not in spans:
            skipped[NO_SPAN] += len(events)
        elif ident in left_out:
            skipped[LEFT_OUT] += len(events)
        else:
            folded[LOG_OF_SPAN] += len(events)
    failed = sum(status_of(span, span.events) == FAILED for span in forest.left_out)
    skipped[NO_AGENT] += len(forest.left_out) - failed
    skipped[NO_AGENT_FAILED] += failed
    folded[SAME_CALL] += sum(len(node.same) for node in forest.nodes)
    rows = TraceRows(source, trace, forest, talk_of(spans.values()))
    return Derived(
        conversations=[rows.conversation()] if forest.nodes else [],
        tasks=rows.tasks(),
        used=len(forest.nodes),
        folded={reason: count for reason, count in sorted(folded.items()) if count},
        skipped={reason: count for reason, count in sorted(skipped.items()) if count},
    )


def _with_resource(span: Span, resources: dict[str, Resource]) -> Span:
    found = resources.get(span.late or "")
    return span if found is None else span._replace(resource=found.attributes, late=None)


def _with_logs(span: Span, events: list[Event]) -> Span:
    if not events:
        return span
    ordered = sorted([*span.events, *events], key=lambda each: (each.time or 0, each.name))
    return span._replace(events=tuple(ordered))
