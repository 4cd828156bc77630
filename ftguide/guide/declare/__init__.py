"""Snippets as pages declare them: found in Markdown, their options understood."""
