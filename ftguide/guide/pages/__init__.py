"""The directives of snippets, and the stamp below every page."""
