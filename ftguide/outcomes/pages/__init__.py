"""The domain `outcome`: the pages about thread safety, drawn from what was recorded."""
