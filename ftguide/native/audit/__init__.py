"""Lists suspicious lines of native sources: what a port to the free-threaded build must look at."""
