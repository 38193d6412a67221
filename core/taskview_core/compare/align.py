"""Aligns two sequences: which member of the one stands for which of the other, in order.

Where the sequences are short it is the cheapest alignment of all. Long ones are first cut at what
is certain: equal beginnings and ends, and members that are unique on both sides. So the time is
nearly linear in what is equal, and what differs in one place costs its own square at most.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_CELLS = 4096
"""Members of the one times members of the other up to which every alignment is tried."""
_ROUNDS = 24
"""How often a stretch is cut before its members are paired by their order alone."""
_GAP, _BELOW, _RESULT, _CHANGED, _NEVER = 4, 1, 3, 6, 1 << 30
"""The price of a member without a partner; of partners that differ within, in what came of them, or
in what they are. Two without partners cost more than one that has changed."""


class Look(NamedTuple):
    """How a member looks, from near and from afar; equal numbers look the same.

    `whole` takes in everything, `itself` all but what is within it, `own` what it is without what
    came of it, `kind` what it has to share with another member to be a partner of that at all.
    """

    whole: int
    itself: int
    own: int
    kind: int


Pairs = list[tuple[int, int]]


def align(left: Sequence[Look], right: Sequence[Look]) -> Pairs:
    """Give the partners by their places; both places rise. Members of another kind never pair."""
    pairs: Pairs = []
    todo = [(0, len(left), 0, len(right), 0)]
    while todo:
        start, end, other, stop, rounds = todo.pop()
        while start < end and other < stop and left[start].whole == right[other].whole:
            pairs.append((start, other))
            start, other = start + 1, other + 1
        while start < end and other < stop and left[end - 1].whole == right[stop - 1].whole:
            end, stop = end - 1, stop - 1
            pairs.append((end, stop))
        if start == end or other == stop:
            continue
        if (end - start) * (stop - other) <= _CELLS:
            pairs += _cheapest(left, right, (start, end, other, stop))
            continue
        anchors = _certain(left, right, (start, end, other, stop), rounds)
        if not anchors and _look_alike(left, right, (start, end, other, stop)):
            pairs += zip(range(start, end), range(other, stop), strict=True)
            continue
        anchors = anchors or _anchors(left, right, (start, end, other, stop), rounds)
        pairs += anchors
        # Between anchors the same once more; without any, nothing here has a partner.
        last = (start, other)
        for anchor in [*anchors, (end, stop)] if anchors else []:
            todo.append((last[0], anchor[0], last[1], anchor[1], rounds + 1))
            last = (anchor[0] + 1, anchor[1] + 1)
    return sorted(pairs)


_Stretch = tuple[int, int, int, int]


def _look_alike(left: Sequence[Look], right: Sequence[Look], stretch: _Stretch) -> bool:
    """Whether two stretches are the same but for what is within their members."""
    start, end, other, stop = stretch
    if end - start != stop - other:
        return False
    places = zip(range(start, end), range(other, stop), strict=True)
    return all(left[one].own == right[two].own for one, two in places)


def _cheapest(left: Sequence[Look], right: Sequence[Look], stretch: _Stretch) -> Pairs:
    """Try all alignments of two short stretches; of equally cheap ones the straightest is taken."""
    start, end, other, stop = stretch
    width = stop - other
    below = array("l", (_GAP * (width - at) for at in range(width + 1)))
    table = [below]
    for one in range(end - 1, start - 1, -1):
        prices = array("l", [0]) * (width + 1)
        prices[width] = below[width] + _GAP
        for at in range(width - 1, -1, -1):
            paired = below[at + 1] + _price(left[one], right[other + at])
            prices[at] = min(paired, below[at] + _GAP, prices[at + 1] + _GAP)
        table.append(prices)
        below = prices
    table.reverse()
    pairs: Pairs = []
    row = at = 0
    while row < end - start and at < width:
        price = table[row][at]
        if price == table[row + 1][at + 1] + _price(left[start + row], right[other + at]):
            pairs.append((start + row, other + at))
            row, at = row + 1, at + 1
        elif price == table[row + 1][at] + _GAP:
            row += 1
        else:
            at += 1
    return pairs


def _price(one: Look, two: Look) -> int:
    if one.whole == two.whole:
        return 0
    if one.itself == two.itself:
        return _BELOW
    if one.own == two.own:
        return _RESULT
    return _CHANGED if one.kind == two.kind else _NEVER


def _certain(left: Sequence[Look], right: Sequence[Look], stretch: _Stretch, rounds: int) -> Pairs:
    """Give the partners that are equal in everything, and are unique in both stretches."""
    start, end, other, stop = stretch
    if rounds >= _ROUNDS:
        return []
    ones, twos = _places(left, start, end, 0), _places(right, other, stop, 0)
    return _rising(sorted(_partners(ones, twos, unique=True)))


def _anchors(left: Sequence[Look], right: Sequence[Look], stretch: _Stretch, rounds: int) -> Pairs:
    """Give partners to cut two long stretches at: what is unique in both, the likest first.

    Where nothing is, the first of a look stands for the first of it, the second for the second.
    """
    start, end, other, stop = stretch
    for unique in (True, False) if rounds < _ROUNDS else (False,):
        for level in range(len(Look._fields)):
            ones = _places(left, start, end, level)
            twos = _places(right, other, stop, level)
            found = _partners(ones, twos, unique=unique)
            if found:
                return _rising(sorted(found))
    return []


def _partners(
    ones: Mapping[int, list[int]], twos: Mapping[int, list[int]], *, unique: bool
) -> Pairs:
    found: Pairs = []
    for look, places in ones.items():
        partners = twos.get(look, ())
        if not unique or len(places) == len(partners) == 1:
            found += zip(places, partners, strict=False)
    return found


def _places(looks: Sequence[Look], start: int, end: int, level: int) -> dict[int, list[int]]:
    places: dict[int, list[int]] = {}
    for at in range(start, end):
        places.setdefault(looks[at][level], []).append(at)
    return places


def _rising(pairs: Pairs) -> Pairs:
    """Give the longest run of pairs of which both places rise."""
    tops: list[int] = []
    ends: list[int] = []
    before = array("l")
    for number, (_, two) in enumerate(pairs):
        at = bisect_left(tops, two)
        before.append(ends[at - 1] if at else -1)
        if at == len(tops):
            tops.append(two)
            ends.append(number)
        else:
            tops[at] = two
            ends[at] = number
    run: Pairs = []
    number = ends[-1] if ends else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    run.reverse()
    return run
