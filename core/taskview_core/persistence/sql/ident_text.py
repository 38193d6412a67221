"""SQL of SQLite that compares ids in whatever form each is written, as text.

As SQLAlchemy's expressions it would cost every statement more time than SQLite takes for it.
"""

from __future__ import annotations

_CUTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


def same_in_any_form(left: str, right: str) -> str:
    """Hold where `left` is the same id as `right`; an index on `left` is entered by each form."""
    # Of text that is no UUID these are not all the same id: what is found is looked at again.
    return f"{left} IN ({', '.join(all_forms(right))}) AND {one_form(left)} = {one_form(right)}"


def all_forms(x: str) -> list[str]:
    """Give an id in each form that it may be written in; what is no UUID, in others besides."""
    other = f"CASE length({x}) WHEN 32 THEN {_dashed(x)} ELSE {_plain(x)} END"
    return [x, f"lower({x})", f"upper({x})", f"lower({other})", f"upper({other})"]


def one_form(x: str) -> str:
    """Give an id in one form, whatever form it has: small hex digits, and what is no UUID as is."""
    return (
        f"CASE WHEN {x} NOT GLOB '*[^-0-9A-Fa-f]*' AND {x} IN (lower({x}), upper({x}))"
        f" AND (length({x}) = 32 AND instr({x}, '-') = 0"
        f" OR length({x}) = 36 AND {x} = {_dashed(_plain(x))})"
        f" THEN lower({_plain(x)}) ELSE {x} END"
    )


def _plain(x: str) -> str:
    return f"replace({x}, '-', '')"


def _dashed(plain: str) -> str:
    return " || '-' || ".join(f"substr({plain}, {start}, {size})" for start, size in _CUTS)


_ALIKE = "SELECT id FROM conversations AS same WHERE same.id = tasks.conversation_id LIMIT 1"
_OTHER = (
    "SELECT id FROM conversations AS same"
    f" WHERE {same_in_any_form('same.id', 'tasks.conversation_id')} LIMIT 1"
)
CONVERSATION_ID = f"coalesce(({_ALIKE}), ({_OTHER}))"
"""A task's conversation. The task's own form comes first: mostly that is one seek."""
