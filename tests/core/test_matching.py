"""Text is found as a person sees it, whatever way it is stored, and only within one text."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support import strategies as some
from support import task_strategies as whole
from support.examples import examples
from taskview_core.query.matching import (
    fold,
    metadata_term_matches,
    text_term_matches,
    texts_of_json,
)
from taskview_core.query.terms import MetadataTerm, Pattern, TextField, TextTerm


def _texts_of_value(value: Any) -> list[str]:
    """Collect the strings and keys of a decoded value, the straightforward way."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in value for text in _texts_of_value(each)]
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in _texts_of_value(each)]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [json.dumps(value)]
    return []


@given(whole.json_values(), st.booleans(), st.sampled_from((None, 2)))
def test_the_texts_of_a_payload_are_its_strings_keys_and_numbers(
    value: Any, escaped: bool, indent: int | None
) -> None:
    stored = json.dumps(value, ensure_ascii=escaped, indent=indent)
    # A key that two keys of Python become, such as "1" and 1, cannot come: keys are strings.
    assert list(texts_of_json(stored)) == _texts_of_value(json.loads(stored))


@pytest.mark.parametrize(
    ("stored", "texts"),
    [
        ('{"a": 1, "a": "two"}', ["a", "1", "a", "two"]),
        ("[1.50, 1E5, -0, 123456789012345678901234567890]",
         ["1.50", "1E5", "-0", "123456789012345678901234567890"]),
        ("[true, false, null]", []),
        ("[NaN, -Infinity]", ["NaN", "-Infinity"]),
        (r'"\u00e9\ud83d\ude00\n"', ["é😀\n"]),
        (r'"\ud83d"', ["\ud83d"]),
        ("not json", ["not json"]),
        ('{"a": "b"', ['{"a": "b"']),
        ("", [""]),
        ("[" * 5000 + "]" * 5000, ["[" * 5000 + "]" * 5000]),
        ("9" * 5000, ["9" * 5000]),
    ],
)  # fmt: skip
def test_the_texts_of_odd_payloads(stored: str, texts: list[str]) -> None:
    assert list(texts_of_json(stored)) == texts


def test_a_wide_payload_is_walked_without_recursion() -> None:
    stored = json.dumps([[str(at)] for at in range(100_000)])
    assert sum(1 for _ in texts_of_json(stored)) == 100_000


_needles = st.one_of(
    some.texts(),
    st.sampled_from(
        ("e", "a", "u", "nul", "rue", "nan", "inf", ": infinity", "0", "1", "-", ".", "e5", "1e5")
    ),
    st.text(st.sampled_from('{}[],: "truefalsn0159.-+e\\/n'), min_size=1, max_size=4),
)
_stored = st.one_of(
    whole.stored_payloads(),
    st.sampled_from(
        (
            '{"a": Infinity, "b": NaN}',
            r'"\u0041BC"',
            r'"\u212a"',
            '"\u212a"',
            r'"\nfoo\/bar"',
            '"\\n\u0303"',
            '"ΑΣ"',
            '"ΑΣ" ',
            '["Σ", "ΑΣΑ"]',
            '["e", "\u0301"]',
            '["e\u0301"]',
            '"<\u0338"',
            "foo \\u0041 bar",
            "[true, false, null, -1.5e-3]",
        )
    ),
)


@given(_needles, _stored, st.data())
@examples(400)
@example("nfoo", r'"\nfoo"', None)
@example("a", '{"b": true}', None)
@example('"', '["a"]', None)
@example("true", "[true]", None)
@example(": infinity", '{"a": Infinity}', None)
@example("ας", '"ΑΣ"', None)
def test_deciding_on_the_stored_text_is_the_same_as_on_the_decoded(
    needle: str, stored: str | None, data: st.DataObject | None
) -> None:
    if data is not None and stored:
        # Mostly something that is in it, cut out of its own texts or of how it is stored.
        source = data.draw(st.sampled_from([stored, *list(texts_of_json(stored))[:5], needle]))
        start = data.draw(st.integers(0, min(len(source), 40)))
        needle = source[start : start + data.draw(st.integers(1, 6))] or needle
    expected = stored is not None and any(
        fold(needle) in fold(text) for text in texts_of_json(stored)
    )
    term = TextTerm(needle)
    assert text_term_matches(term, stored, None, None) is expected
    assert text_term_matches(term, None, stored, None) is expected


@pytest.mark.parametrize(
    ("needle", "stored"),
    [
        ("überprüfung", json.dumps("Überprüfung")),
        ("ÜBERPRÜFUNG", json.dumps("Überprüfung", ensure_ascii=False)),
        ("u\u0308ber", json.dumps("Über")),
        ("über", json.dumps("U\u0308BER")),
        ("50%", json.dumps("at 50% of_it")),
        ("_", json.dumps("of_it")),
        ('say "hi"', json.dumps('Say "HI"')),
        ("a\\b", json.dumps("A\\B")),
        ("a\nb", json.dumps("a\nb")),
        ("😀", json.dumps("😀")),
        ("1.50", '{"n": 1.50}'),
        ("1e5", "[1E5]"),
        ("key", '{"a": {"MyKey": null}}'),
        ("/", r'"a\/b"'),
    ],
)
def test_what_is_found(needle: str, stored: str) -> None:
    assert text_term_matches(TextTerm(needle), stored, None, None)


