"""Lines of Claude Code become turns, calls and sub-agents."""

from __future__ import annotations

import json

import pytest

from support.imports import (
    PLACE,
    claude,
    derive,
    plain_facts,
    rows_of,
    session_rows,
    statuses,
    take,
)
from support.sessions import SessionWriter, call, encoded, made_up_session, text, thinking
from taskview_core.entities.usage_paths import UsagePaths
from taskview_core.importing.reader import Head
from taskview_core.query.stuck import names_a_parent


def test_a_prompt_its_calls_and_its_answer() -> None:
    session = SessionWriter()
    prompt = session.prompt("how late is it?")
    session.says(thinking("a clock is needed"), message="m1")
    session.says(text("I ask the clock."), message="m1")
    session.says(call("t1", "Bash", description="ask", command="date"), message="m1")
    session.result("t1", "noon", toolUseResult={"stdout": "noon", "interrupted": False})
    session.says(text("It is noon."), message="m2")
    turn, tool = session_rows(session.lines)
    assert (turn["id"], turn["agent_id"], turn["status"]) == (
        prompt["uuid"], "claude-code", "completed"
    )  # fmt: skip
    assert turn["parent_task_id"] is None
    assert turn["conversation_id"] == session.session
    assert turn["input"] == {"prompt": "how late is it?"}
    assert turn["output"] == {"text": "It is noon."}
    assert turn["started_at"] == "2026-03-01T09:00:01.000000Z"
    assert turn["completed_at"] == "2026-03-01T09:00:06.000000Z"
    assert tool["parent_task_id"] == turn["id"]
    assert (tool["agent_id"], tool["status"], tool["error"]) == ("tool:Bash", "completed", None)
    assert list(tool["input"]) == ["command", "description"], "what matters comes first"
    assert tool["output"] == {"content": "noon"}
    assert tool["metadata"]["said"] == "I ask the clock."
    assert tool["metadata"]["thought"] == "a clock is needed"
    assert (tool["started_at"], tool["completed_at"]) == (
        "2026-03-01T09:00:04.000000Z", "2026-03-01T09:00:05.000000Z"
    )  # fmt: skip


def test_the_usage_of_a_message_counts_once_and_at_its_last() -> None:
    session = SessionWriter()
    session.prompt("go")
    session.says(text("one"), message="m1", tokens=1)
    session.says(call("t1"), message="m1", tokens=50)
    session.result("t1", "done")
    session.says(text("two"), message="m2", tokens=7)
    turn, _ = session_rows(session.lines)
    assert turn["metadata"]["usage"] == {
        "input_tokens": 6,
        "cache_creation_input_tokens": 200,
        "cache_read_input_tokens": 2000,
        "output_tokens": 57,
    }
    found = UsagePaths().read(json.dumps(turn["metadata"]), "claude-code")
    assert found is not None
    assert (found.usage.input, found.usage.output, found.usage.cached) == (2206, 57, 2000)


@pytest.mark.parametrize(
    ("content", "more", "status", "error"),
    [
        ("<tool_use_error>no such file</tool_use_error>", {}, "failed", "no such file"),
        ([{"type": "text", "text": "Exit code 1"}], {}, "failed", "Exit code 1"),
        (None, {}, "failed", "the tool says that it failed, and not why"),
        (
            "The user doesn't want to proceed with this tool use. The tool use was rejected (eg."
            " x). STOP what you are doing and wait.",
            {},
            "cancelled",
            "The user doesn't want to proceed with this tool use.",
        ),
        (
            "The user doesn't want to proceed with this tool use. The user provided the following"
            " reason for the rejection:  use pnpm",
            {},
            "cancelled",
            "rejected by the user: use pnpm",
        ),
        ("half", {"toolUseResult": {"interrupted": True}}, "cancelled", "half"),
    ],
)
def test_calls_that_fail_or_are_cancelled(
    content: object, more: dict[str, object], status: str, error: str
) -> None:
    session = SessionWriter()
    session.prompt("go")
    session.says(call("t1"))
    session.result("t1", content, failed=True, **more)
    session.says(text("it did not work"))
    turn, tool = session_rows(session.lines)
    assert (tool["status"], tool["error"]) == (status, error)
    assert tool["output"] == {"content": content}
    assert turn["status"] == "completed"


