"""Levels: what the evidence says about a package on a line, at a date. Pure."""
