"""Lets `python -m taskview_tui.cli` do what the installed command does."""

import sys

from taskview_tui.cli.main import main

sys.exit(main())
