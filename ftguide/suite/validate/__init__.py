"""Scripts that put the method itself to the test; the method page shows what they found.

Each is run by hand on an idle machine, prints its figures and its verdict, exits 1 when a goal is missed,
and appends one line to `attempts.jsonl`, failed attempts included. Seeds and goals are in the scripts, and
the scripts are committed before the run they judge.
"""
