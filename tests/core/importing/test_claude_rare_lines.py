"""Lines of Claude Code that are rare, and lose nothing for that."""

from __future__ import annotations

from typing import Any

from support.imports import PLACE, claude, derive, session_rows, take
from support.sessions import Line, SessionWriter, call, encoded, text
from taskview_core.importing.reader import Head


def _result(tool: str, content: Any, kind: str = "tool_result") -> Line:
    return {"type": kind, "tool_use_id": tool, "content": content}


def _beside(session: SessionWriter, *blocks: Line) -> None:
    session.line("user", message={"role": "user", "content": list(blocks)})


def test_a_session_is_known_by_a_long_prompt_behind_a_line_of_a_new_kind() -> None:
    session = SessionWriter()
    session.line("brand-new-kind")
    session.prompt("x" * 70_000)
    start = encoded(session.lines)[: 1 << 16]
    assert claude().recognises(Head("some.jsonl", start, whole=False))
    # The id of the line may be behind its message.
    only = encoded(session.lines[1:]).replace(b'"uuid":', b'"later":')[: 1 << 16]
    assert claude().recognises(Head("some.jsonl", only, whole=False))


def test_what_is_said_beside_a_result_is_kept() -> None:
    session = SessionWriter()
    session.prompt("go")
    session.says(call("t1"))
    picture = {"type": "image", "source": {"type": "url", "url": "x"}}
    _beside(session, _result("t1", "done"), text("and hurry"), picture)
    session.says(text("yes"))
    turn, tool = session_rows(session.lines)
    assert turn["input"] == {"prompt": "go", "later": ["and hurry", picture]}
    assert tool["output"] == {"content": "done"}
    assert turn["status"] == "completed"


def test_two_results_of_one_line_may_come_before_their_calls() -> None:
    """The line counts once, whichever of the calls there are."""
    for known in (("t1", "t2"), ("t2",), ()):
        session = SessionWriter()
        session.prompt("go")
        _beside(session, _result("t1", "one"), _result("t2", "two"))
        for ident in known:
            session.says(call(ident))
        tools = [row for row in session_rows(session.lines) if row["metadata"]["kind"] == "tool"]
        assert [(row["status"], row["output"]) for row in tools] == [
            ("completed", {"content": {"t1": "one", "t2": "two"}[ident]}) for ident in known
        ]


def test_an_interruption_beside_a_result_cancels_the_turn() -> None:
    session = SessionWriter()
    session.prompt("go")
    session.says(call("t1"))
    words = "[Request interrupted by user for tool use]"
    _beside(session, _result("t1", "done"), text(words))
    turn, _ = session_rows(session.lines)
    assert turn["status"] == "cancelled"
    assert turn["metadata"]["notices"] == [words]


def test_a_tool_that_runs_where_the_model_does_has_its_result() -> None:
    session = SessionWriter()
    session.prompt("search")
    for ident, kind in (("s1", "server_tool_use"), ("s2", "server_tool_use")):
        session.says({"type": kind, "id": ident, "name": "web_search", "input": {"query": ident}})
    found = [{"type": "web_search_result", "title": "it", "url": "x"}]
    session.says(_result("s1", found, "web_search_tool_result"))
    wrong = {"type": "web_search_tool_result_error", "error_code": "unavailable"}
    session.says(_result("s2", wrong, "web_search_tool_result"))
    session.says(text("found"))
    turn, first, second = session_rows(session.lines)
    assert (first["status"], first["output"]) == ("completed", {"content": found})
    assert (second["status"], second["output"]) == ("failed", {"content": wrong})
    assert turn["status"] == "completed"


def test_sub_agents_at_once_among_the_lines_keep_apart_over_lines_that_are_no_messages() -> None:
    session = SessionWriter()
    session.prompt("ask both")
    session.says(call("t1", "Task", prompt="look at a"), call("t2", "Task", prompt="look at b"))
    chains: dict[str, Line] = {}
    for name in "ab":
        chains[name] = session.prompt(f"look at {name}", isSidechain=True, parentUuid=None)
    for kind in ("system", "progress"):
        chains["a"] = session.line(
            kind, isSidechain=True, parentUuid=chains["a"]["uuid"], subtype="note", content="n"
        )
    for name in "ba":
        session.says(text(f"seen {name}"), isSidechain=True, parentUuid=chains[name]["uuid"])
    agents = {
        row["input"]["prompt"]: row["output"]
        for row in session_rows(session.lines)
        if row["agent_id"].startswith("agent:")
    }
    assert agents == {
        "look at a": {"text": "seen a"},
        "look at b": {"text": "seen b"},
    }


