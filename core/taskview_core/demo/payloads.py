"""Renders inputs, outputs and metadata as JSON text, in the shapes that agents really use."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from uuid import UUID

from taskview_core.demo import words
from taskview_core.demo.grow import Node
from taskview_core.demo.records import ODD_KEY, ROOT_CAUSE_KEY
from taskview_core.demo.texts import Texts, escaped
from taskview_core.demo.timeline import NEVER, ident
from taskview_core.demo.tokens import Tokens

_HUGE = 0.003
"""The share of payloads of 100 KB and more."""


def _ready(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(escaped(text) for text in texts)


class Payloads:
    """Renders the payloads of one stream; `about` is the question of its conversation."""

    def __init__(self, rng: Random, texts: Texts) -> None:
        self._random = rng.random
        self._texts = texts
        self._files = _ready(words.FILES)
        self._hosts = _ready(words.HOSTS)
        self._commands = _ready(words.COMMANDS)
        self._queries = _ready(words.QUERIES)
        self._phrases = _ready(words.PHRASES)
        self._goals = _ready(words.GOALS)
        self._inputs: dict[str, Callable[[Node, str], str]] = {
            "agent": self._agent_input,
            "bash": lambda node, about: (
                f'{{"command": "{_at(self._commands, node)}", "timeout": 120}}'
            ),
            "read": lambda node, about: f'{{"path": "{_at(self._files, node)}"}}',
            "write": lambda node, about: (
                f'{{"path": "{_at(self._files, node)}", "content": "{self._code()}"}}'
            ),
            "search": lambda node, about: (
                f'{{"query": "{self._pick(self._phrases)}", "limit": {self._below(20) + 1}}}'
            ),
            "http": lambda node, about: (
                f'{{"method": "GET", "url": "https://{_at(self._hosts, node)}/v2/items'
                f'?page={self._below(40)}", "headers": {{"accept": "application/json"}}}}'
            ),
            "sql": lambda node, about: (
                f'{{"sql": "{self._pick(self._queries)}", "parameters": [{self._below(9000)}]}}'
            ),
            "vector": lambda node, about: (
                f'{{"collection": "tickets", "text": "{self._texts.sentence()}", "top_k": 8}}'
            ),
            "model": self._model_input,
            "message": lambda node, about: (
                f'{{"to": ["{self._pick(self._people)}"], "subject": "{about}",'
                f' "body": "{self._texts.paragraph()}"}}'
            ),
        }
        self._outputs: dict[str, Callable[[str], str]] = {
            "agent": self._agent_output,
            "bash": lambda about: (
                f'{{"exit_code": 0, "stdout": "{self._pick(self._texts.logs)}", "stderr": ""}}'
            ),
            "read": lambda about: (
                f'{{"content": "{self._body(self._code())}", "truncated": false}}'
            ),
            "write": lambda about: f'{{"ok": true, "bytes": {self._below(20_000)}}}',
            "search": self._search_output,
            "http": lambda about: (
                f'{{"status": 200, "body": "{self._body(self._texts.paragraph())}"}}'
            ),
            "sql": self._sql_output,
            "vector": self._vector_output,
            "model": lambda about: (
                f'{{"role": "assistant", "content": "{self._texts.paragraph()}",'
                f' "stop_reason": "end_turn"}}'
            ),
            "message": lambda about: '"sent"' if self._random() < 0.5 else "true",
        }
        self._people = _ready(words.USERS)

    def input_of(self, node: Node, about: str) -> str | None:
        """Render what a task was given; a repeated call was given the very same."""
        if node.same_as is not None:
            node.input = node.same_as.input
        elif node.depth > 1 and self._random() < 0.003:
            node.input = (None, "{}", f'"{about}"', "[]")[self._below(4)]
        else:
            node.input = self._inputs[node.agent.shape](node, about)
        return node.input

    def output_of(self, node: Node, about: str) -> str | None:
        """Render what a task gave back: nothing unless it completed, or failed with some."""
        if node.status == "completed":
            if self._random() < 0.004:
                return (None, "{}", '""', "[]", "0", "1.50")[self._below(6)]
            return self._outputs[node.agent.shape](about)
        if node.status == "failed" and self._random() < 0.15:
            return f'{{"partial": true, "content": "{self._texts.sentence()}"}}'
        return None

    def used_by(self, node: Node) -> None:
        """Let a task that calls a model use some tokens, of one of the models."""
        agent, below = node.agent, self._below
        if agent.delegates or agent.shape == "model":
            node.model = words.MODELS[below(len(words.MODELS))]
            given, made, cached = below(24_000), below(3_000), below(9_000)
            node.used = Tokens(given, made, min(given, cached))
        else:
            node.host = below(24)

    def metadata_of(self, node: Node, odd: str | None) -> str:
        """Render the metadata: kind, model and tokens, attempts, the cause of a failure.

        An agent reports what it used itself and what all tasks below it did, as agents do.
        """
        if node.model:
            kind = "agent" if node.agent.delegates else "llm"
            parts = [f'"kind": "{kind}", "model": "{node.model}"']
            if node.started != NEVER:
                parts.append(f'"usage": {node.used.as_json()}')
        else:
            parts = [f'"kind": "tool", "host": "worker-{node.host:02d}"']
        if node.attempt > 1 or node.retried:
            parts.append(f'"attempt": {node.attempt}')
        if node.cause is not None:
            parts.append(f'"{ROOT_CAUSE_KEY}": "{UUID(hex=ident(node.cause))}"')
        if odd is not None:
            parts.append(f'"{ODD_KEY}": "{odd}"')
        if node.started == NEVER:
            parts.append('"queue": "default"')
        return "{" + ", ".join(parts) + "}"

    def _below(self, limit: int) -> int:
        return int(self._random() * limit)

    def _pick(self, options: tuple[str, ...]) -> str:
        return options[int(self._random() * len(options))]

    def _code(self) -> str:
        return self._pick(self._texts.code)

    def _body(self, usual: str) -> str:
        """Give the usual text, sometimes much more of it."""
        chance = self._random()
        if chance < _HUGE:
            return self._texts.long(500 + self._below(1500))
        if chance < 0.05:
            return self._texts.long(4 + self._below(40))
        return usual

    def _agent_input(self, node: Node, about: str) -> str:
        goal = about if node.depth == 1 else self._pick(self._goals)
        if self._random() < 0.5:
            context = self._texts.sentence() if node.depth == 1 else about
            return f'{{"goal": "{goal}", "context": "{context}"}}'
        return (
            f'{{"messages": [{{"role": "user", "content": "{goal}"}},'
            f' {{"role": "assistant", "content": "{self._texts.paragraph()}"}},'
            f' {{"role": "user", "content": "{self._texts.sentence()}"}}], "max_turns": 12,'
            ' "system": "You work for a small company. Be exact; say what you do not know."}'
        )

    def _agent_output(self, about: str) -> str:
        if self._random() < 0.3:
            return f'"{self._texts.paragraph()}"'
        return (
            f'{{"answer": "{self._body(self._texts.paragraph())}",'
            f' "confidence": 0.{self._below(90) + 10},'
            f' "sources": ["{self._pick(self._files)}", "https://{self._pick(self._hosts)}/"]}}'
        )

    def _model_input(self, node: Node, about: str) -> str:
        return (
            '{"messages": [{"role": "user", "content": ['
            f'{{"type": "text", "text": "{self._pick(self._goals)}"}},'
            f' {{"type": "text", "text": "{self._body(self._texts.paragraph())}"}}]}}],'
            f' "temperature": 0.{self._below(10)}}}'
        )

    def _search_output(self, about: str) -> str:
        hits = [
            f'{{"title": "{self._texts.sentence()}", "url": "https://{self._pick(self._hosts)}/'
            f'{self._below(99_999)}", "score": 0.{self._below(1000):03d}}}'
            for _ in range(1 + self._below(5))
        ]
        return '{"results": [' + ", ".join(hits) + "]}"

    def _sql_output(self, about: str) -> str:
        rows = [
            f'["{self._pick(words.LABELS)}", {self._below(90_000)},'
            f" {self._below(900)}.{self._below(100):02d}]"
            for _ in range(1 + self._below(12))
        ]
        return '{"columns": ["label", "count", "amount"], "rows": [' + ", ".join(rows) + "]}"

    def _vector_output(self, about: str) -> str:
        hits = [
            f'{{"id": {self._below(10_000_000)},'
            f' "distance": {self._below(2)}.{self._below(10_000):04d}}}'
            for _ in range(8)
        ]
        return "[" + ", ".join(hits) + "]"


def _at(options: tuple[str, ...], node: Node) -> str:
    """Give what the task works on, the same wherever it is spoken of."""
    return options[int(node.subject * len(options))]
