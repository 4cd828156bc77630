"""The line in which a program tells `run.py` what its tool said."""

import json
import sys
import time

STARTED = time.monotonic()


def answer(found, schedules, says="", *, inconclusive=False):
    """Print one verdict: found or not, after how many schedules or runs, and the tool's own words."""
    print(
        "ANSWER",
        json.dumps(
            {
                "found": bool(found),
                "inconclusive": bool(inconclusive),
                "schedules": schedules,
                "seconds": time.monotonic() - STARTED,
                "gil": sys._is_gil_enabled(),
                "says": " ".join(says.split())[:300],
            }
        ),
        flush=True,
    )
