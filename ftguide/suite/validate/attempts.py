"""The log of attempts: one JSON line each, appended, never edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ftguide.ground.files import ROOT
from ftguide.ground.machine import Machine
from ftguide.ground.runs import git, utc_now
from ftguide.interpreters.model import Facts

#: Where the records of the validation lie.
FOLDER = ROOT / "benchmarks" / "method"
LOG = FOLDER / "attempts.jsonl"


def commit() -> str:
    """Return the commit of the checkout, marked when the tree differs from it."""
    # The log itself grows with every attempt and changes nothing that is measured.
    status, head = git(ROOT, "status", "--porcelain"), git(ROOT, "rev-parse", "HEAD")
    if head is None:
        return ""
    # A tree that git takes too long to look at, on a busy machine, is not known to be that of its commit.
    dirty = status is None or any(not line.endswith(LOG.name) for line in status.splitlines())
    return head + ("-dirty" if dirty else "")


def write(path: Path, facts: Facts, machine: Machine, **figures: Any) -> None:
    """Write what a script measured, with what it was measured on, for the method page."""
    data = {
        "commit": commit(),
        "python": facts.version,
        "compiler": facts.compiler,
        "machine": {
            "cpu_model": machine.cpu_model,
            "usable_cpus": machine.usable_cpus,
            "l2": machine.caches.get("L2 unified"),  # tells two models of one name apart
        },
        **figures,
    }
    path.write_text(json.dumps(data, indent=1) + "\n")
    print(f"wrote {path.relative_to(ROOT)}")


def record(script: str, goals: dict[str, bool], figures: dict[str, Any]) -> int:
    """Append an attempt and say how it went; return the exit code, 0 when every goal was reached."""
    line = {
        "script": script,
        "when": utc_now(),
        "commit": commit(),
        "goals": goals,
        "figures": figures,
    }
    with LOG.open("a") as stream:
        stream.write(json.dumps(line) + "\n")
    for goal, reached in goals.items():
        print(f"{'reached' if reached else 'MISSED '}  {goal}")
    return 0 if all(goals.values()) else 1
