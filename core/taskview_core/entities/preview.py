"""Makes the one line that a list shows of a payload, from the beginning of its stored text.

An object shows as `key: value  key: value`; the key of the first entry is left out where its
value is a text, so that `{"prompt": "hi", "n": 1}` shows as `hi  n: 1`. What is nested keeps its
brackets, quotes fall away, and runs of white space become one space. Chat messages begin with who
speaks and what they say, as in `user: hi · assistant: hello`. Text that is no JSON shows as it is.
"""

from __future__ import annotations

import json
import re

LONGEST = 200
"""The most characters of a preview, the `…` at its end included."""
INPUT_START = 800
"""How many characters of a stored input its preview is made from."""
ERROR_START = 400
"""The same of an error."""
TRACE = "Traceback ("
"""How a trace of Python's begins. Of one that is longer than ERROR_START a list reads the end."""

_ELLIPSIS = "…"
_ENOUGH = 2 * LONGEST
"""Of a long string, so much is looked at first."""
_FIRST_TRY = 320
"""Of a long payload, so much is looked at first: mostly it makes a whole preview."""

# A string, or a number or literal, with the colon or comma after it; a bracket or lone comma; or
# all the rest, which begins with none of these.
_TOKEN = re.compile(
    r"[ \t\n\r]*(?:"
    r'(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
    r"|(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![0-9.eE+-])"
    r"|(?:true|false|null|NaN|-?Infinity)(?![A-Za-z]))"
    r")[ \t\n\r]*([:,]?)"
    r"|([{}\[\],])"
    r"|([^ \t\n\r].*)"
    r")",
    re.DOTALL,
)
_HALF_STRING = re.compile(
    r'"([^"\\]*(?:\\(?:u[0-9a-fA-F]{4}|[^u])[^"\\]*)*)(?:\\(?:u[0-9a-fA-F]{0,3})?)?', re.DOTALL
)
_HALF_NUMBER = re.compile(r"-?(?:[0-9][0-9.eE+-]*)?")
_LITERALS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_DECODER = json.JSONDecoder(strict=False)

# How the line of a list of chat messages begins, alone or as the first of an object's entries.
_CHAT = re.compile(
    r"(?:messages: )?\[\{role: ([a-z]{1,20}), (?:content|parts): "
    r"(\[\{type: (?:(?:input_)?text, text|text, content): )?(?=[^\[{])"
)

_RAISED = re.compile(r"^[A-Za-z_][\w.]*(?::(?= |$)|$)", re.MULTILINE)
"""The line of a trace that says what was raised: it begins at the margin, with a name."""

_NEXT_MESSAGE = re.compile(
    r"(?:\}\])?\}, \{role: ([a-z]{1,20}), (?:content|parts): "
    r"(?:\[\{type: (?:(?:input_)?text, text|text, content): )?"
)

# Between two texts of one message, which is read as one.
_NEXT_TEXT = re.compile(r"\}, \{type: (?:(?:input_)?text, text|text, content): ")

_END_OF_MESSAGES = re.compile(r"(?:\}\])?\}\](?=  )")

# What may come next, in text that is JSON.
_VALUE, _FIRST_VALUE, _KEY, _FIRST_KEY, _NEXT, _NOTHING = range(6)


def preview_of_json(prefix: str | None, cut: bool) -> str:
    """Give the preview of a payload: one line of at most 200 characters.

    `prefix` is the stored text or, where `cut` is set, its beginning, however that ends. Ends in
    `…` where anything was left out. Empty for None, no text, JSON null, `""`, `{}` and `[]`.
    """
    if not prefix:
        return ""
    try:
        if len(prefix) > _FIRST_TRY and "\\u" not in prefix[:_FIRST_TRY]:
            line = _first_message(_line_of_json(prefix[:_FIRST_TRY], True))
            if len(line) > LONGEST:
                return _clipped(line, True)
        line = _first_message(_line_of_json(prefix, cut))
    except ValueError:
        return preview_of_text(prefix, cut)
    return _clipped(line, cut)


def preview_of_text(prefix: str | None, cut: bool) -> str:
    """Give the preview of plain text, such as an error; see `preview_of_json`."""
    return _clipped(_one_line(prefix), cut) if prefix else ""


def start_of_error(error: str) -> str:
    """Give what a list reads of an error: its beginning, or of a long trace this word and its end.

    It is what the database is asked for, with one character more than ERROR_START where it is cut.
    """
    if error.startswith(TRACE) and len(error) > ERROR_START:
        return TRACE + error[len(TRACE) - ERROR_START - 1 :]
    return error[: ERROR_START + 1]


def preview_of_error(start: str) -> str:
    """Give the preview of an error by its `start_of_error`: of a trace what was raised at last."""
    raised = raised_at_last(start)
    if raised is not None:
        return preview_of_text(raised, cut=False)
    return preview_of_text(start[:ERROR_START], len(start) > ERROR_START)


def raised_at_last(start: str) -> str | None:
    """Give what a trace, by its `start_of_error`, says was raised at last; None for any other."""
    raised = list(_RAISED.finditer(start)) if start.startswith(TRACE) else []
    return start[raised[-1].start() :] if raised else None


