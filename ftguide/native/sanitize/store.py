"""Write a reproduction to a folder, and compare it with the recorded one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground import files
from ftguide.native.sanitize.model import SOURCE, Job, Ran, Summary
from ftguide.native.sanitize.reports import shorten

RECORDED = Path("examples") / "sanitizer" / "reports"
SUMMARY = "summary.json"
REMEDY = "`nox -s sanitize -- --record` writes it anew."


def write(folder: Path, summary: Summary, ran: Sequence[Ran]) -> None:
    """Write `summary.json`, and per job with reports its first one in full and shortened."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.txt"), *folder.glob("*.json")):
        old.unlink()
    for job in ran:
        if job.reports:
            name = job.outcome.job.name
            text = job.reports[0].text
            (folder / f"{name}.full.txt").write_text(text, encoding="utf-8")
            (folder / f"{name}.txt").write_text(shorten(text, SOURCE), encoding="utf-8")
    (folder / SUMMARY).write_bytes(files.to_json(summary))


def read(folder: Path) -> Summary:
    """Read a recorded summary; raises `files.UnreadableError` where none is recorded, or a damaged one."""
    return files.load(folder / SUMMARY, Summary, REMEDY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A job whose reports name other functions than the recorded ones."""

    job: Job
    recorded: tuple[str, ...]
    now: tuple[str, ...]

    def __str__(self) -> str:
        """Return the sentence for the terminal."""
        recorded, now = (", ".join(names) or "nothing" for names in (self.recorded, self.now))
        return f"{self.job.name}: recorded {recorded}, now {now}"


def differences(recorded: Summary, reproduced: Summary) -> list[Difference]:
    """List the jobs in which a reproduction reports in other functions than the recorded one."""
    before = {outcome.job: outcome.functions for outcome in recorded.outcomes}
    now = {outcome.job: outcome.functions for outcome in reproduced.outcomes}
    return [
        Difference(job=job, recorded=before.get(job, ()), now=now.get(job, ()))
        for job in dict.fromkeys([*before, *now])
        if before.get(job, ()) != now.get(job, ())
    ]
