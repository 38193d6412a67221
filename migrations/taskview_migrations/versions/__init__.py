"""The revisions. Each is frozen in time: it says what it makes and imports no model."""
