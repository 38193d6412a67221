"""The command line: quick to start, with data on standard output and words on standard error."""
