"""What the pages of all products are built of: docutils nodes, tables, templates, dependencies on files."""
