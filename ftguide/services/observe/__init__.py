"""Starts services and their database, loads them in turn, and writes down what was seen."""
