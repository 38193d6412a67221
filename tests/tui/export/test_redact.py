"""What is taken for a secret, and that everything else stays as it is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from taskview_core.errors import UsageError
from taskview_tui.export.redact import REDACTED, redactor_of
from taskview_tui.export.rules import parse_rules, read_rules, usual_rules

# Put together here, so that nothing that looks like a key stands in this file.
LONG = "Ab3" * 12
KEY = "sk-" + "proj-" + LONG
JWT = "eyJ" + LONG + "." + LONG + "." + LONG


def redacted(text: str) -> str:
    return redactor_of([usual_rules()]).text(text)


def redacted_json(text: str) -> str:
    return redactor_of([usual_rules()]).json(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"using {KEY} now", f"using {REDACTED} now"),
        (f"Authorization: Bearer {LONG}", f"Authorization: Bearer {REDACTED}"),
        ("authorization: Basic dXNlcjpwdw==", f"authorization: Basic {REDACTED}"),
        (f"-H 'Authorization: token {LONG}'", f"-H 'Authorization: token {REDACTED}'"),
        (f"bearer {LONG}", f"bearer {REDACTED}"),
        ("Cookie: a=1; b=2", f"Cookie: {REDACTED}"),
        ("DB_PASSWORD=hunter2 go", f"DB_PASSWORD={REDACTED} go"),
        ("password: 'hunter2'", f"password: '{REDACTED}'"),
        ('{"api_key": "abcd', f'{{"api_key": "{REDACTED}'),
        ("postgresql://me:hunter2@host/db", f"postgresql://me:{REDACTED}@host/db"),
        ("https://x.y/z?a=1&api_key=q1w2&b=2", f"https://x.y/z?a=1&api_key={REDACTED}&b=2"),
        ("AKIA" + "ABCDEFGH12345678", REDACTED),
        ("ghp_" + LONG, REDACTED),
        (f"jwt {JWT} end", f"jwt {REDACTED} end"),
        (
            "-----BEGIN RSA PRIVATE " + "KEY-----\nabc\n-----END RSA PRIVATE " + "KEY-----\nrest",
            f"{REDACTED}\nrest",
        ),
        ("-----BEGIN PRIVATE " + "KEY-----\ncut", REDACTED),
        # What is no secret.
        ("the password is wrong", "the password is wrong"),
        ("max_tokens: 4096, total_tokens=12", "max_tokens: 4096, total_tokens=12"),
        ("https://host:8080/path@x", "https://host:8080/path@x"),
        ("a bearer of bad news", "a bearer of bad news"),
        ("task-based risk-assessment", "task-based risk-assessment"),
        ("0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11", "0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11"),
    ],
)
def test_secrets_in_text(text: str, left: str) -> None:
    assert redacted(text) == left
    assert redacted(left) == left


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("password", True),
        ("dbPassword", True),
        ("X-Api-Key", True),
        ("OPENAI_API_KEY", True),
        ("APIKey", True),
        ("Authorization", True),
        ("accessToken", True),
        ("client_secret", True),
        ("Set-Cookie", True),
        ("input_tokens", False),
        ("gen_ai.usage.output_tokens", False),
        ("next_page_token", False),
        ("tokenizer", False),
        ("key", False),
        ("author", False),
        ("secretary", False),
    ],
)
def test_keys(key: str, secret: bool) -> None:
    assert redactor_of([usual_rules()]).is_secret(key) is secret


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"a": 1.50, "password": "x", "b": []}', {"a": 1.5, "password": REDACTED, "b": []}),
        ('{"credentials": {"a": [1, {"b": 2}]}, "c": 3}', {"credentials": REDACTED, "c": 3}),
        ('[{"token": [1, [2]]}, 4]', [{"token": REDACTED}, 4]),
        ('{"token": null, "secret": ""}', {"token": None, "secret": ""}),
        (
            '{"headers": [{"name": "Authorization", "value": "x y z"}, {"name": "A", "value": 1}]}',
            {
                "headers": [
                    {"name": "Authorization", "value": REDACTED},
                    {"name": "A", "value": 1},
                ]
            },
        ),
        (
            '{"value": {"stringValue": "x"}, "key": "api_key"}',
            {"value": REDACTED, "key": "api_key"},
        ),
        ('{"text": "pw: password=hunter2"}', {"text": f"pw: password={REDACTED}"}),
        (
            json.dumps({"arguments": json.dumps({"q": 1, "api_key": "x"})}),
            {"arguments": f'{{"q": 1, "api_key": "{REDACTED}"}}'},
        ),
        (f'"{KEY}"', REDACTED),
    ],
)
def test_secrets_in_json(text: str, left: object) -> None:
    assert json.loads(redacted_json(text)) == left


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\\n{}[]:, é', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["a", "name", "value", "key", "password", "token"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@examples(60)
@given(VALUES)
def test_json_stays_json_and_nothing_else_changes(value: object) -> None:
    text = json.dumps(value)
    left = redacted_json(text)
    found = json.loads(left)
    if REDACTED not in left:
        assert left == text
    assert json.dumps(_without(found, found)) == json.dumps(_without(value, found))


def _without(value: object, pattern: object) -> object:
    """Give a value with what the other one has left out left out of it too."""
    if pattern == REDACTED:
        return REDACTED
    if isinstance(value, dict) and isinstance(pattern, dict):
        return {key: _without(value[key], pattern[key]) for key in value}
    if isinstance(value, list) and isinstance(pattern, list):
        return [_without(a, b) for a, b in zip(value, pattern, strict=True)]
    return value


def test_deep_json_is_no_trouble() -> None:
    text = '{"a":' * 3_000 + '{"password": "x"}' + "}" * 3_000
    assert f'"password": "{REDACTED}"' in redacted_json(text)


def test_a_file_adds_rules(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("keys = ['*_license']\npatterns = ['ACME-[0-9]{4}']\n")
    redactor = redactor_of([usual_rules(), read_rules(file)])
    text = '{"my_license": 5, "password": "x", "t": "an ACME-1234 b"}'
    assert json.loads(redactor.json(text)) == {
        "my_license": REDACTED,
        "password": REDACTED,
        "t": f"an {REDACTED} b",
    }
    assert redactor.count == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("keys = [", "is not TOML"),
        ("key = []", "there is no rule key"),
        ("keys = 'a'", "keys is a list of texts"),
        ("patterns = ['(']", "pattern 1 is no regular expression"),
    ],
)
def test_rules_that_cannot_be_read_say_why(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_rules(text, "rules.toml")


def test_rules_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the rules"):
        read_rules(tmp_path / "none.toml")
