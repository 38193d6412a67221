"""Long rounds by hand: `python tests/reliability COMMAND --help`, each module here a command."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

_COMMANDS = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in _COMMANDS:
        sys.exit(f"usage: python tests/reliability {{{','.join(_COMMANDS)}}} [options]")
    sys.exit(import_module(f"reliability.{sys.argv[1]}").main(sys.argv[2:]))
