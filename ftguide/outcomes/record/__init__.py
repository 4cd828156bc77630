"""What was seen, one line a test and interpreter, append-only."""