def test_an_interrupted_turn_is_cancelled_and_still_shows_its_prompt() -> None:
    session = SessionWriter()
    session.prompt("go")
    session.says(call("t1"))
    session.prompt("[Request interrupted by user for tool use]")
    turn, tool = session_rows(session.lines)
    assert (turn["status"], turn["error"], turn["input"]) == ("cancelled", None, {"prompt": "go"})
    assert turn["metadata"]["notices"] == ["[Request interrupted by user for tool use]"]
    # It gets no result any more: it ended with the turn.
    assert (tool["status"], tool["error"]) == ("cancelled", "[Request interrupted by user]")
    assert tool["completed_at"] == turn["completed_at"] is not None


def test_an_error_of_the_api_fails_a_turn_unless_it_goes_on() -> None:
    session = SessionWriter()
    session.prompt("one")
    session.says(text("API Error: 529 overloaded"), isApiErrorMessage=True)
    session.prompt("two")
    session.says(text("API Error: 529 overloaded"), isApiErrorMessage=True)
    session.says(text("here I am"))
    first, second = session_rows(session.lines)
    assert (first["status"], first["error"]) == ("failed", "API Error: 529 overloaded")
    assert (second["status"], second["output"]) == ("completed", {"text": "here I am"})


def test_what_is_under_way_runs_and_what_nobody_answered_is_pending() -> None:
    session = SessionWriter()
    session.prompt("nobody answers this")
    session.prompt("go")
    assert statuses(session_rows(session.lines)) == {"turn pending": 2}
    session.says(text("I look."))
    session.says(call("t1"))
    assert statuses(session_rows(session.lines)) == {
        "turn pending": 1, "turn running": 1, "tool running": 1
    }  # fmt: skip
    session.result("t1", "found")
    assert statuses(session_rows(session.lines))["turn running"] == 1
    session.says(text("Done."))
    rows = session_rows(session.lines)
    assert statuses(rows) == {"turn pending": 1, "turn completed": 1, "tool completed": 1}
    assert rows[1]["completed_at"] == "2026-03-01T09:00:06.000000Z"


def test_commands_are_shown_as_they_were_typed() -> None:
    session = SessionWriter()
    session.prompt("<command-name>/model</command-name>\n<command-args>opus</command-args>")
    session.prompt("<local-command-stdout>Set to \x1b[1mopus\x1b[22m</local-command-stdout>")
    session.prompt("<command-message>init…</command-message>\n<command-name>/init</command-name>")
    session.prompt("Please analyze this codebase", isMeta=True)
    session.says(text("analyzed"))
    model, init = session_rows(session.lines)
    assert (model["input"], model["output"]) == (
        {"prompt": "/model opus"}, {"text": "Set to opus"}
    )  # fmt: skip
    assert model["status"] == "completed"
    assert init["input"] == {"prompt": "/init", "expanded": "Please analyze this codebase"}


def test_what_the_editor_adds_is_beside_the_prompt() -> None:
    session = SessionWriter()
    opened = "<ide_opened_file>The user opened a.py</ide_opened_file>"
    image = {"type": "image", "source": {"type": "base64", "data": "aGk="}}
    content = [{"type": "text", "text": opened}, {"type": "text", "text": "mend it"}, image]
    session.line("user", message={"role": "user", "content": content})
    (turn,) = session_rows(session.lines)
    assert turn["input"] == {"prompt": "mend it", "content": [image], "context": [opened]}


