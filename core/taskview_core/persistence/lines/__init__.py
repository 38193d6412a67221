"""Lines of NDJSON, and the rows that are in them. Knows nothing of SQLAlchemy or drivers."""
