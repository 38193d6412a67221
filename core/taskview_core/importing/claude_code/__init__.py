"""Claude Code's sessions: JSON Lines below `<config>/projects/<slug>/`.

A session's own file is `<session>.jsonl`. The lines of its sub-agents are among them (1.x), in
`agent-<id>.jsonl` beside it (2.0), or in `<session>/subagents/agent-<id>.jsonl` with what is known
of the agent in `agent-<id>.meta.json` (2.1).
"""

from taskview_core.importing.claude_code.reader import ClaudeCodeReader

__all__ = ["ClaudeCodeReader"]
