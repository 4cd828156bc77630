"""The verbs of `python -m ftguide`: they read arguments, call the rooms below, and print."""
