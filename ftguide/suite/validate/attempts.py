"""The log of attempts: one JSON line each, appended, never edited."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from typing import Any

from ftguide.files import ROOT

#: Where the records of the validation lie.
FOLDER = ROOT / "benchmarks" / "method"
LOG = FOLDER / "attempts.jsonl"


def commit() -> str:
    """Return the commit of the checkout, marked when the tree differs from it."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    # The log itself grows with every attempt and changes nothing that is measured.
    changed = [
        line for line in git("status", "--porcelain").splitlines() if not line.endswith(LOG.name)
    ]
    return git("rev-parse", "HEAD") + ("-dirty" if changed else "")


def record(script: str, goals: dict[str, bool], figures: dict[str, Any]) -> int:
    """Append an attempt and say how it went; return the exit code, 0 when every goal was reached."""
    line = {
        "script": script,
        "when": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit(),
        "goals": goals,
        "figures": figures,
    }
    with LOG.open("a") as stream:
        stream.write(json.dumps(line) + "\n")
    for goal, reached in goals.items():
        print(f"{'reached' if reached else 'MISSED '}  {goal}")
    return 0 if all(goals.values()) else 1
