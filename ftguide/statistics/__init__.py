"""Estimates and intervals, standard library only. Knows no product."""
