"""Running snippets in fresh processes, on every interpreter at hand."""
