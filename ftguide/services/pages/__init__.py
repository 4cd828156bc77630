"""What pages say about services."""
