"""Trees of tasks, put together from rows in whatever state they are."""
