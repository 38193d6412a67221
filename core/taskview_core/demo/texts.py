"""Texts ready to be put between the quotes of a JSON string, drawn from a pool.

Escaping every text anew would cost more than all the rest of a row, so the pool is escaped once.
"""

from __future__ import annotations

import json
from random import Random

from taskview_core.demo import words

_PARAGRAPHS = 160


def escaped(text: str, ascii_only: bool = False) -> str:
    """Give a text as it stands within the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=ascii_only)[1:-1]


class Texts:
    """The pool: paragraphs and file contents, some with everything but ASCII escaped.

    Half of the writers in the world escape and half do not, so half of these do.
    """

    def __init__(self, rng: Random) -> None:
        self._random = rng.random
        self.paragraphs = tuple(self._paragraph(number) for number in range(_PARAGRAPHS))
        self.sentences = tuple(escaped(sentence) for sentence in words.SENTENCES)
        self.code = tuple(self._code(number) for number in range(40))
        self.logs = tuple(self._log(number) for number in range(40))

    def paragraph(self) -> str:
        """Give a paragraph of some sentences."""
        return self.paragraphs[int(self._random() * _PARAGRAPHS)]

    def sentence(self) -> str:
        """Give one sentence."""
        return self.sentences[int(self._random() * len(self.sentences))]

    def long(self, paragraphs: int) -> str:
        """Give a text of many paragraphs, about 250 characters each."""
        random, pool = self._random, self.paragraphs
        return "\\n\\n".join([pool[int(random() * _PARAGRAPHS)] for _ in range(paragraphs)])

    def _pick(self, options: tuple[str, ...]) -> str:
        return options[int(self._random() * len(options))]

    def _paragraph(self, number: int) -> str:
        sentences = [self._pick(words.SENTENCES) for _ in range(2 + int(self._random() * 5))]
        return escaped(" ".join(sentences), ascii_only=number % 2 == 0)

    def _code(self, number: int) -> str:
        lines = [f"def step_{number}(rows: list[dict[str, object]]) -> int:"]
        for line in range(3 + int(self._random() * 20)):
            lines.append(f"    total += rows[{line}]['amount']  # {self._pick(words.PHRASES)}")
        lines.append("    return total\n")
        return escaped("\n".join(lines), ascii_only=number % 2 == 0)

    def _log(self, number: int) -> str:
        # Terminal programs colour their output, and some of it ends up in payloads.
        lines = [f"\x1b[1m=== run {number} ===\x1b[0m"]
        for line in range(2 + int(self._random() * 14)):
            mark = "\x1b[32mPASSED\x1b[0m" if self._random() < 0.8 else "\x1b[31mFAILED\x1b[0m"
            lines.append(f"tests/test_{number}.py::test_{line} {mark} [{line * 7 % 100:3d}%]\r")
        return escaped("\n".join(lines))