def sub_agent(session: SessionWriter, ident: str, prompt: str) -> SessionWriter:
    agent = SessionWriter()
    agent.session = session.session
    agent.line(
        "user",
        message={"role": "user", "content": prompt},
        isSidechain=True,
        agentId=ident,
        uuid=f"{ident}-1",
    )
    agent.says(call(f"{ident}-t"), isSidechain=True, agentId=ident, uuid=f"{ident}-2")
    agent.result(f"{ident}-t", "ok", isSidechain=True, agentId=ident, uuid=f"{ident}-3")
    agent.says(text("found it"), isSidechain=True, agentId=ident, uuid=f"{ident}-4")
    return agent


def parent() -> SessionWriter:
    session = SessionWriter()
    session.prompt("research")
    session.says(call("t1", "Task", prompt="look", description="a look", subagent_type="Explore"))
    return session


def test_a_sub_agent_beside_the_session_is_below_its_call() -> None:
    session = parent()
    agent = sub_agent(session, "a1", "look")
    running = {row["agent_id"]: row for row in session_rows(session.lines, a1=agent.lines[:2])}
    assert running["agent:Explore"]["status"] == "running"
    assert running["agent:Explore"]["parent_task_id"] == running["tool:Task"]["id"], "by its prompt"
    session.result("t1", "found it", toolUseResult={"status": "completed", "agentId": "a1"})
    session.says(text("done"))
    rows = {row["agent_id"]: row for row in session_rows(session.lines, a1=agent.lines)}
    found = rows["agent:Explore"]
    assert found["id"] == running["agent:Explore"]["id"]
    assert found["parent_task_id"] == rows["tool:Task"]["id"]
    assert (found["status"], found["input"], found["output"]) == (
        "completed", {"prompt": "look"}, {"text": "found it"}
    )  # fmt: skip
    assert rows["tool:Bash"]["parent_task_id"] == found["id"]
    assert rows["tool:Task"]["metadata"]["spawned_agent"] == "a1"
    assert found["metadata"]["description"] == "a look"
    assert not names_a_parent(json.dumps(found["metadata"]))


def test_a_sub_agent_among_the_lines_is_found_by_its_prompt() -> None:
    session = parent()
    chain = None
    for line in sub_agent(session, "a1", "look").lines:
        more = {key: value for key, value in line.items() if key not in ("agentId", "timestamp")}
        chain = session.line(line["type"], **more | {"parentUuid": chain and chain["uuid"]})
    # A parent that is in no line: the chain goes on.
    session.says(text("and more"), isSidechain=True, parentUuid="nowhere")
    session.result("t1", "found it")
    session.says(text("done"))
    rows = {row["agent_id"]: row for row in session_rows(session.lines)}
    assert len(rows) == 4
    assert rows["agent:Explore"]["parent_task_id"] == rows["tool:Task"]["id"]
    assert rows["agent:Explore"]["output"] == {"text": "and more"}
    assert rows["claude-code"]["output"] == {"text": "done"}


def test_a_sub_agent_in_the_session_s_folder_has_a_description_of_its_own() -> None:
    session = parent()
    session.result("t1", "started", toolUseResult={"status": "async_launched", "agentId": "a1"})
    session.says(text("it is under way"))
    agent = sub_agent(session, "a1", "look")
    folder = f"{PLACE}/{session.session}/subagents"
    facts = take(encoded(session.lines), f"{PLACE}/{session.session}.jsonl").facts
    facts += take(encoded(agent.lines[:3]), f"{folder}/agent-a1.jsonl").facts
    meta = b'{"agentType":"general-purpose","description":"Research"}'
    assert claude().recognises(Head(f"{folder}/agent-a1.meta.json", meta, whole=True))
    facts += take(meta, f"{folder}/agent-a1.meta.json").facts
    rows = {row["agent_id"]: row for row in rows_of(derive(facts))}
    found = rows["agent:general-purpose"]
    assert found["metadata"]["description"] == "Research"
    assert found["status"] == "running", "its call has only begun it"
    assert derive(facts).conversations[0].user_id == "-work-project"


