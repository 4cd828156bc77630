"""Evidence: the records, and the log that is only appended to."""
