"""Native code: example extensions that are built and raced, an audit of sources, sanitizers."""
