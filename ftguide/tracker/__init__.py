"""The compatibility tracker: packages, evidence about them, and the status derived from it."""
