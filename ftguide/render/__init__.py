"""How values read: numbers, tables and drawings, as text and as nodes of a page. Knows no product."""