def test_a_sub_agent_that_nothing_called_is_an_orphan() -> None:
    session = SessionWriter()
    agent = sub_agent(session, "a1", "Warmup")
    facts = take(encoded(agent.lines), f"{PLACE}/agent-a1.jsonl").facts
    derived = derive(facts)
    found = next(row for row in derived.tasks if row.agent_id == "agent:subagent")
    assert found.parent_task_id is None
    assert names_a_parent(found.metadata)
    assert derived.conversations[0].title == "Warmup"


def test_lines_before_any_prompt_begin_a_turn_without_one() -> None:
    session = SessionWriter()
    session.says(call("t1"))
    session.result("t1", "ok")
    session.says(text("there"))
    turn, tool = session_rows(session.lines)
    assert (turn["input"], turn["status"]) == (None, "completed")
    assert turn["metadata"]["prompt_missing"] is True
    assert tool["parent_task_id"] == turn["id"]


def test_titles_go_by_who_gave_them() -> None:
    session = SessionWriter()
    session.prompt("<command-name>/clear</command-name>")
    session.prompt("[Request interrupted by user]")
    prompt = session.prompt("the  first\nquestion " + "x" * 300)

    def title() -> str | None:
        return derive(take(encoded(session.lines)).facts).conversations[0].title

    found = title()
    assert found is not None
    assert found.startswith("the first question xxx")
    assert len(found) == 200
    session.lines.append({"type": "summary", "summary": "of another", "leafUuid": "elsewhere"})
    assert title() == found
    session.lines.append({"type": "summary", "summary": "ours", "leafUuid": prompt["uuid"]})
    assert title() == "ours"
    session.line("ai-title", aiTitle="by a model")
    session.line("custom-title", customTitle="mine")
    assert title() == "mine"


def test_a_copied_line_counts_once_and_one_with_a_known_uuid_still_counts() -> None:
    session = SessionWriter()
    session.prompt("one")
    copied = dict(session.lines[0])
    other = dict(session.lines[0]) | {"message": {"role": "user", "content": "another"}}
    facts = take(encoded([*session.lines, other])).facts
    facts += take(encoded([copied]), f"{PLACE}/resumed.jsonl").facts
    derived = derive(facts)
    assert [row["input"]["prompt"] for row in rows_of(derived)] == ["one", "another"]
    assert derived.folded == {"the same line again": 1}


def test_clocks_that_step_back_change_nothing_but_times() -> None:
    session = SessionWriter()
    session.prompt("one")
    session.says(call("t1"))
    session.result("t1", "ok", timestamp="2026-02-28T09:00:00.000Z")
    session.says(text("there"))
    turn, tool = session_rows(session.lines)
    assert tool["completed_at"] < tool["started_at"]
    assert turn["completed_at"] == "2026-03-01T09:00:04.000000Z"


def test_a_half_line_waits_and_a_whole_one_without_an_end_does_not() -> None:
    raw = encoded(made_up_session(0, turns=1))
    lines = raw.splitlines(keepends=True)
    half = take(raw[:-20])
    assert (len(half.facts), half.skipped) == (len(lines) - 1, [])
    assert half.end.offset == len(raw) - len(lines[-1])
    rest = take(raw, start=half.end)
    assert [each.key for each in half.facts + rest.facts] == [x.key for x in take(raw).facts]
    unended = take(raw[:-1])
    assert len(unended.facts) == len(lines)
    more = take(raw + lines[0], start=unended.end)
    assert [each.key[-9:] for each in more.facts] == [f"{len(lines) + 1:09}"]
    assert more.skipped == []


BAD = {
    b"\xff\xfe{}": "this is not UTF-8 at byte 1",
    b'{"type":"user",}': "this is not JSON: Expecting property name enclosed in double quotes",
    b'"text"': "this is JSON, but not an object",
    b"": "the line is empty",
    b'{"a":' * 100_000: "it is nested deeper than 150 levels",
    b'{"a":' + b"[" * 180 + b"]" * 180 + b"}": "it is nested deeper than 150 levels",
    b'{"a":' + b"9" * 5_000 + b"}": "it has a number with too many digits",
    b'{"a":1} x': "this is not JSON: more follows at column 8",
}


