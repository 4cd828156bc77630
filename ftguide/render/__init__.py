"""How values read: numbers and their intervals, tables as text, drawings. Knows no product."""
