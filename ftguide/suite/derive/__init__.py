"""What follows from a stored run, and nothing else: pure functions of its records."""
