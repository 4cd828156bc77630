"""What ran, stored per page, and written back into the page as its outputs."""
