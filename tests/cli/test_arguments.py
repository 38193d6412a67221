"""Command lines are put in order before argparse sees them."""

from __future__ import annotations

import pytest

from taskview_tui.cli.arguments import OptionNames, arrange, first_word
from taskview_tui.cli.ls import make_parser

NAMES = make_parser().option_names()


@pytest.mark.parametrize(
    ("words", "sort", "query", "output"),
    [
        (["--sort", "-created"], "-created", "", "table"),
        (["--sort=-created"], "-created", "", "table"),
        (["-s", "-created"], "-created", "", "table"),
        (["-s-created"], "-created", "", "table"),
        (["--filter", "-agent:x"], None, "-agent:x", "table"),
        (["-f", "-agent:x", "-o", "json"], None, "-agent:x", "json"),
        (["--filter", "-output:x", "-ojson"], None, "-output:x", "json"),
        (["--filter", "--what"], None, "--what", "table"),
        (["--filter", "-"], None, "-", "table"),
        (["--filter", ""], None, "", "table"),
        (["--filter=--full"], None, "--full", "table"),
        (["--filter", "a=b"], None, "a=b", "table"),
    ],
)
def test_a_value_may_begin_with_a_dash(
    words: list[str], sort: str | None, query: str, output: str
) -> None:
    for line in ([*words, "x.db"], ["x.db", *words]):
        options = make_parser().read(line)
        assert (options.database, options.sort, options.filter, options.output) == (
            "x.db",
            sort,
            query,
            output,
        )
        assert not options.full


@pytest.mark.parametrize("words", [["--sort", "--full"], ["--sort"], ["--sort", "--limit=3"]])
def test_a_known_option_is_never_taken_for_a_value(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        make_parser().read(words)
    assert stop.value.code == 2
    assert "--sort: expected one argument" in capsys.readouterr().err


def test_words_after_two_dashes_are_words() -> None:
    assert make_parser().read(["--full", "--", "-odd.db"]).database == "-odd.db"
    assert make_parser().read(["--", "--full"]).database == "--full"


def test_an_unknown_option_is_named_and_takes_no_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stop:
        make_parser().read(["x.db", "--limitt", "-created"])
    assert stop.value.code == 2
    words = capsys.readouterr().err
    assert "there is no option --limitt; did you mean --limit?" in words


def test_help_wins_over_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        make_parser().read(["--wrong", "--help"])
    assert stop.value.code == 0
    assert "usage: taskview ls" in capsys.readouterr().out


def test_options_and_words_are_separated() -> None:
    arranged = arrange(["a", "-s", "-created", "b", "--", "-c"], NAMES)
    assert arranged.for_argparse() == ["--sort=-created", "--", "a", "b", "-c"]


@pytest.mark.parametrize(
    ("argv", "at"),
    [
        ([], None),
        (["ls"], 0),
        (["--tz", "utc", "ls"], 2),
        (["--tz=utc", "ls"], 1),
        (["--debug", "ls"], 1),
        (["--", "ls"], None),
        (["./ls"], 0),
    ],
)
def test_the_first_word_is_no_value_of_an_option(argv: list[str], at: int | None) -> None:
    assert first_word(argv, OptionNames({"--tz": "--tz"}, frozenset({"--tz"}))) == at
