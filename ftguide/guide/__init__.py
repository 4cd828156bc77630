"""The checked guide: its snippets, the lint of its words, and how both show on its pages."""
