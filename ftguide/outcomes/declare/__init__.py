"""Which tests there are, and whether their declarations hold together."""
