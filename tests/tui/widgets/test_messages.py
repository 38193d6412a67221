"""`m` in the details: messages as a conversation, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from taskview_core.entities import StoredJson
from taskview_tui.render import payload
from taskview_tui.render.payload import ReadPayload
from taskview_tui.widgets import payload_reader
from taskview_tui.widgets.detail_pane import DetailPane

Make = Callable[..., Any]
INPUT = json.dumps({"messages": [{"role": "user", "content": "go **there**\n\nnow"}], "n": 1})


async def test_messages_read_as_a_conversation(stage: Make, task: Make, detail: Make) -> None:
    pane = DetailPane()
    async with stage(pane, (60, 40)) as shown:
        pane.show(detail(task(1), input=INPUT, output='{"rows": 3}'))
        await shown.press("m")
        text = shown.text()
        assert "▾ user" in text
        assert "go there" in text
        assert "not shown: n" in text
        assert '"rows": 3' in text
        await shown.press("J", "J", "j")
        assert pane.path == "input.messages[0]"
        await shown.press("h")
        assert "go there" not in shown.text()
        await shown.press("m")
        assert '"go **there**' in shown.text()


async def test_a_large_one_is_read_beside_the_screen(
    stage: Make, task: Make, detail: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "LARGE", 10)
    pane = DetailPane()
    async with stage(pane, (60, 40)) as shown:
        pane.show(detail(task(1), input=INPUT))
        await shown.press("m")
        for _ in range(100):
            if "go there" in shown.text():
                break
            await shown.press()
        assert "go there" in shown.text()
        # The next task comes in the same view.
        pane.show(detail(task(2), input=INPUT.replace("there", "home")))
        for _ in range(100):
            if "go home" in shown.text():
                break
            await shown.press()
        assert "go home" in shown.text()


async def test_where_there_are_none_that_is_said(stage: Make, task: Make, detail: Make) -> None:
    pane = DetailPane()
    async with stage(pane, (60, 40)) as shown:
        pane.show(detail(task(1), input='{"a": 1}'))
        await shown.press("m")
        assert '"a": 1' in shown.text()
        words = [note.message for note in pane.app._notifications]
        assert words == ["there are no messages in these payloads"]


async def test_where_there_are_none_in_a_large_one_that_is_said_too(
    stage: Make, task: Make, detail: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "LARGE", 10)
    pane = DetailPane()
    async with stage(pane, (60, 40)) as shown:
        pane.show(detail(task(1), input='{"a": "a larger one"}'))
        for _ in range(100):
            if '"a": "a larger one"' in shown.text():
                break
            await shown.press()
        await shown.press("m")
        for _ in range(100):
            if pane.app._notifications:
                break
            await shown.press()
        words = [note.message for note in pane.app._notifications]
        assert words == ["there are no messages in these payloads"]
        assert '"a": "a larger one"' in shown.text()


async def test_what_is_known_is_painted_before_what_is_large_is_read(
    stage: Make, task: Make, detail: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "LARGE", 1_000)
    painted: list[bool] = []
    pane = DetailPane()
    async with stage(pane, (60, 40)) as shown:
        read = payload_reader.read_chat

        def reads(stored: StoredJson) -> ReadPayload | None:
            painted.append("go there" in shown.text())
            return read(stored)

        monkeypatch.setattr(payload_reader, "read_chat", reads)
        monkeypatch.setattr(payload_reader, "PAINTED", 1.0)
        pane.show(detail(task(1), input=INPUT, output=json.dumps(["a larger one"] * 100)))
        await shown.press("m")
        for _ in range(400):
            if painted:
                break
            await shown.press()
        assert painted == [True]


async def test_base64_is_not_spilled_until_it_is_opened(
    stage: Make, task: Make, detail: Make
) -> None:
    data = "iVBORw0KGgo" + "AAAANSUhEUgAAAAUA" * 40
    pane = DetailPane()
    async with stage(pane, (60, 60)) as shown:
        pane.show(detail(task(1), input=json.dumps({"image": data})))
        assert "image/png, 518 bytes, base64, 691 characters" in shown.text()
        assert "AAAANSUhEUg" not in shown.text()
        await shown.press("J", "J", "j", "j", "enter")
        assert "AAAANSUhEUg" in shown.text()
