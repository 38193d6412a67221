"""Standard output takes everything, whatever it is made of."""

from __future__ import annotations

import io

import pytest

from taskview_core.errors import TaskviewError
from taskview_tui.cli.streams import Output, OutputClosedError


class Reluctant(io.BytesIO):
    """Takes at most a thousand bytes at once, as a raw file may."""

    def write(self, data: bytes) -> int:  # type: ignore[override]  # only bytes are written
        return super().write(bytes(data[:1000]))


@pytest.mark.parametrize("size", [0, 10, 65_535, 65_536, 300_000])
def test_nothing_is_lost_where_less_is_taken(size: int) -> None:
    stream = Reluctant()
    out = Output(stream)
    text = "é" * size
    out.write(text)
    out.write("!\n")
    out.flush()
    assert stream.getvalue().decode() == text + "!\n"


def test_half_a_surrogate_pair_is_written_as_an_escape() -> None:
    stream = io.BytesIO()
    out = Output(stream)
    out.write("a\udcffb")
    out.flush()
    assert stream.getvalue() == b"a\\udcffb"


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (BrokenPipeError(), OutputClosedError),
        (OSError(28, "No space left on device"), TaskviewError),
    ],
)
def test_what_the_system_refuses_is_translated(
    raised: OSError, expected: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    class Refusing(io.BytesIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]  # only bytes are written
            raise raised

    out = Output(Refusing())
    out.write("x")
    with pytest.raises(expected):
        out.flush()
