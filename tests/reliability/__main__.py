"""The long rounds, by hand: `python tests/reliability killed|writer --help`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reliability.run import main

if __name__ == "__main__":
    sys.exit(main())
