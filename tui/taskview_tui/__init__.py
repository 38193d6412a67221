"""The terminal program: its screens and its command line."""
