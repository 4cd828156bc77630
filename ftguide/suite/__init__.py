"""Benchmarks: what is measured, how it is stored, what follows from it, and how it is shown."""
