"""Reproduce the sanitizer page: four planted races and a lifetime bug, reported, fixed, and clean."""
