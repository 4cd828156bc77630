"""Write a reproduction to a folder, and compare it with the recorded one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from ftguide.native.sanitize.model import SOURCE, Ran, SanitizeError, Summary
from ftguide.native.sanitize.reports import shorten

RECORDED = Path("examples") / "sanitizer" / "reports"
SUMMARY = "summary.json"


def write(folder: Path, summary: Summary, ran: Sequence[Ran]) -> None:
    """Write `summary.json`, and per job with reports its first one in full and shortened."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.txt"), *folder.glob("*.json")):
        old.unlink()
    for one in ran:
        if one.reports:
            name = one.outcome.job.name
            (folder / f"{name}.full.txt").write_text(one.reports[0], encoding="utf-8")
            (folder / f"{name}.txt").write_text(shorten(one.reports[0], SOURCE), encoding="utf-8")
    text = msgspec.json.format(msgspec.json.encode(summary), indent=1)
    (folder / SUMMARY).write_bytes(text + b"\n")


def read(folder: Path) -> Summary | None:
    """Read a recorded summary; None where nothing is recorded. Raises `SanitizeError`."""
    path = folder / SUMMARY
    try:
        return msgspec.json.decode(path.read_bytes(), type=Summary)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise SanitizeError(
            f"{path}: {error}. `nox -s sanitize -- --record` writes it anew."
        ) from error


def differences(recorded: Summary, found: Summary) -> list[str]:
    """Say where a reproduction reports in other functions than the recorded one."""
    before = {one.job: set(one.functions) for one in recorded.outcomes}
    now = {one.job: set(one.functions) for one in found.outcomes}
    said = []
    for job in dict.fromkeys([*before, *now]):
        if before.get(job, set()) != now.get(job, set()):
            words = [", ".join(sorted(side.get(job, ()))) or "nothing" for side in (before, now)]
            said.append(f"{job.name}: recorded {words[0]}, now {words[1]}")
    return said
