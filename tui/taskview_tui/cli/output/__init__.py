"""The formats in which tasks are printed. No file here knows of databases or arguments."""
