"""Questions to a database as frozen values: filters, orders, pages and cursors.

Nothing is imported here: each module is when it is wanted, for the first screen needs few.
"""