@pytest.mark.parametrize(
    ("needle", "stored"),
    [
        ("true", "[true]"),
        ("null", '{"a": null}'),
        ("a b", '["a", "b"]'),
        ('"', '["a", "b"]'),
        ("a: 1", '{"a": 1}'),
        ("{", '{"a": 1}'),
        ("u00e9", r'"\u00e9"'),
        ("nb", r'"a\nb"'),
        ("12", "[1, 2]"),
        ("ss", '"ß"'),
    ],
)
def test_what_is_not_found(needle: str, stored: str) -> None:
    assert not text_term_matches(TextTerm(needle), stored, None, None)


def test_a_term_looks_where_it_says() -> None:
    fields = {"input": '"in"', "output": '"out"', "error": "Err \\u0041"}
    found = {
        where: [word for word in ("in", "out", "err", "\\u0041", "x") if text_term_matches(
            TextTerm(word, where), **fields
        )]
        for where in TextField
    }  # fmt: skip
    assert found == {
        TextField.ANY: ["in", "out", "err", "\\u0041"],
        TextField.INPUT: ["in"],
        TextField.OUTPUT: ["out"],
        TextField.ERROR: ["err", "\\u0041"],
    }
    assert not text_term_matches(TextTerm("in"), None, None, None)
    assert text_term_matches(TextTerm("in", denied=True), '"in"', None, None)


@given(some.texts())
def test_folding_looks_at_composed_lower_case_alone(text: str) -> None:
    assert fold(text) == unicodedata.normalize("NFC", text).lower()
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


_METADATA = (
    json.dumps(
        {
            "kind": "turn",
            "n": 1,
            "a": {
                "b": {"c": "deep"},
                "b.c": "dotted",
                "list": ["x", 2, True, None, ["y"], {"z": "w"}],
            },
            "a.b": {"c": "other"},
            "on": True,
            "off": False,
            "none": None,
            "é": "Ü",
            "": "empty key",
            "blank": "",
            "obj": {"k": "v"},
        }
    )[:-1]
    + ', "price": 1.50, "big": 123456789012345678901, "twice": "one", "twice": "two"}'
)


@pytest.mark.parametrize(
    ("path", "value", "prefix"),
    [
        ("kind", "turn", False),
        ("kind", "tu", True),
        ("kind", "", True),
        ("n", "1", False),
        ("price", "1.50", False),
        ("big", "123456789012345678901", False),
        ("on", "true", False),
        ("off", "fal", True),
        ("none", "null", False),
        ("a/b/c", "deep", False),
        ("a/b/c", "dotted", False),
        ("a/b/c", "other", False),
        ("a.b/c", "other", False),
        ("a/b.c", "dotted", False),
        ("a/list", "x", False),
        ("a/list", "2", False),
        ("a/list", "true", False),
        ("a/list/0", "x", False),
        ("a/list/1", "2", False),
        ("a/list/4", "y", False),
        ("a/list/4/0", "y", False),
        ("a/list/5/z", "w", False),
        ("é", "Ü", False),
        ("", "empty key", False),
        ("blank", "", False),
        ("twice", "one", False),
        ("twice", "two", False),
    ],
)
def test_a_value_in_the_metadata_is_found(path: str, value: str, prefix: bool) -> None:
    term = MetadataTerm(tuple(path.split("/")), Pattern(value, prefix))
    assert metadata_term_matches(term, _METADATA)
    assert metadata_term_matches(MetadataTerm(term.path, term.pattern, denied=True), _METADATA)


@pytest.mark.parametrize(
    ("path", "value", "prefix"),
    [
        ("kind", "Turn", False),
        ("kind", "tur", False),
        ("kind", "turns", True),
        ("Kind", "turn", False),
        ("price", "1.5", False),
        ("on", "True", False),
        ("obj", "", True),
        ("obj", "k", False),
        ("a/list", "y", False),
        ("a/list", "w", False),
        ("a/list/9", "x", False),
        ("a/list/-1", "x", False),
        ("a/list/²", "x", False),
        ("a/list/z", "w", False),
        ("a.b.c", "other", False),
        ("kind/x", "turn", False),
        ("missing", "", True),
        ("é", "ü", False),
    ],
)
def test_a_value_that_is_not_there_is_not_found(path: str, value: str, prefix: bool) -> None:
    assert not metadata_term_matches(
        MetadataTerm(tuple(path.split("/")), Pattern(value, prefix)), _METADATA
    )


@pytest.mark.parametrize("stored", [None, "", "null", "not json", "[" * 5000, '"turn"', "{}"])
def test_metadata_without_keys_has_no_values(stored: str | None) -> None:
    assert not metadata_term_matches(MetadataTerm(("kind",), Pattern("", prefix=True)), stored)


def test_metadata_that_is_a_list_is_walked_by_number() -> None:
    term = MetadataTerm(("1", "a"), Pattern("x"))
    assert metadata_term_matches(term, '[{}, {"a": "x"}]')


def test_an_escaped_value_in_the_metadata_is_found() -> None:
    assert metadata_term_matches(MetadataTerm(("ü",), Pattern("é")), r'{"\u00fc": "\u00e9"}')


@given(some.metadata_terms(), whole.stored_payloads())
def test_the_quick_look_at_metadata_misses_nothing(term: MetadataTerm, stored: str | None) -> None:
    """An escape in the text makes it be decoded, and changes nothing else."""
    spread = None if stored is None else _with_an_escape(stored)
    assert metadata_term_matches(term, stored) is metadata_term_matches(term, spread)


def _with_an_escape(stored: str) -> str:
    """Write the payload anew so that its first character of any string is an escape."""
    at = stored.find('"')
    following = stored[at + 1 : at + 2]
    if at < 0 or not following.isalnum() or not following.isascii():
        return stored
    return f"{stored[: at + 1]}\\u{ord(following):04x}{stored[at + 2 :]}"
