"""Leaves secrets out of tasks, by rules; everything else stays as it is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from taskview_core.entities import ConversationDetail, StoredJson, TaskDetail, TaskRow
from taskview_core.entities.preview import INPUT_START, start_of_error
from taskview_tui.export.assigned import assigned_secrets
from taskview_tui.export.rules import Rules, any_name
from taskview_tui.text.json_text import is_valid_json, json_string, tokens

REDACTED = "[redacted]"
"""What stands where a secret was."""

LONGEST_PREVIEWED = 100_000
"""Characters of an input of which no preview is made: to take out secrets, all of it is read."""
_INNER = 3
"""JSON within strings of JSON is read so many levels deep."""
_OPENING = re.compile(r"\s*[\[{]")
_OPTION = re.compile(r'"--?([A-Za-z][\w-]{0,100})"')
_NO_SECRETS = {"null", '""', "true", "false", f'"{REDACTED}"'}
_NAMES = {"name", "key", "header", "header_name"}
_VALUES = {"value", "values", "val"}
_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[-\s.:]+")


@dataclass(slots=True)
class _Frame:
    """An open object or list: the key whose value comes, and where a `value` member stands.

    `names_secret` says that a member names a secret which another holds: of an object any two, and
    in a list, which may be a command's words, an option and what comes after it.
    """

    is_object: bool
    key: str | None = None
    names_secret: bool = False
    value: tuple[int, int] | None = None


class Redactor:
    """Takes secrets out of texts and JSON, and counts them."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._keys = any_name(rules.keys)
        self._not_keys = any_name(rules.not_keys)
        self._known: dict[str, bool] = {}
        self._names: dict[str, str] = {}
        self.count = 0
        """How many have been taken out."""

    def task(self, task: TaskDetail) -> TaskDetail:
        """Give a task without secrets in payloads, error and what its row tells of them."""
        found = replace(
            task,
            input=self._payload(task.input),
            output=self._payload(task.output),
            metadata=self._payload(task.metadata),
            error=None if task.error is None else self.text(task.error),
        )
        return replace(found, row=self._row(found))

    def row(self, task: TaskDetail) -> TaskRow:
        """Give a task's row, with previews of the input and the error without their secrets.

        The beginning of a payload has lost the structure that tells what is a secret: so they are
        made of the whole. Of an input longer than LONGEST_PREVIEWED there is none.
        """
        is_long = len(task.input.text or "") > LONGEST_PREVIEWED
        given = StoredJson(None) if is_long else self._payload(task.input)
        error = None if task.error is None else self.text(task.error)
        return self._row(replace(task, input=given, error=error))

    def _row(self, task: TaskDetail) -> TaskRow:
        """Give the row of a task that has no secrets any more."""
        title = task.row.conversation_title
        return task.row._replace(
            input_start=(task.input.text or "")[: INPUT_START + 1],
            error_start=None if task.error is None else start_of_error(task.error),
            conversation_title=None if title is None else self.text(title),
        )

    def conversation(self, conversation: ConversationDetail) -> ConversationDetail:
        """Give a conversation without secrets in title and metadata."""
        title = conversation.title
        return replace(
            conversation,
            title=None if title is None else self.text(title),
            metadata=self._payload(conversation.metadata),
        )

    def text(self, text: str, depth: int = 0) -> str:
        """Give a text without what the rules find; where it is JSON, as `json` does."""
        if depth < _INNER and _OPENING.match(text) and is_valid_json(text):
            return self.json(text, depth + 1)
        for pattern in self._rules.patterns:
            text = pattern.sub(self._without, text)
        pieces: list[str] = []
        at = 0
        for start, end in assigned_secrets(text, self.is_secret, REDACTED):
            pieces += [text[at:start], REDACTED]
            at = end
        self.count += len(pieces) // 2
        return "".join([*pieces, text[at:]]) if pieces else text

    def json(self, text: str, depth: int = 0) -> str:
        """Give valid JSON without secrets; the very text where there were none."""
        before = self.count
        pieces = _Pieces(self, depth)
        for token in tokens(text):
            pieces.take(token)
        return text if self.count == before else "".join(pieces.out)

    def is_secret(self, key: str) -> bool:
        """Whether the value of a key is a secret."""
        known = self._known.get(key)
        if known is None:
            plain = _BETWEEN.sub("_", _WORD_BREAK.sub("_", key)).lower()
            known = bool(self._keys.match(plain)) and not self._not_keys.match(plain)
            if len(self._known) < 10_000 and len(key) < 200:
                self._known[key] = known
        return known

    def string(self, token: str, depth: int) -> str:
        """Give a JSON string without secrets in it, be they in JSON of its own."""
        text: str = json.loads(token)
        clean = self.text(text, depth)
        return token if clean == text else json_string(clean)

    def name(self, token: str) -> str:
        """Give the name of a member, as it stands in JSON, without secrets."""
        known = self._names.get(token)
        if known is None:
            before = self.count
            known = self.string(token, _INNER)
            if self.count == before and len(self._names) < 10_000 and len(token) < 200:
                self._names[token] = known
        return known

    def _payload(self, stored: StoredJson) -> StoredJson:
        if stored.text is None:
            return stored
        if is_valid_json(stored.text):
            return StoredJson(self.json(stored.text))
        return StoredJson(self.text(stored.text))

    def _without(self, match: re.Match[str]) -> str:
        has_group = "secret" in match.re.groupindex
        secret = match["secret"] if has_group else match[0]
        if not secret or secret == REDACTED:
            return match[0]
        self.count += 1
        start, end = match.span("secret") if has_group else match.span()
        whole = match.string
        return whole[match.start() : start] + REDACTED + whole[end : match.end()]


