"""Run tests in fresh processes, in every configuration of a plan."""
