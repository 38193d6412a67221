"""What is taken for a secret, and that everything else stays as it is stored."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.made_rows import make_task
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
    "text",
    [
        # The commands and files that agents write and read; what stands in ‹› is to go.
        "token=‹abcdef123456›",
        "export GITHUB_TOKEN=‹abcdef123456› && git push",
        "NPM_TOKEN: ‹abcdef123456›",
        "SECRET_KEY = '‹django-insecure #1›'",
        "pwd=‹letmein99›",
        "ENCRYPTION_KEY=‹0011223344›",
        "curl -u ada:‹pw› https://x.y",
        "curl -s --user 'ada:‹pw› ' https://x.y",
        "mysql -u root -p‹hunter2› shop",
        "sshpass -p ‹hunter2› ssh a@b",
        "docker login -u ada -p ‹hunter2› x.y",
        "redis-cli -h x -a ‹hunter2› ping",
        "tool --password ‹hunter2› --verbose",
        "tool --api-key=‹hunter2›",
        "tool --token '‹a b c›'",
        'docker run -e DB_PASSWORD="‹correct horse battery›" x',
        "machine x.y login ada password ‹hunter2›",
        "ALTER ROLE ada PASSWORD '‹hunter2›';",
        "Server=x;User Id=sa;Password=‹hunter2›;Pwd=‹other9›",
        "AccountName=x;AccountKey=‹abcd+/12==›;",
        "api_key: str = '‹abcd1234›'",
        'const API_KEY: &str = "‹abcd1234›";',
        'token := "‹abcd1234›"',
        "'apiKey' => '‹abcd1234›',",
        'os.environ["NPM_TOKEN"] = "‹abcd1234›"',
        "headers.token = `‹abcd1234›`",
        "secret=f'‹abcd1234›'",
        "the password is ‹hunter22›, go",
        "API key: ‹abcd1234›",
        "<password>‹hunter2›</password>",
        "password='‹(x9)[a›'",
        # Headers.
        "X-Api-Key: ‹abcd1234›",
        "Authorization: ‹abcd1234›",
        "Authorization: Basic ‹dXNlcjpwdw==›",
        "Proxy-Authorization: Bearer ‹abcd›",
        'Authorization: Digest ‹username="a", response="b"›',
        "Set-Cookie: ‹id=a3f; Path=/; Secure›",
        "cookie = '‹id=a3f; b=c›'",
        # JSON that is none any more, in which the rules for keys hold all the same.
        '{"n": 1, "otp": "‹493817›", "pwd": "‹letmein99›", "rest": "cut',
        '{"n": 1, "otp": ‹493817›, "rest": "cut',
        '{"password": "‹a b\\" c›", "rest": "cut',
        '{"password": "‹cut in its mid›',
        'gave {\\"token\\": \\"‹abc 123›\\", \\"n\\": 1}',
        'gave {\\\\\\"token\\\\\\": \\\\\\"‹abc 123›\\\\\\", 1}',
        "gave {'token': '‹abc 123›', 'n': 1}",
        # By their forms.
        "x ‹glpat-" + LONG + "› y",
        "‹xoxb-" + LONG + "›",
        "‹AIza" + LONG[:35] + "›",
        "‹ya29." + LONG + "›",
        "‹hf_" + LONG + "›",
        "‹npm_" + LONG + "›",
        "‹github_pat_" + LONG + "›",
        "‹dckr_pat_" + LONG + "›",
        "‹pypi-" + LONG + LONG + "›",
        "‹SG." + LONG + "." + LONG + "›",
        # Addresses.
        "postgresql://me:‹p@ss,w›@host/db",
        "https://x.y/z?client_secret=‹q1w2›&b=2",
        "https://x.y/z?sig=‹q1w2%3D›&b=2",
        "https://hooks.slack.com/services/" + "‹T000/B000/abcd1234›",
        "aws_secret_access_key = ‹wJalr/K7MDENG+bPxRfiCY›",
    ],
)
def test_secrets_in_commands_files_and_headers(text: str) -> None:
    given = text.replace("‹", "").replace("›", "")
    left = re.sub("‹.*?›", REDACTED, text)
    assert redacted(given) == left
    assert redacted(left) == left
    command = json.dumps({"command": given})
    assert json.loads(redacted_json(command)) == {"command": left}


@pytest.mark.parametrize(
    "text",
    [
        '"input_token": 7, "output_token": 9, "time_to_first_token": 0.25',
        "max_token=4096 price_per_token: 0.001",
        "token = get_token()",
        "token=token",
        "token = Keyword.Type",
        "client = Client(api_key=api_key, password=self.password)",
        'token = os.environ["GITHUB_TOKEN"]',
        "token: str | None = None",
        "def f(token: str, password: SecretStr) -> None:",
        "export TOKEN=$OTHER",
        'curl -H "Authorization: Bearer $TOKEN" x.y',
        "curl -H 'Authorization: Bearer ${TOKEN}' x.y",
        'f"Bearer {token}"',
        'headers = {"Authorization": f"Bearer {token}"}',
        "API_KEY=<your key>",
        "password=****",
        "PWD=/srv/ada/work",
        "secrets:\n  names: 3",
        "for token in tokens: print(token)",
        "std::token::new",
        "docker run -u 1000:1000 x",
        "git push -u origin main",
        "curl -u",
        "tool --token --verbose",
        "the token is wrong",
        "login and password fields",
        "a cookie for you",
        "tokenizer: fast, keyboard=us, monkey: see",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.long
@pytest.mark.parametrize(
    "part",
    ["token=", 'token="', "token='", '\\"token\\":\\"', "eyJ-", "eyJaaaaaaaaa.", "a-", "a.", "_",
     " ", "curl -u ", "a://", "http://a:", "cookie: ", "?key=", "sk-",
     "-----BEGIN PRIVATE " + "KEY-----", "mysql -p", "docker login ", "identified by '",
     "QUJDREVG+/", "--password ", "token[", "\\", "PWD=/", "token=${", "token:a:", "token=x("],
)  # fmt: skip
def test_long_lines_take_no_longer_for_their_length(part: str) -> None:
    """They end: each pattern that has to look again from every place takes hours of this."""
    line = (part * (300_000 // len(part) + 1))[:300_000]
    assert redacted(f"{line}\nNPM_TOKEN=abcd1234\n").endswith((REDACTED, f"{REDACTED}\n"))


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
        ("dbpassword", True),
        ("session_cookie", True),
        ("otp", True),
        ("input_tokens", False),
        ("input_token", False),
        ("gen_ai.usage.output_token", False),
        ("time_to_first_token", False),
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
        (
            '{"command": "export GITHUB_TOKEN=abc123"}',
            {"command": f"export GITHUB_TOKEN={REDACTED}"},
        ),
        ('{"input_token": 7, "has_api_key": true}', {"input_token": 7, "has_api_key": True}),
        (
            '{"argv": ["x", "--password", "hunter2", "y", "--token", "-v", "--token", 1, "a"]}',
            {"argv": ["x", "--password", REDACTED, "y", "--token", "-v", "--token", 1, "a"]},
        ),
        ('["bash", "-lc", "curl -u ada:pw x"]', ["bash", "-lc", f"curl -u ada:{REDACTED} x"]),
        (json.dumps({KEY: 1, "a": 2}), {REDACTED: 1, "a": 2}),
        (
            json.dumps({"out": ' {"a": "[{\\"otp\\": 493817}]"}'}),
            {"out": f'{{"a": "[{{\\"otp\\": \\"{REDACTED}\\"}}]"}}'},
        ),
        (json.dumps({"key": "a\n-----BEGIN PRIVATE " + "KEY-----\nb"}), {"key": f"a\n{REDACTED}"}),
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


def test_keys_of_a_file_hold_in_text_too(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("keys = ['*_license']\nnot_keys = ['test_token']\n")
    redactor = redactor_of([usual_rules(), read_rules(file)])
    text = "MY_LICENSE=abcd TEST_TOKEN=efgh"
    assert redactor.text(text) == f"MY_LICENSE={REDACTED} TEST_TOKEN=efgh"
    assert redactor.count == 1


def test_an_error_that_is_json_is_read_as_such() -> None:
    task = make_task(1, error='{"code": 3, "credentials": {"a": ["x"]}}', input='{"otp": 493817}')
    left = redactor_of([usual_rules()]).task(task)
    assert left.error == f'{{"code": 3, "credentials": "{REDACTED}"}}'
    assert (left.row.error_preview, left.row.preview) == (left.error, REDACTED)


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
