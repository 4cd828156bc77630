"""The code of the pages: found, run on both builds, compared with what the page shows."""
