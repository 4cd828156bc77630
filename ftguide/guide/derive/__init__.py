"""Judging what ran against what the page says. Pure."""
