"""The files of a run that readers can download, at addresses that stay: benchmarks/data/<run>/….

Chooses files by an allow-list of names, never follows a symbolic link, and writes the CSV of a run
from its report. Called by the domain: `published` while pages are read, `copy` when a build is done.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground import files
from ftguide.render.nodes import data_file
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
    content: bytes

    @property
    def sha256(self) -> str:
        """The checksum that pages print."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        """The size in bytes."""
        return len(self.content)

    def link(self) -> data_file:
        """Return a link to the file."""
        return data_file("", self.name, target=self.target)


def _allowed(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    name = path.name
    arm = name.removesuffix(".json.gz")
    return name in _MEANINGS or (arm != name and data.arm_of(arm) is not None)


def of_run(loaded: Loaded) -> list[DataFile]:
    """List the files of a run, the CSV first."""
    base = f"benchmarks/data/{loaded.name}"
    stored = [path for path in sorted(loaded.folder.iterdir()) if _allowed(path)]
    contents = {
        CSV: results_csv(loaded.report).encode(),
        **{path.name: path.read_bytes() for path in stored if path.name != CSV},
    }
    return [
        DataFile(
            name=name,
            meaning=_MEANINGS.get(name, f"arm {name.removesuffix('.json.gz')} as a pyperf suite"),
            target=f"{base}/{name}",
            content=content,
        )
        for name, content in contents.items()
    ]


def copy(loaded: Loaded, outdir: Path) -> None:
    """Write a run's files below the output of an HTML build."""
    for file in of_run(loaded):
        target = outdir / file.target
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != file.content:
            files.write_atomic(target, file.content)
