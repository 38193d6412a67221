"""What of a URL cannot be honoured is said, on the screen and by commands."""

from __future__ import annotations

from support.fake_browser import tasks
from taskview_core.persistence.url import parse_database_url
from taskview_tui.app import TaskviewApp

_URL = "postgresql://ada@db.example/t?channel_binding=require&hostaddr=203.0.113.1&sslcrldir=%2Fx"


async def test_each_notice_is_on_the_screen() -> None:
    notices = parse_database_url(_URL).notices
    assert len(notices) == 3
    app = TaskviewApp(lambda: tasks(3), notices=notices)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        shown = [each.message for each in app._notifications]
        for notice in notices:
            assert any(notice in message for message in shown), notice
