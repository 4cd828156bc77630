"""What every part stands on: the shared terms, and what it takes to work on this machine.

`vocabulary` has the terms, `files` what is written and read, `process` the children, `machine` what may be
used and told of it, `redact` what must not leave it.
"""
