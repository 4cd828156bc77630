"""What every run of every laboratory is called, when it was, and which checkout made it."""

from __future__ import annotations

import re
import secrets
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

#: A run's start and eight random digits.
RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}", re.ASCII)


#: How far the clock of somebody who sends data may be ahead of this one.
MOST_AHEAD = timedelta(days=1)

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def utc_now() -> str:
    """Return the time as stored: UTC, ISO 8601, seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_run_id() -> str:
    """Name a run after its start and eight random digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def begun(run_id: str) -> str:
    """Return the time in the id of a run, as times are stored; the id must match `RUN_ID`."""
    day, time = run_id[:8], run_id[9:15]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"


def wrong_time(text: str) -> str:
    """Say what is wrong with a stored time: it is none, or it has not come yet; empty for a good one.

    What comes from the future would be the newest forever.
    """
    try:
        if not _TIME.fullmatch(text):
            raise ValueError(text)  # noqa: TRY301
        told = datetime.fromisoformat(text)
    except ValueError:
        shown = ascii(text if len(text) <= 40 else f"{text[:40]}...")
        return f"is {shown}, and has to be a time such as 2026-11-28T08:30:00Z"
    if told > datetime.now(UTC) + MOST_AHEAD:
        return f"is {text}, which is in the future here: set the clock that is wrong"
    return ""


def git(root: Path, *words: str) -> str | None:
    """Return what git prints about a checkout; None without git or a history, as in an archive."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
