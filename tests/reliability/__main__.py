"""Long rounds by hand: `python tests/reliability COMMAND --help`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

_COMMANDS = ("attack", "imports", "killed", "queries", "traces", "writer")
_ROUNDS = ("killed", "writer")
"""Commands of one module: both work on databases that it makes."""

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in _COMMANDS:
        sys.exit(f"usage: python tests/reliability {{{','.join(_COMMANDS)}}} [options]")
    command, *words = sys.argv[1:]
    if command in _ROUNDS:
        sys.exit(import_module("reliability.run").main([command, *words]))
    sys.exit(import_module(f"reliability.{command}").main(words))
