"""The files of a run that readers can download, at addresses that stay: benchmarks/data/<run>/….

Chooses files by an allow-list of names, never follows a symbolic link, and writes the CSV of a run
from its report. Called by the domain: `published` while pages are read, `copy` when a build is done.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ftguide import files
from ftguide.suite.pages import data
from ftguide.suite.pages.data import Loaded
from ftguide.suite.results_csv import results_csv

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
    table = results_csv(loaded.report).encode()
    listed = [
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
        listed.append(
            DataFile(
                name=path.name,
                meaning=_MEANINGS.get(path.name, f"arm {arm} as a pyperf suite"),
                target=f"{base}/{path.name}",
                source=path,
                sha256=hashlib.sha256(raw).hexdigest(),
                size=len(raw),
            )
        )
    return tuple(listed)


def copy(loaded: Loaded, outdir: Path) -> None:
    """Write a run's files below the output of an HTML build."""
    for file in of_run(loaded):
        target = outdir / file.target
        target.parent.mkdir(parents=True, exist_ok=True)
        raw = (
            results_csv(loaded.report).encode() if file.source is None else file.source.read_bytes()
        )
        if not target.exists() or target.read_bytes() != raw:
            files.write_atomic(target, raw)
