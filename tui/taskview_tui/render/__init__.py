"""What widgets draw, as plain values: pieces of text with the ink for each. No Textual in it."""
