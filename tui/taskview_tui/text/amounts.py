"""Numbers of tokens and costs in few cells, and in words."""

from __future__ import annotations

from taskview_core.entities import Usage

_UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def tokens_text(count: int | None) -> str:
    """Give a number of tokens in at most six cells: `999`, `12.3k`, `1.05M`; empty for None."""
    if count is None:
        return ""
    for unit, letter in _UNITS:
        # What would be rounded up to a thousand of a unit is one of the next.
        if count >= unit * 0.9995 and count >= 1000:
            share = count / unit
            digits = 2 if share < 9.995 else 1 if share < 99.95 else 0
            return f"{share:.{digits}f}{letter}"
    return str(count)


def cost_text(dollars: float | None) -> str:
    """Give a cost in at most seven cells: `$0.0042`, `$1.50`, `$12,345`; empty for None."""
    if dollars is None:
        return ""
    if 0 < dollars < 0.00005:
        return "<$.0001"
    if dollars < 0.01:
        return f"${dollars:.4f}" if dollars else "$0"
    if dollars < 0.9995:
        return f"${dollars:.3f}"
    if dollars < 999.995:
        return f"${dollars:.2f}"
    return f"${dollars:,.0f}" if dollars < 99_999.5 else f"${tokens_text(round(dollars))}"


def usage_words(usage: Usage) -> str:
    """Say all of what was used: `1,234 tokens: 1,000 in (200 cached), 234 out; $0.0042`."""
    said: list[str] = []
    if usage.tokens is not None:
        parts: list[str] = []
        if usage.input is not None:
            cached = f" ({usage.cached:,} cached)" if usage.cached else ""
            parts.append(f"{usage.input:,} in{cached}")
        if usage.output is not None:
            parts.append(f"{usage.output:,} out")
        of_what = f": {', '.join(parts)}" if parts else ""
        said.append(f"{usage.tokens:,} token{'' if usage.tokens == 1 else 's'}{of_what}")
    if usage.cost is not None:
        said.append(cost_text(usage.cost))
    return "; ".join(said)
