"""Optional indexes for text: a sidecar file for SQLite, a trigram index in Postgres."""