class _Pieces:
    """Writes JSON token by token, with secrets left out; never recursive."""

    def __init__(self, redactor: Redactor, depth: int) -> None:
        self.out: list[str] = []
        self._redactor = redactor
        self._depth = depth
        self._frames: list[_Frame] = []
        self._skipped = 0
        """How many brackets are open in a value that is being left out."""

    def take(self, token: str) -> None:
        """Write the next token."""
        frame = self._frames[-1] if self._frames else None
        if self._skipped:
            self._skip(token)
        elif token in ",:":
            self.out.append(token + " ")
        elif token in "]}":
            self._close(token)
        elif frame is not None and frame.is_object and frame.key is None:
            frame.key = json.loads(token)
            self.out.append(self._redactor.name(token))
        else:
            self._value(token, frame)

    def _value(self, token: str, frame: _Frame | None) -> None:
        key = frame.key if frame is not None else None
        is_secret = key is not None and self._redactor.is_secret(key)
        if frame is not None and not frame.is_object:
            is_secret = frame.names_secret and token[0] == '"' and not token.startswith('"-')
            option = _OPTION.fullmatch(token)
            frame.names_secret = option is not None and self._redactor.is_secret(option[1])
        if is_secret and token not in _NO_SECRETS:
            if token in "[{":
                self._skipped = 1
            else:
                self._leave_out()
                self._end_value(frame, len(self.out) - 1)
        elif token in "[{":
            self._frames.append(_Frame(token == "{"))
            self.out.append(token)
            if frame is not None and key in _VALUES:
                frame.value = (len(self.out) - 1, -1)
        else:
            if key in _NAMES and token[0] == '"' and frame is not None:
                frame.names_secret |= self._redactor.is_secret(json.loads(token))
            is_text = token[0] == '"'
            self.out.append(self._redactor.string(token, self._depth) if is_text else token)
            self._end_value(frame, len(self.out) - 1)

    def _skip(self, token: str) -> None:
        if token in "[{":
            self._skipped += 1
        elif token in "]}":
            self._skipped -= 1
            if not self._skipped:
                self._leave_out()
                self._end_value(self._frames[-1] if self._frames else None, len(self.out) - 1)

    def _leave_out(self) -> None:
        self.out.append(f'"{REDACTED}"')
        self._redactor.count += 1

    def _close(self, token: str) -> None:
        frame = self._frames.pop()
        self.out.append(token)
        if frame.names_secret and frame.value is not None:
            # {"name": "Authorization", "value": …}: what the other member names.
            start, end = frame.value
            if "".join(self.out[start : end + 1]) not in _NO_SECRETS:
                self.out[start] = f'"{REDACTED}"'
                self.out[start + 1 : end + 1] = [""] * (end - start)
                self._redactor.count += 1
        above = self._frames[-1] if self._frames else None
        start = above.value[0] if above is not None and above.value is not None else 0
        self._end_value(above, start)

    def _end_value(self, frame: _Frame | None, start: int) -> None:
        """Take note that a member or element is complete; it stands from `start` on."""
        if frame is None or not frame.is_object:
            return
        if frame.key in _VALUES:
            frame.value = (start, len(self.out) - 1)
        frame.key = None


def redactor_of(rules: Iterable[Rules]) -> Redactor:
    """Give what takes out everything that some rules call a secret."""
    together = Rules()
    for each in rules:
        together = together.with_rules(each)
    return Redactor(together)
