"""What the turns of a run say: ratios with intervals, from pairs within a block."""
