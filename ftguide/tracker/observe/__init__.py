"""Collecting file names from an index, and probing packages in processes of their own."""
