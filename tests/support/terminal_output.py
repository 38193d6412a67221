"""Says what in the bytes that the program sent to a terminal it never means to send.

What it means to send is a list, made here by itself and not taken from the code under test: text
that shows what it is, and the control sequences of Textual's driver and of our own commands. Any
other byte is an offence: it came from a payload.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

_ESCAPE = re.compile(
    r"\x1b(?:"
    r"\[(?P<private>[<-?]?)(?P<parameters>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\](?P<osc>[^\x07\x1b]*)(?P<end>\x07|\x1b\\)"
    r")"
)
_MODES = frozenset({7, 25, 1000, 1003, 1004, 1006, 1015, 1016, 1049, 2004, 2026, 2048})
"""Auto-wrap, cursor, mouse, focus, alternate screen, paste, synchronised output, in-band sizes."""
_POINTERS = frozenset({"22;default", "22;pointer", "22;text"})
"""Shapes of the mouse pointer."""
_ONCE = ("?1049h", "?1049l")
_PLAIN_STYLES = frozenset({*range(10), 21, 22, 23, 24, 25, 27, 28, 29, 39, 49, 53, 55}) | frozenset(
    {*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}
)
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f")
# Format characters that are part of what is drawn: joiners, and signs that enclose numbers.
_DRAWN = frozenset(
    "\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_SHORTHAND = frozenset(map(chr, range(0x13430, 0x13460)))
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\uffa0\ufff0-\uffff]")
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")
_PLAIN = frozenset(map(chr, range(0x20, 0x7F)))
_STORM = re.compile("(?:.\u200d){6,}|[\u200c\u200d]{2,}")
_MOST_MARKS = 24
"""Marks in a row: the most on one character, and some that belong to the next."""


@dataclass
class Output:
    """What was found in the output of a program: `copied` texts, and `offences`, a line each."""

    offences: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    sequences: Counter[str] = field(default_factory=Counter)
    """How often each kind of control sequence was sent."""


def read_output(
    raw: bytes,
    *,
    columns: int,
    lines: int,
    redraws: bool = False,
    ended: bool = True,
    data: bool = False,
) -> Output:
    """Read all that a program has sent to a terminal of a size.

    `redraws` says that a line of progress is drawn again and again; `ended` is False where the
    program still runs, and may be in the middle of something. `data` is for another program: marks
    may heap up in it.
    """
    output = Output()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if ended or error.end != len(raw) or error.end - error.start > 3:
            output.offences.append(f"no UTF-8: {raw[error.start - 20 : error.end + 20]!r}")
        text = raw.decode("utf-8", "ignore")
    at = 0
    for begin, end, match in _pieces(text):
        assert begin == at, "every character is looked at"
        at = end
        if match is None:
            output.offences += _wrong_text(text[begin:end], redraws=redraws, data=data)
        elif match["osc"] is not None:
            _read_command(match["osc"], output)
        else:
            wrong = _wrong_sequence(match, columns, lines)
            output.sequences[f"{match['private']}{match['between']}{match['final']}"] += 1
            if wrong:
                output.offences.append(f"{match[0]!r}: {wrong}, in {text[begin - 30 : end + 30]!r}")
            name = f"{match['private']}{match['parameters']}{match['final']}"
            if name in _ONCE:
                output.sequences[name] += 1
    output.offences += [f"{name} was sent again" for name in _ONCE if output.sequences[name] > 1]
    return output


def _pieces(text: str) -> Iterator[tuple[int, int, re.Match[str] | None]]:
    """Give the runs of text and the sequences between them; a stray escape stays in its run."""
    at = 0
    for match in _ESCAPE.finditer(text):
        if match.start() > at:
            yield at, match.start(), None
        yield match.start(), match.end(), match
        at = match.end()
    if at < len(text):
        yield at, len(text), None


def _wrong_sequence(match: re.Match[str], columns: int, lines: int) -> str:
    private, between, final = match["private"], match["between"], match["final"]
    if ":" in match["parameters"]:
        return "parameters with colons"
    numbers = [int(each or 0) for each in match["parameters"].split(";")]
    if (private, between) == ("", ""):
        if final == "m":
            return _wrong_style(numbers)
        if final == "H":
            inside = len(numbers) == 2 and 1 <= numbers[0] <= lines and 1 <= numbers[1] <= columns
            return "" if inside or match["parameters"] == "" else "no place on the screen"
        if final == "K":
            return "" if match["parameters"] == "" else "an unusual erasure"
    is_mode = private == "?" and len(numbers) == 1 and numbers[0] in _MODES
    if is_mode and (between, final) in {("", "h"), ("", "l"), ("$", "p")}:
        return ""
    if final == "u" and between == "" and private in {">", "<"} and len(numbers) == 1:
        return ""
    return "not among what is sent"


def _wrong_style(numbers: list[int]) -> str:
    left = list(numbers)
    while left:
        code = left.pop(0)
        if code in {38, 48}:
            kind = left.pop(0) if left else None
            count = {5: 1, 2: 3}.get(kind or 0, 0)
            parts, left = left[:count], left[count:]
            if not count or len(parts) < count or any(part > 255 for part in parts):
                return "half a colour"
        elif code not in _PLAIN_STYLES:
            return "an unusual style"
    return ""


def _read_command(words: str, output: Output) -> None:
    """Take an operating-system command: only text for the clipboard may come."""
    output.sequences["]"] += 1
    if words in _POINTERS:
        return
    if not words.startswith("52;c;"):
        output.offences.append(f"an operating-system command: {words[:60]!r}")
        return
    try:
        output.copied.append(base64.b64decode(words[5:], validate=True).decode("utf-8"))
    except (binascii.Error, UnicodeDecodeError) as error:
        output.offences.append(f"no text for the clipboard: {words[:60]!r} ({error})")


def _wrong_text(text: str, *, redraws: bool, data: bool) -> Iterator[str]:
    text = text.replace("\r\n", "").replace("\n", "")
    if redraws:
        text = text.replace("\r", "")
    yield from wrong_characters(text, heaps=data)


def wrong_characters(text: str, *, heaps: bool = False) -> Iterator[str]:
    """Say which characters of a text command, hide or (unless `heaps` are meant) heap up."""
    text = _FLAG.sub("", text)
    for storm in () if heaps else _STORM.finditer(text):
        yield f"joiners without end in {storm[0]!r}"
    heap = 0
    for match in _NOT_PLAIN.finditer(text):
        at = match.start()
        character = text[at]
        if at and text[at - 1] in _PLAIN:
            heap = 0
        kind = unicodedata.category(character)
        if kind in {"Mn", "Me"}:
            heap += 1
            if heap == _MOST_MARKS and not heaps:
                yield f"marks without end in {text[max(at - 40, 0) : at + 10]!r}"
            continue
        heap = 0
        hides = kind == "Cf" and character not in _DRAWN
        hides = hides or character in _SHORTHAND
        if kind in {"Cc", "Cs", "Zl", "Zp"} or hides or _UNSEEN.match(character):
            yield f"U+{ord(character):04X} in {text[max(at - 20, 0) : at + 20]!r}"
