"""Messages between people, models and tools, recognised in payloads and drawn to be read."""