def test_a_prompt_between_two_lines_of_a_message_does_not_count_its_tokens_twice() -> None:
    session = SessionWriter()
    session.prompt("one")
    session.says(text("first"), message="m1", tokens=5_000)
    session.prompt("two")
    session.says(text("and more"), message="m1", tokens=5_000)
    used = [row["metadata"].get("usage", {}) for row in session_rows(session.lines)]
    assert [each.get("output_tokens", 0) for each in used] == [5_000, 0]


def test_a_turn_ends_at_its_latest_time_where_the_clock_steps_back() -> None:
    session = SessionWriter()
    session.prompt("go")
    session.says(call("t1"))
    for line, second in zip(session.lines, (10, 25), strict=True):
        line["timestamp"] = f"2026-03-01T09:00:{second:02}.000Z"
    session.result("t1", "done", timestamp="2026-03-01T09:00:06.000Z")
    session.says(text("done"), timestamp="2026-03-01T09:00:06.000Z")
    turn, _ = session_rows(session.lines)
    assert turn["started_at"] == "2026-03-01T09:00:10.000000Z"
    assert turn["completed_at"] == "2026-03-01T09:00:25.000000Z"


def test_an_empty_line_is_counted_and_no_fault() -> None:
    session = SessionWriter()
    session.prompt("go")
    taken = take(encoded(session.lines) + b"\n" + encoded(session.lines), f"{PLACE}/a.jsonl")
    assert [(each.place.line, each.is_fault) for each in taken.skipped] == [(2, False)]
    assert len(derive(taken.facts[:1]).tasks) == 1


def test_what_claude_code_says_beside_a_sub_agent_is_the_sub_agents() -> None:
    """It lies in a file of its own, which is read behind the session's: not the last turn's."""
    session = SessionWriter()
    session.prompt("research")
    session.says(call("t1", "Task", prompt="look", subagent_type="Explore"))
    session.result("t1", "found", toolUseResult={"status": "completed", "agentId": "a1"})
    session.prompt("something else")
    session.line("system", subtype="turn_duration", durationMs=1000)
    agent = SessionWriter()
    agent.session = session.session
    of_agent: Line = {"isSidechain": True, "agentId": "a1"}
    beside: list[tuple[str, Line]] = [
        ("attachment", {"attachment": {"type": "queued_command", "prompt": "more of it"}}),
        ("system", {"subtype": "api_error", "content": "tried again"}),
        ("system", {"subtype": "turn_duration", "durationMs": 298_000}),
    ]
    agent.line("system", subtype="api_error", content="before its prompt", uuid="a0", **of_agent)
    said = {"role": "user", "content": "look"}
    agent.line("user", message=said, uuid="a1", **of_agent)
    agent.says(text("found"), uuid="a2", **of_agent)
    for number, (kind, more) in enumerate(beside):
        agent.line(kind, uuid=f"b{number}", **of_agent, **more)
    rows = session_rows(session.lines, a1=agent.lines)
    turns = [row for row in rows if row["metadata"]["kind"] == "turn"]
    assert turns[1]["input"] == {"prompt": "something else"}
    assert (turns[1]["metadata"]["duration_ms"], turns[1]["metadata"]["notices"]) == (1000, [])
    (explorer,) = [row for row in rows if row["agent_id"] == "agent:Explore"]
    assert explorer["input"] == {"prompt": "look", "later": ["more of it"]}
    assert explorer["metadata"]["notices"] == ["before its prompt", "tried again"]
    assert explorer["metadata"]["duration_ms"] == 298_000


def test_what_is_no_text_is_kept_wherever_it_stands() -> None:
    picture = {"type": "image", "source": {"type": "url", "url": "x"}}
    odd = {"type": "brand_new", "data": 1}
    session = SessionWriter()
    session.prompt("go")
    session.says(text("here"), odd, message="m1")
    queued = {"type": "queued_command", "prompt": [text("look at this"), picture]}
    session.line("attachment", attachment=queued)
    (turn,) = session_rows(session.lines)
    assert turn["input"] == {"prompt": "go", "later": ["look at this", picture]}
    assert turn["output"] == {"text": "here", "content": [odd]}


def test_who_is_below_an_interrupted_turn_was_interrupted_too() -> None:
    session = SessionWriter()
    session.prompt("go")
    session.says(call("t1", "Task", prompt="look", subagent_type="Explore"))
    session.prompt("[Request interrupted by user]")
    agent = SessionWriter()
    agent.session = session.session
    of_agent: Line = {"isSidechain": True, "agentId": "a1"}
    agent.line("user", message={"role": "user", "content": "look"}, uuid="a1", **of_agent)
    agent.says(call("t2"), uuid="a2", **of_agent)
    rows = session_rows(session.lines, a1=agent.lines)
    assert {row["agent_id"]: row["status"] for row in rows} == {
        "claude-code": "cancelled",
        "tool:Task": "cancelled",
        "agent:Explore": "cancelled",
        "tool:Bash": "cancelled",
    }
    assert all(row["completed_at"] for row in rows)
