"""Stored runs: their records, their files, and the statistics derived from them."""
