"""Options that are a time, such as 90s or 10m: one spelling and one limit for every verb."""

from __future__ import annotations

import argparse
import re

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_MOST_SECONDS = 86_400


def duration(text: str) -> float:
    """Read a duration of at most a day: 90, 90s, 10m, 1.5h; in seconds; else ArgumentTypeError."""
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)([smh]?)", text, re.ASCII)
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0
    if not 0 < seconds <= _MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time such as 90s, 10m or 1h (at most 24h)"
        )
    return seconds
