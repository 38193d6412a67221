"""Threads that nobody waits for: see `leaving`, which a command needs that has no loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor


class _LeftBehind(ThreadPoolExecutor):
    """Threads that nobody waits for at the end of their loop."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more work; what has not begun will not."""
        super().shutdown(wait=False, cancel_futures=True)


def wait_for_no_thread() -> None:
    """Have the running loop end without waiting for what it has given to threads."""
    asyncio.get_running_loop().set_default_executor(_LeftBehind())