def test_bad_lines_are_named_and_skipped() -> None:
    good = encoded(made_up_session(0, turns=1))
    taken = take(b"".join(line + b"\n" for line in BAD) + good)
    assert len(taken.facts) == len(good.splitlines())
    for number, (found, reason) in enumerate(zip(taken.skipped, BAD.values(), strict=True), 1):
        assert found.reason.startswith(reason)
        assert str(found.place) == f"{PLACE}/some.jsonl:{number}"


def test_a_line_that_is_far_too_long_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskview_core.importing.claude_code.reader.LONGEST", 1 << 20)
    good = encoded(made_up_session(0, turns=1))
    taken = take(b'{"a":"' + b"x" * (3 << 20) + b'"}\n' + good)
    assert [each.reason for each in taken.skipped] == ["the line is longer than 1 MiB"]
    assert len(taken.facts) == len(good.splitlines())
    assert take(b'{"a":"' + b"x" * (3 << 20)).end.offset == 0, "it is still being written"


def test_odd_characters_are_kept_where_they_can_be() -> None:
    session = SessionWriter()
    session.prompt("nul \0 half \ud800 whole \U0001f600")
    session.says(call("t\0\ud800", "Ba\0sh\ud800", n=float("nan"), big=float("inf")))
    session.result("t\0\ud800", "no\0\ud800", failed=True)
    raw = b"".join(json.dumps(line).encode() + b"\n" for line in session.lines)
    derived = derive(take(raw).facts)
    turn, tool = rows_of(derived)
    assert turn["input"] == {"prompt": "nul \0 half \ud800 whole \U0001f600"}
    assert tool["input"] == {"n": "NaN", "big": "Infinity"}
    assert (tool["agent_id"], tool["error"]) == ("tool:Ba␀sh\ufffd", "no␀\ufffd")
    for task in derived.tasks:
        task.to_line().encode()
    title = derived.conversations[0].title
    assert title == "nul ␀ half \ufffd whole \U0001f600"


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, [None], [1, "x", {}], {"a": []}, True])
def test_any_value_anywhere_is_survived(junk: object) -> None:
    session = parent()
    agent = sub_agent(session, "a1", "look")
    session.result("t1", "x", toolUseResult={"agentId": "a1"})
    session.line("system", subtype="turn_duration", durationMs=1)
    session.line("attachment", attachment={"type": "queued_command", "prompt": "more"})
    session.line("progress", data={"agentId": "a1"}, parentToolUseID="t1")
    lines = [*session.lines, *agent.lines]
    for at, line in enumerate(lines):
        for key in line:
            changed = [*lines[:at], line | {key: junk}, *lines[at + 1 :]]
            if key != "sessionId":
                derive(plain_facts(take(encoded(changed)).facts))
        message = line.get("message", {})
        for key in message:
            inner = line | {"message": message | {key: junk}}
            derive(take(encoded([*lines[:at], inner, *lines[at + 1 :]])).facts)
        for key in (message.get("content") or [{}])[0] if message.get("role") else ():
            if isinstance(message["content"], list):
                block = message["content"][0] | {key: junk}
                inner = line | {"message": message | {"content": [block]}}
                derive(take(encoded([*lines[:at], inner, *lines[at + 1 :]])).facts)


def test_other_files_are_not_taken_for_sessions() -> None:
    for start in (b"", b"\0\1", b'{"id": 1, "user_id": "x"}\n', b"[1]\n", b'{"type":"user"}\n'):
        assert not claude().recognises(Head("x.jsonl", start, whole=True))
    raw = encoded(made_up_session(0))
    assert claude().recognises(Head("x.jsonl", raw[: 1 << 16], whole=False))
    assert claude().recognises(Head("x", b"\n\xff\n" + raw[: 1 << 12], whole=False))
