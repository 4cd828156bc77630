#!/usr/bin/env python3
"""What stands for wrk in tests: some requests, then the line that the script of the suite prints."""

import json
import sys
import time
import urllib.error
import urllib.request

if "--version" in sys.argv:
    print("wrk 9.9.9 [test]")
    sys.exit(1)
status = requests = 0
began = time.monotonic()
for _ in range(5):
    try:
        urllib.request.urlopen(sys.argv[-1], timeout=60).read()  # noqa: S310 - of a test
    except urllib.error.HTTPError:
        status += 1
    requests += 1
figures = {
    "requests": requests,
    "microseconds": int((time.monotonic() - began) * 1e6),
    "status": status,
}
figures |= {"connect": 0, "read": 0, "write": 0, "timeout": 0, "p50": 900, "p99": 2100}
print("measured " + json.dumps(figures, separators=(",", ":")))
