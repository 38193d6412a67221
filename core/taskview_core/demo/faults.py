"""Errors as agents and tools report them: several lines, a trace, numbers that vary."""

from __future__ import annotations

from random import Random

from taskview_core.demo import words
from taskview_core.demo.agents import Agent, Shape

_TRACE = (
    "Traceback (most recent call last):\n"
    '  File "/app/runtime/worker.py", line {line}, in run\n'
    "    result = await handler(task)\n"
    '  File "/app/agents/{module}.py", line {inner}, in handle\n'
    "    return await self.call(arguments, timeout=self.timeout)\n"
    "{what}"
)

_FAULTS: dict[Shape, tuple[str, ...]] = {
    "agent": (
        "ValidationError: 2 validation errors for Plan\nsteps.{digit}.tool\n  field required\n"
        "steps.{digit}.reason\n  str type expected",
        "ContextLengthExceeded: the conversation has {tokens} tokens, the model takes 200000",
        "MaxTurnsExceeded: gave up after {small} turns without an answer",
    ),
    "bash": (
        "CommandFailed: exit code {digit}\n$ {command}\n"
        "E   AssertionError: expected {small}, got {tokens}\n"
        "1 failed, {small} passed in {seconds}s",
        "CommandFailed: exit code 137\n$ {command}\nKilled (out of memory at {small}12 MB)",
        "TimeoutError: command ran for {seconds} s and was stopped\n$ {command}",
    ),
    "read": (
        "FileNotFoundError: [Errno 2] No such file or directory: '{file}'",
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9 in position {tokens}: "
        "invalid continuation byte",
    ),
    "write": (
        "PermissionError: [Errno 13] Permission denied: '{file}'",
        "OSError: [Errno 28] No space left on device: '{file}'",
    ),
    "search": (
        "RateLimited: 429 Too Many Requests, retry after {small} s",
        "TimeoutError: no answer from https://{host}/v1/search within {seconds} s",
    ),
    "http": (
        "HTTPError: 503 Service Unavailable for https://{host}/v2/items?page={digit}",
        "ConnectError: [Errno 111] connection refused: {host}:443",
        "TLSError: certificate of {host} expired {small} days ago — сертификат просрочен",
    ),
    "sql": (
        'UndefinedColumn: column "closed_at" does not exist\n'
        "LINE 1: ...FROM accounts WHERE closed_at >= $1\n"
        "                               ^",
        "QueryCanceled: canceling statement due to statement timeout after {seconds} s",
        "DeadlockDetected: process {tokens} waits for ShareLock on transaction {tokens}1; "
        "blocked by process {small}",
    ),
    "vector": (
        "IndexNotReady: collection 'tickets' is still building ({small} %)",
        "DimensionMismatch: query has 1536 dimensions, the collection has 1024",
    ),
    "model": (
        "Overloaded: the model is overloaded, try again later (request {tokens})",
        "InvalidJSON: the answer ends within a string at position {tokens}: '…ご確認くだ'",
        "ContentFiltered: the answer was stopped by a filter",
    ),
    "message": (
        "SMTPRecipientsRefused: 550 5.1.1 mailbox unavailable ({small})",
        "AuthError: token expired {small} minutes ago; sign in again 🔑",
    ),
}


def own_fault(rng: Random, agent: Agent, subject: float) -> str:
    """Give an error that an agent made itself, on the subject of its input."""
    random = rng.random
    faults = _FAULTS[agent.shape]
    what = faults[int(random() * len(faults))].format(
        digit=1 + int(random() * 9),
        small=2 + int(random() * 80),
        tokens=1000 + int(random() * 250_000),
        seconds=(30, 60, 120, 300)[int(random() * 4)],
        command=words.COMMANDS[int(subject * len(words.COMMANDS))],
        file=words.FILES[int(subject * len(words.FILES))],
        host=words.HOSTS[int(subject * len(words.HOSTS))],
    )
    if random() < 0.65:
        return what
    module = agent.name.rpartition(":")[2].replace("-", "_")
    line, inner = 80 + int(random() * 300), 20 + int(random() * 200)
    return _TRACE.format(line=line, module=module, inner=inner, what=what)


def handed_up(agent_name: str, task_id: str, attempts: int, error: str) -> str:
    """Give the error of a task that failed because a task below it did; it cites that one."""
    # The last line of a trace tells what it was, as the first line of any other error does.
    reason = error.splitlines()[0]
    if reason.startswith("Traceback"):
        reason = next(
            line for line in error.splitlines()[1:] if line[:1] not in {" ", ""} and ":" in line
        )
    elif reason.startswith("SubtaskFailed"):
        reason = reason.rpartition(" <- ")[2]
    tries = "" if attempts == 1 else f" after {attempts} attempts"
    return f"SubtaskFailed: {agent_name} ({task_id}) failed{tries} <- {reason}"
