"""What was seen of services: a file a run, a line a block."""
