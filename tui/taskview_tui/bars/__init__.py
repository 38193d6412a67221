"""The lines around a table: title, filter inputs, faults, status and keys."""
