"""What is said of a task that may be why another failed: on the status line and in reports."""

from __future__ import annotations

from taskview_core.tree.root_cause import Evidence

EVIDENCE_WORDS = {
    Evidence.CITED: "the error above names its id",
    Evidence.REPEATED: "the error above repeats its error",
    Evidence.NAMED: "the error above names its agent",
    Evidence.TOLD: "the error above says that something below failed",
    Evidence.UNSAID: "the task above has no error of its own",
    Evidence.PROMPT: "the task above failed at once after it",
}
"""What speaks for the last step to a cause."""


def by_itself(looked_at: str = "") -> str:
    """Say that nothing else is the cause; `looked_at` is how much of its error that goes by."""
    known = f", as far as {looked_at} tell" if looked_at else ""
    return f"failed by itself{known}: nothing below explains it"


def unexplaining(agent: str) -> str:
    """Say of a task that it failed below one of `agent`, cleaned, and is no cause of that."""
    return f"failed below {agent} too, but does not explain it"
