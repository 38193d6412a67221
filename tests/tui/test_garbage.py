"""Garbage is looked for when nobody types."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from support.fake_browser import tasks
from taskview_tui import garbage as garbage_between_keys
from taskview_tui.app import TaskviewApp
from taskview_tui.garbage import GarbageBetweenKeys, put_off_garbage


class _Ring:
    def __init__(self) -> None:
        self.own = self


class _Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def usual_threshold() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*garbage_between_keys._usual)
    yield
    gc.set_threshold(*before)


def _old_garbage() -> ref[_Ring]:
    """Give what only a look through everything finds, which is due by now."""
    ring = _Ring()
    put_off_garbage()
    for _ in range(10):
        gc.collect(1)
    return ref(ring)


def _check_pause(garbage: GarbageBetweenKeys, time: _Time, too_short: float, more: float) -> None:
    """See that nothing is looked through so long after a key, and everything a little later."""
    gone = _old_garbage()
    garbage.typed()
    time.now += too_short
    garbage.look()
    assert gone() is not None
    time.now += more
    garbage.look()
    assert gone() is None


def test_everything_is_looked_through_when_nobody_has_typed_for_a_while() -> None:
    time = _Time()
    _check_pause(GarbageBetweenKeys(time), time, 0.4, 0.1)


def test_what_takes_long_waits_for_a_longer_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    time = _Time()
    garbage = GarbageBetweenKeys(time)
    _old_garbage()
    with monkeypatch.context() as patch:
        patch.setattr(gc, "collect", lambda: setattr(time, "now", time.now + 0.2))
        garbage.typed()
        time.now += 0.5
        garbage.look()
    _check_pause(garbage, time, 3.9, 0.2)


def test_nothing_is_looked_through_before_it_is_due() -> None:
    time = _Time()
    garbage = GarbageBetweenKeys(time)
    gc.collect()
    ring = _Ring()
    gc.collect(1)
    gone = ref(ring)
    del ring
    time.now += 60
    garbage.look()
    assert gone() is not None


def test_python_itself_looks_through_everything_less_often() -> None:
    before = gc.get_threshold()
    put_off_garbage()
    assert gc.get_threshold() == (*before[:2], 10 * before[2])


async def test_a_key_in_the_app_puts_it_off() -> None:
    time = _Time()
    app = TaskviewApp(lambda: tasks(3), ticks=time)
    async with app.run_test() as pilot:
        time.now += 60
        await pilot.press("j")
        gone = _old_garbage()
        time.now += 0.4
        app._garbage.look()
        assert gone() is not None
        time.now += 0.1
        app._garbage.look()
        assert gone() is None
