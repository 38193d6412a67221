"""Text for the screen, with no Textual in it: cleaning, cells, times, statuses and columns."""
