"""The configuration file: where it is, what is in it, and what is said of mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.cli_browser import Run
from support.stored import CONVERSATION, StoredTask, insert, json_text, number
from taskview_core.errors import UsageError
from taskview_tui.config import parse_config, read_config
from taskview_tui.config_file import config_path

OURS = '[usage]\ninput = ["ours.in"]\nown_only = ["mine:*"]\n'


def _write(text: str) -> Path:
    path = config_path()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def test_without_a_file_all_is_built_in() -> None:
    assert config_path().name == "config.toml"
    assert config_path().parent.name == "taskview"
    assert not config_path().exists()
    usage = read_config().usage
    assert usage.more == {}
    assert usage.own_only == ("claude-code",)


def test_the_file_adds_to_what_is_built_in() -> None:
    _write(OURS)
    usage = read_config().usage
    assert usage.more == {"input": ("ours.in",)}
    assert usage.own_only == ("claude-code", "mine:*")


def test_the_environment_names_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write("nonsense")
    other = tmp_path / "other.toml"
    other.write_text(OURS)
    monkeypatch.setenv("TASKVIEW_CONFIG", str(other))
    assert read_config().usage.more == {"input": ("ours.in",)}
    monkeypatch.setenv("TASKVIEW_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(UsageError, match=r"no file .*none\.toml: TASKVIEW_CONFIG names it"):
        read_config()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[usage", "c.toml is not TOML"),
        ("colour = 1", "c.toml: there is no key colour"),
        ("usage = 1", "c.toml: usage is a table"),
        ("limits = 1", "c.toml: limits is a table"),
        ("[limits]\npatience = 1", "c.toml: there is no key limits.patience"),
        ("[limits]\ntimeout = -1", "c.toml: limits.timeout is a number of seconds"),
        ("[limits]\ntimeout = nan", "c.toml: limits.timeout is a number of seconds"),
        ("[limits]\ntimeout = true", "c.toml: limits.timeout is a number of seconds"),
        ("[limits]\nconnections = 0", "c.toml: limits.connections is a number from 1"),
        ("[limits]\nconnections = 2.5", "c.toml: limits.connections is a number from 1"),
        ("[usage]\nspent = []", "c.toml: there is no key usage.spent: there are input, output"),
        ("[usage]\ninput = 'a'", "c.toml: usage.input is a list of texts"),
        ("[usage]\ncost = [1]", "c.toml: usage.cost is a list of texts"),
        ("[usage]\ncost = ['a..b']", "c.toml: usage.cost holds a text with an empty part"),
        ("[usage]\ncost = ['']", "c.toml: usage.cost holds a text with an empty part"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config(text, "c.toml")
    assert words in str(caught.value)


def test_agents_are_no_paths() -> None:
    found = parse_config('[usage]\nown_only = ["v1.", "..."]', "c.toml")
    assert {"v1.", "..."} <= set(found.usage.own_only)


def test_a_mistake_is_wrong_usage_of_every_command(run: Run, migrated_sqlite_url: str) -> None:
    path = _write("[usage]\nspent = []")
    for words in (("ls", migrated_sqlite_url), ("tree", migrated_sqlite_url, str(CONVERSATION))):
        ran = run(*words)
        assert ran.code == 2
        assert f"{path}: there is no key usage.spent" in ran.err
    assert run("--help").code == 0


def test_a_tree_is_printed_with_what_it_used(run: Run, migrated_sqlite_url: str) -> None:
    _write(OURS)
    said = {"ours": {"in": 1_500}, "cost": 0.25}
    rows = [
        StoredTask.numbered(1, agent_id="mine:top", metadata=json_text(said)),
        StoredTask.numbered(2, parent_task_id=number(1), metadata=json_text({"cost": 1})),
        StoredTask.numbered(3, parent_task_id=number(1)),
    ]
    insert(migrated_sqlite_url, rows)
    lines = run("tree", migrated_sqlite_url, str(CONVERSATION)).out.splitlines()
    assert "1.50k tokens, $1.25" in lines[1]
    assert "$1.00" in lines[2]
    assert "$" not in lines[3]
    tree = run("tree", migrated_sqlite_url, str(CONVERSATION), "-o", "json").out
    top, middle, last = json.loads(tree)
    nothing = {"tokens": None, "input": None, "output": None, "cached": None}
    own = {"tokens": 1500, "input": 1500, "output": None, "cached": None, "cost": 0.25}
    assert top["usage"] == {"own": own, "whole": {**own, "cost": 1.25}}
    assert middle["usage"]["own"] == {**nothing, "cost": 1.0}
    assert last["usage"] is None
    shown = run("show", migrated_sqlite_url, str(number(1))).out
    assert "used          1,500 tokens: 1,500 in; $0.250" in shown
