"""The outcome laboratory: what threads do to shared objects, run, counted, graded and drawn."""
