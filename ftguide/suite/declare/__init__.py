"""What shall be measured: the catalogue, presets, plans, and a reader's own code."""
