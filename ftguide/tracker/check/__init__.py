"""What the evidence says about somebody's own dependencies."""
