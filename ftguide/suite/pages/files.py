"""The files of a run that readers can download, at addresses that stay: benchmarks/data/<run>/….

Chooses files by an allow-list of names, never follows a symbolic link, and writes the CSV of a run
from its report. Called by the domain: `published` while pages are read, `copy` when a build is done.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from ftguide import files
from ftguide.suite.pages import data
from ftguide.suite.pages.data import Loaded

CSV = "results.csv"

_MEANINGS = {
    "run.json": "machine, interpreters, plan",
    "blocks.jsonl.gz": "every value in order: the data everything else derives from",
    "blocks.jsonl": "every value in order: the data everything else derives from",
    CSV: "all times and ratios of the run as one table",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """One downloadable file."""

    name: str
    meaning: str
    target: str  #: address relative to the root of the site
    source: Path | None  #: None = the CSV, which is derived
    sha256: str
    size: int


def _allowed(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    name = path.name
    arm = name.removesuffix(".json.gz")
    return name in _MEANINGS or (arm != name and data.arm_of(arm) is not None)


def of_run(loaded: Loaded) -> tuple[DataFile, ...]:
    """List the files of a run, the CSV first."""
    base = f"benchmarks/data/{'local-' if loaded.local else ''}{loaded.run.run_id}"
    table = to_csv(loaded).encode()
    found = [
        DataFile(
            name=CSV,
            meaning=_MEANINGS[CSV],
            target=f"{base}/{CSV}",
            source=None,
            sha256=hashlib.sha256(table).hexdigest(),
            size=len(table),
        )
    ]
    for path in sorted(loaded.folder.iterdir()):
        if path.name == CSV or not _allowed(path):
            continue
        raw = path.read_bytes()
        arm = path.name.removesuffix(".json.gz")
        found.append(
            DataFile(
                name=path.name,
                meaning=_MEANINGS.get(path.name, f"arm {arm} as a pyperf suite"),
                target=f"{base}/{path.name}",
                source=path,
                sha256=hashlib.sha256(raw).hexdigest(),
                size=len(raw),
            )
        )
    return tuple(found)


def _cell(value: object) -> object:
    """Keep a spreadsheet from taking text of a contributed run for a formula."""
    return (
        f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
    )


def to_csv(loaded: Loaded) -> str:
    """Write all times and ratios of a run; floats in full, the same run gives the same bytes."""
    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator="\n")
    out.writerow(
        (
            *("run_id", "workload", "version", "group", "quantity", "arm", "base", "value"),
            *("low", "high", "blocks", "q", "verdict", "noise_floor_ln", "flags"),
        )
    )
    run_id = loaded.run.run_id
    for row in loaded.report.rows:
        version = loaded.report.stored.planned(row.slug).version
        flags = "; ".join(row.flags)
        head = (run_id, row.slug, version, row.group)
        for time in row.times:
            out.writerow(
                map(
                    _cell,
                    (
                        *(*head, "seconds", time.arm, "", time.mean, time.low, time.high),
                        *(row.blocks, "", "", "", flags),
                    ),
                )
            )
        for one in data.comparisons(row):
            known = row.floor_of(one)
            floor = "" if known is None else known
            out.writerow(
                map(
                    _cell,
                    (
                        *(*head, one.kind, one.arm, one.base, one.ratio, one.low, one.high),
                        *(one.k, one.q, one.verdict.value, floor, flags),
                    ),
                )
            )
    return buffer.getvalue()


def copy(loaded: Loaded, outdir: Path) -> None:
    """Write a run's files below the output of an HTML build."""
    for one in of_run(loaded):
        target = outdir / one.target
        target.parent.mkdir(parents=True, exist_ok=True)
        raw = to_csv(loaded).encode() if one.source is None else one.source.read_bytes()
        if not target.exists() or target.read_bytes() != raw:
            files.write_atomic(target, raw)
