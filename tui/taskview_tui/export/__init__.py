"""Hands tasks on to other programs and people: as NDJSON, CSV or a Markdown report."""