def _first_message(line: str) -> str:
    """Put who speaks and what they say where the line is one of chat messages: `user: hi`."""
    chat = _CHAT.match(line) if line.startswith(("[", "messages: [")) else None
    if chat is None:
        return line
    said = line[chat.end() :]
    if line.startswith("messages: "):
        # What comes behind the messages: two spaces are nowhere else.
        said = _END_OF_MESSAGES.sub("", said, count=1)
    others = list(_NEXT_MESSAGE.finditer(said))
    has_parts = "[{type" in others[-1][0] if others else chat[2]
    said = _NEXT_MESSAGE.sub(r" · \1: ", said.removesuffix("}]}]" if has_parts else "}]"))
    return f"{chat[1]}: {_NEXT_TEXT.sub(' ', said)}"


def _clipped(line: str, cut: bool) -> str:
    if len(line) > LONGEST or cut:
        return line[: LONGEST - 1].rstrip() + _ELLIPSIS
    return line


def _one_line(text: str) -> str:
    """Put a text on one line; of a long one, at least as much of it as a preview holds."""
    if len(text) > _ENOUGH:
        short = " ".join(text[:_ENOUGH].split())
        if len(short) > LONGEST:
            return short
    return " ".join(text.split())


def _line_of_json(text: str, cut: bool) -> str:
    """Give the line for a text, longer than a preview where it goes on; ValueError for no JSON.

    A hundred thousand rows of a tree each have one made: hence one loop over the tokens, in
    which nothing is called that need not be.
    """
    out: list[str] = []
    length = 0
    closers: list[str] = []
    key: str | None = None  # of the outermost object, until it is known whether it shows
    state = _VALUE
    for string, plain, after, mark, rest in _TOKEN.findall(text):
        if mark:
            if mark == ",":
                after = mark
            elif mark in "{[":
                if state > _FIRST_VALUE:
                    raise ValueError(text)
                if key is not None:
                    out.append(f"{key}: ")
                    key = None
                if closers or mark == "[":
                    out.append(mark)
                closers.append("}" if mark == "{" else "]")
                state = _FIRST_KEY if mark == "{" else _FIRST_VALUE
                continue
            else:
                empty = _FIRST_KEY if mark == "}" else _FIRST_VALUE
                if state not in (_NEXT, empty) or closers.pop() != mark:
                    raise ValueError(text)
                if closers:
                    out.append(mark)
                    state = _NEXT
                else:
                    state = _NOTHING
                    if mark == "]":
                        out[:] = [*out, mark] if len(out) > 1 else []
                continue
        else:
            if rest:
                string, plain, after = _half_token(rest, cut)
            if state <= _FIRST_VALUE:
                piece = plain or _decoded(string)
                if not closers:
                    state = _NOTHING
                    out.append("" if plain == "null" else piece)
                else:
                    state = _NEXT
                    if key is not None:
                        if out or plain or not piece:
                            out.append(f"{key}: ")
                            length += len(key)
                        key = None
                    out.append(piece or ("" if rest else '""'))
                    length += len(piece) + 2
                    if length > LONGEST:
                        return "".join(out)
            elif state <= _FIRST_KEY and not plain and (after == ":" or (cut and not after)):
                name = _decoded(string)
                if not after:
                    # The cut went through the key, or between it and its colon.
                    out.append(name)
                    state = _NOTHING
                    continue
                if len(closers) == 1:
                    key = name
                else:
                    out.append(f"{name}: ")
                state = _VALUE
                continue
            else:
                raise ValueError(text)
        if after == ",":
            if state != _NEXT:
                raise ValueError(text)
            in_object = closers[-1] == "}"
            state = _KEY if in_object else _VALUE
            out.append("  " if in_object and len(closers) == 1 else ", ")
        elif after:
            raise ValueError(text)
    if not cut and state != _NOTHING:
        raise ValueError(text)
    if key is not None:
        out.append(f"{key}:")
    return "".join(out).strip()


def _decoded(string: str) -> str:
    """Give what stands between the quotes of a string, on one line."""
    if "\\" in string:
        string = _DECODER.raw_decode(f'"{string}"')[0]
    return _one_line(string)


def _half_token(rest: str, cut: bool) -> tuple[str, str, str]:
    """Give the string or the word, up to its last whole character, that the cut went through.

    It comes as a token: the string as it would be stored, the word, and what is after them.
    """
    if not cut:
        raise ValueError(rest)
    string = _HALF_STRING.fullmatch(rest)
    if string:
        decoded: str = _DECODER.raw_decode(f'"{string[1]}"')[0]
        # Half of a pair of surrogates is no character.
        whole = decoded[:-1] if "\ud800" <= decoded[-1:] <= "\udbff" else decoded
        return whole.replace("\\", "\\\\"), "", ""
    if _HALF_NUMBER.fullmatch(rest) or any(each.startswith(rest) for each in _LITERALS):
        return "", rest, ""
    raise ValueError(rest)
