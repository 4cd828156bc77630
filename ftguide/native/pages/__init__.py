"""Tables of the native pages."""
