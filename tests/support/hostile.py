"""Texts that attack whoever shows them, and rows that hold them in every field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from support.stored import START, StoredConversation, StoredTask, number

MARK = "evil"
"""Stands in every text, so that it can be seen to have been shown."""

COMMANDS = (
    "\x1b[2J\x1b[999;999H",
    "\x1b[31;73mred",
    "\x1b[?1049l",
    "\x1b[?9999h",
    "\x1b[6n\x1b[c\x1b[>q",
    "\x1bc",
    "\x1b#8\x1b(0",
    "\x1b]0;title\x07",
    "\x1b]2;title\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]52;c;?\x07",
    "\x1b]22;wait\x07",
    "\x1b]9;notify\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    '\x1bP$q"p\x1b\\',
    "\x1bPq#0;2;0;0;0#0~~@@\x1b\\",
    "\x1b_Gi=1,a=q;AAAA\x1b\\",
    "\x1b^privacy\x1b\\",
    "\x1bXstart\x1b\\",
    "\x1b",
    "\x1b[",
    "\x1b]52;c;",
    "\x1bP",
    "\x9b2J\x9b31m",
    "\x9d0;title\x9c",
    "\x90q\x9c",
    "\x84\x85\x8d\x8e\x8f",
    "\r\rback\b\b\b\x7f",
    "bell\x07\x07",
    "shift\x0e\x0fin",
    "form\x0b\x0cfeed",
    "line\nbreak\r\nand\rback",
    "tab\ttab\t",
)
HIDING = (
    "user\u202etxt.exe\u202c",
    "\u2066\u2067\u2068iso\u2069",
    "\u200e\u200f\u061c",
    "\ufeffbom\ufeff",
    "zero\u200bwidth\u2060join\u00adsoft",
    "\u200d\u200d\u200d\u200c",
    "tags\U000e0041\U000e0042\U000e007f",
    "Z\u0300" + "\u0301\u0489" * 200,
    "\u0e49" * 60,
    "\u1160" * 40,
    "sel\ufe0f\ufe0f\ufe0f\U000e0100\U000e0101",
    "👨\u200d" * 40 + "👩",
    "\u2028line\u2029paragraph",
    "\ufff9anno\ufffatation\ufffb",
    "\ufdd0\uffff\U0001fffe",
    "\U0001d173\U0001bca0",
    "\u3164\uffa0\u115f",
)
MARKUP = (
    "[/nope]",
    "[@click=app.quit]x[/]",
    "[@click=app.bell()]",
    "[bold red]bold[/bold red]",
    "[link=https://evil.example]x[/link]",
    "[on red",
    "\\[escaped]",
    "$primary [$error]x[/]",
    ":skull: [/]",
    "[[[]]]",
)
SHAPES = (
    "=cmd|'/c calc'!A1",
    "%s%n{0}{x}",
    "'; DROP TABLE tasks; --",
    "``````\n# heading\n<script>",
    "![x](javascript:1) [l](https://evil.example)",
    "../../etc/passwd",
    "`$(touch evil)`",
    "ﷺ﷽𒐫",
    "漢字" * 30,
    "e\u0301" * 30,
    "",
    " ",
)
ALL_CONTROLS = tuple(
    "".join(f"{code:02x}={chr(code)}" for code in range(start, start + 16))
    for start in (*range(0, 0x20, 16), 0x7F, *range(0x80, 0xA0, 16))
)
HALVES = ("\ud83d half", "half \udcff", "\udc80\ud800")
"""Only an escape in JSON can hold these."""

SAMPLES = COMMANDS + HIDING + MARKUP + SHAPES + ALL_CONTROLS


@dataclass(frozen=True)
class Rows:
    """What is put into a database."""

    conversations: tuple[StoredConversation, ...]
    tasks: tuple[StoredTask, ...]


def rows_of(samples: Sequence[str], *, storable: bool) -> Rows:
    """Give rows, each with a sample in every field; where `storable`, without what Postgres lacks.

    They are a tree: every fourth is a root. All are of the first conversation, which holds them,
    but for a few.
    """
    conversations = tuple(
        StoredConversation(
            id=UUID(int=(0xC << 124) | place),
            user_id=kept(f"{MARK}{text}", storable)[:255],
            title=kept(f"{text}{MARK}", storable),
            metadata=json_of({text: [text, MARK]}, storable),
            created_at=START + timedelta(seconds=place),
            updated_at=START + timedelta(seconds=place),
        )
        for place, text in enumerate(samples)
    )
    tasks = tuple(
        _task(place, text, conversations[place // 40 * 40].id, storable)
        for place, text in enumerate(samples)
    )
    return Rows(conversations, tasks)


def _task(place: int, text: str, conversation: UUID, storable: bool) -> StoredTask:
    short = kept(f"{text}{MARK}", storable)
    failed = place % 3 == 0
    raw = json_raw(text, storable)
    messages = {
        "messages": [
            {"role": kept(text, storable)[:20] or "user", "content": f"**{text}** `{text}`"},
            {
                "role": "assistant",
                "content": f"# {text}\n- [{text}]({text})\n```{text}\n{text}\n```",
            },
            {"role": "tool", "content": [{"type": "text", "text": text}], "name": text},
        ],
        text: text,
    }
    own = {"usage": {"input_tokens": text}, "llm.model": text, text: {text: [text, None]}}
    return StoredTask.numbered(
        place + 1,
        conversation_id=conversation,
        parent_task_id=None if place % 4 == 0 else number(place // 4 * 4 + 1),
        agent_id=short[:255],
        status="failed" if failed else ("running" if place % 3 == 1 else short[:50]),
        input=json_of(messages, storable),
        output=raw if place % 2 else json_of([text, {text: text}], storable),
        error=kept(f"{MARK} {text}\n{text}", storable) if failed else None,
        metadata=json_of(own, storable),
        started_at=START + timedelta(seconds=place),
        completed_at=START + timedelta(seconds=2 * place) if failed else None,
    )


def kept(text: str, storable: bool) -> str:
    """Give what a text column can hold of a text."""
    text = text.encode("utf-8", "replace").decode()
    return text.replace("\0", "") if storable else text


def json_of(value: object, storable: bool) -> str:
    """Give JSON with escapes for all but ASCII, as most programs write it."""
    return json.dumps(value)


def json_raw(text: str, storable: bool) -> str:
    """Give JSON in which everything stands as itself that may."""
    return (
        json.dumps({f"{text}key": text, MARK: text}, ensure_ascii=False)
        .encode("utf-8", "replace")
        .decode()
    )


_EVIL = "\x1b]0;title\x07\x9b2J\u202e[/nope]"
_MEGABYTE = f"{_EVIL} " * 48_000
_GIANT_ID = UUID(int=(0xC << 124) | 9_000)


def giant_conversation() -> StoredConversation:
    """Give a conversation whose title is a line of a megabyte."""
    return StoredConversation(
        id=_GIANT_ID,
        user_id=MARK,
        title=f"{MARK} {_MEGABYTE}",
        metadata=json.dumps({_MEGABYTE: _MEGABYTE}),
        created_at=START,
        updated_at=START,
    )


def giants(*, storable: bool) -> Iterator[StoredTask]:
    """Give tasks whose payloads are large, deep, or numbers that few can read.

    Unless they are to be `storable` in Postgres, whose columns for these are short, one has agent
    and status of a megabyte each; and that refuses JSON for which it has no stack.
    """
    evil = _EVIL
    levels = 5_000 if storable else 100_000
    yield StoredTask.numbered(
        8_999,
        conversation_id=_GIANT_ID,
        agent_id=MARK if storable else f"{MARK} {_MEGABYTE}",
        status="failed" if storable else f"{MARK} {_MEGABYTE}",
        input=json.dumps({"messages": [{"role": "user", "content": _MEGABYTE}]}),
        error=_MEGABYTE,
    )
    payloads = (
        json.dumps(f"{evil} " * 30_000),
        json.dumps({evil * 3_000: 1}),
        "[" * levels + "]" * levels,
        '{"a":' * levels + "1" + "}" * levels,
        "[1e400, -1e400, 1e-400, -0, " + "9" * 5_000 + "]",
        '{"a": 1, "a": "\\ud800", "\\udfff": 2}',
    )
    for place, text in enumerate(payloads):
        yield StoredTask.numbered(
            9_000 + place,
            conversation_id=UUID(int=0xC << 124),
            agent_id=MARK,
            status="failed",
            input=text,
            output=text,
            error=f"{evil} " * 30_000 if place == 0 else evil,
            metadata=text,
        )
