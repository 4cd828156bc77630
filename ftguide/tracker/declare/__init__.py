"""Which packages are tracked, and how each is probed."""
