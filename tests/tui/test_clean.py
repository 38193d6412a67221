"""Text from a database commands no terminal, and hides nothing."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from taskview_tui.text.clean import MOST_MARKS, ROW, clean, clean_block, clean_copy, clean_row

CONTROLS = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = "\u00ad\u200b\u2060\u2061\ufeff\u180e\u3164\U000e0041\U000e007f"
FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff"
    "\u2028\u2029\u200b\u2060]"
)
ODD_TEXT = st.text(
    st.one_of(
        st.sampled_from(CONTROLS + BIDI + INVISIBLE),
        st.sampled_from("\u200d\u200c\ufe0f\ufe01\u0301\u0e49\u1161\U0001f3fd❤👩🏳🌈ab 世\n\t\r"),
        st.characters(),
        st.characters(categories=["Cs", "Cf", "Mn", "Me"]),
    )
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x9b2J", "<U+009B>2J"),
        ("a\x00b\x7fc", "a␀b␡c"),
        ("user\u202etxt.exe", "user<U+202E>txt.exe"),
        ("\ud83d", "<U+D83D>"),
        ("\ufeff{}", "<U+FEFF>{}"),
        ("hi\U000e0041\U000e0042", "hi<U+E0041><U+E0042>"),
        ("a\u200db", "a<U+200D>b"),
        ("a\u200bb", "a<U+200B>b"),
        ("Z" + "\u0301" * 50, "Z" + "\u0301" * MOST_MARKS + "<+42 marks>"),
        ("x\ufe01\ufe02\ufe03", "x\ufe01<U+FE02><U+FE03>"),
        ("\U0001f3fd alone", "<U+1F3FD> alone"),
        ("one\ntwo", "one⏎two"),
        ("one\r\ntwo", "one⏎two"),
        ("one\rtwo", "one␍two"),
        ("one\ttwo", "one two"),
        ("one\u2028two", "one<U+2028>two"),
        ("a\u034fb\u115f\u1160c", "a<U+034F>b<U+115F><U+1160>c"),
        ("\u1160" * 20, "<U+1160>" * 20),
        ("\u1780\u17b4\u17b5", "\u1780<U+17B4><U+17B5>"),
    ],
)
def test_what_is_replaced_can_be_seen(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        'plain text, 100% [bold]not markup[/bold] \\ "quoted"',
        "Grüße, naïve café, cafe\u0301, Việt Nam",
        "日本語のテキスト。한국어 中文 ｆｕｌｌ",
        "क्षि नमस्ते ไทยน้ำ עברית العربية",
        "می\u200cخواهم",
        "👩\u200d👩\u200d👧\u200d👦 👍🏽 ❤\ufe0f 🏳\ufe0f\u200d🌈",
        "👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏽 🇩🇪 1\ufe0f\u20e3",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "├── █▓▒░ ✓ ✗ … ═════════════════ ■■■■■■■■■■■■",
        "。、「」・〜！？。、「」・〜！？",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert clean(text) == text
    assert clean_block(text) == text


def test_a_block_keeps_its_lines_and_has_no_tabs() -> None:
    assert clean_block("a\r\n\tb\n\x1bc\td") == "a\n    b\n␛c  d"


@pytest.mark.parametrize(
    ("text", "copied", "count"),
    [
        ("plain", "plain", 0),
        ("a\r\n\tb\n\td\r\n", "a\r\n\tb\n\td\r\n", 0),
        ("a\rb\r\r\n\x1b[2J", "a␍b␍\r\n␛[2J", 3),
        ("\u202e\ud83d<U+0041>", "<U+202E><U+D83D><U+0041>", 2),
        ("Z" + "\u0301" * 50, "Z" + "\u0301" * MOST_MARKS + "<+42 marks>", 42),
        ("x\ufe01\ufe02\ufe03", "x\ufe01<U+FE02><U+FE03>", 2),
        ("ශ්\u200dරී", "ශ්\u200dරී", 0),
        ("👩\u200d👩\u200d👧 می\u200cخواهم", "👩\u200d👩\u200d👧 می\u200cخواهم", 0),
    ],
)
def test_a_copy_keeps_tabs_and_line_ends(text: str, copied: str, count: int) -> None:
    assert clean_copy(text) == (copied, count)


@given(ODD_TEXT)
def test_a_copy_commands_nothing_and_shows_as_the_text(text: str) -> None:
    copied, count = clean_copy(text)
    assert not FORBIDDEN.search(re.sub("\r\n|[\n\t]", "", copied))
    assert (count == 0) == (copied == text)
    # A joiner behind marks that are counted has lost what it joined.
    if "\u200d" not in copied or " marks>" not in copied:
        assert clean_copy(copied) == (copied, 0)
        assert clean_block(copied) == clean_block(text)


def test_joiners_make_no_endless_letter() -> None:
    storm = clean("👨\u200d" * 40 + "👨")

    assert storm.count("<U+200D>") >= 10
    assert cell_len(storm) > 40


def test_sinhala_is_measured_as_it_is_drawn() -> None:
    # rich takes the letter after a joiner to need no room, and terminals draw it.
    assert cell_len(clean("ශ්\u200dරී")) == 2


@given(ODD_TEXT)
@example("\u1161\u200c" * 20)
@example("a" + "\u0301\ufe01" * 20)
def test_nothing_that_commands_or_hides_is_left(text: str) -> None:
    assert not FORBIDDEN.search(clean(text))
    assert not FORBIDDEN.search(clean_block(text).replace("\n", ""))


@given(ODD_TEXT)
@example("\u1161\u200c" * 20)
@example("a" + "\u0301\ufe01" * 20 + "\u1161" * 20)
def test_marks_do_not_heap_up(text: str) -> None:
    heap = 0
    for character in clean(text):
        heap = heap + 1 if get_character_cell_size(character) == 0 else 0
        assert heap <= 2 * MOST_MARKS + 2


@given(ODD_TEXT)
def test_cleaning_again_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_block(clean_block(text)) == clean_block(text)


@given(ODD_TEXT)
def test_no_line_is_lost_or_added(text: str) -> None:
    assert clean_block(text).count("\n") == text.count("\n")
    assert "\n" not in clean(text)


@given(
    st.text(
        st.characters(
            categories=["L", "N", "P", "Sm", "Sc", "Zs"], exclude_characters="\u3164\uffa0"
        )
    )
)
def test_letters_and_signs_are_left_alone(text: str) -> None:
    if not re.search("[\u1160-\u11ff\ud7b0-\ud7ff]", text):
        assert clean(text) == text


def test_of_a_megabyte_a_row_has_the_beginning() -> None:
    assert clean_row("\x1bshort") == "␛short"
    shown = clean_row("\u202e" * 500_000)
    assert shown == "<U+202E>" * ROW + "…"


@given(ODD_TEXT)
def test_every_hidden_character_leaves_a_trace(text: str) -> None:
    hidden = [each for each in text if FORBIDDEN.match(each) and each not in "\n\t\r"]
    shown = clean(text)
    for character in hidden:
        code = ord(character)
        picture = chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else f"<U+{code:04X}>"
        assert picture in shown
    assert all(unicodedata.category(each) != "Cc" for each in shown)
