"""Reads what other programs write about their agents as conversations and tasks.

Nothing here knows a database or a screen. A reader takes an input apart into facts, each of which
belongs to a scope (a session, a trace); all facts of a scope together give its rows. That is a
function of the set of facts, so that importing twice, in pieces, or in another order gives the
same rows.
"""
