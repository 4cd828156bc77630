"""Interpreters to measure: find, make, inspect and pair them."""
