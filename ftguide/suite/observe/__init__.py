"""Measuring: arms in processes of their own, taking turns in blocks, until a plan is done."""
