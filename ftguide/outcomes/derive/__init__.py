"""Grades, bounds, verdicts and differences, from what was recorded. Pure."""
