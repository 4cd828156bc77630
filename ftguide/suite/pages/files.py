"""The files of a run that readers get: its raw data in the repository, and its CSV beside the pages.

Raw data are never copied into the site. A link leads to the file where the configuration says that the
repository shows its files (`bench_files`), else the path stands there; the checksum tells either way whether
it is the file that the page was derived from. The CSV is derived, at an address that stays:
benchmarks/data/<run>/results.csv.gz, written by the domain when a build is done. It is packed, since all of
them are a tenth of a site otherwise; size and checksum are those of the table inside, which no zlib changes.
A superseded run has none: `report --csv` makes it, after `fetch`.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from docutils import nodes

from ftguide.ground import files
from ftguide.render import made, packed
from ftguide.render.nodes import data_file
from ftguide.suite import summaries
from ftguide.suite.derive.summary import Summary
from ftguide.suite.pages.data import Loaded, Results, name_of
from ftguide.suite.pages.kept import files_of
from ftguide.suite.record import store
from ftguide.suite.record.model import IndexEntry
from ftguide.suite.results_csv import results_csv

CSV = f"results.csv{packed.ENDING}"

_MEANINGS = {
    "run.json": "machine, interpreters, plan",
    **dict.fromkeys(store.SPELLINGS, "every value in order: the data everything else derives from"),
    CSV: f"all times and ratios of the run as one table, {packed.SAID}; size and SHA-256 are the table's",
}
_WEB = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """One file."""

    name: str
    path: str  #: relative to the root of the site, or of the repository
    address: (
        str  #: where the repository shows it; empty for a file of the site, or where nobody knows
    )
    of_site: bool
    sha256: str
    size: int | None  #: in bytes; None for one that only the repository's history has

    @property
    def meaning(self) -> str:
        """What it holds."""
        return _MEANINGS[self.name]

    def link(self) -> nodes.Node:
        """Return a link to the file, or its path where nothing can be linked."""
        if self.of_site:
            return data_file("", self.name, target=self.path)
        if self.address:
            return nodes.reference("", self.name, refuri=self.address)
        return nodes.literal("", self.path)


def has_csv(loaded: Loaded) -> bool:
    """Whether the site has a run's CSV; the page of a superseded run says which commands make one."""
    return not loaded.entry.values_in


def of_run(loaded: Loaded, repository: str = "") -> list[DataFile]:
    """List the files of a run, the CSV first; `repository` is the address below which its files are shown."""
    listed: list[DataFile] = []
    if has_csv(loaded):
        digest, size = _csv_stamp(loaded.report)
        listed.append(
            DataFile(
                name=CSV,
                path=_csv_path(loaded.name),
                address="",
                of_site=True,
                sha256=digest,
                size=size,
            )
        )
    origin = summaries.origin_of(loaded.folder)
    blocks = store.blocks_path(loaded.folder)
    if origin is not None:
        for path, digest in ((loaded.folder / "run.json", origin.run), (blocks, origin.blocks)):
            if digest:
                listed.append(_raw(loaded, path, digest, repository))
    return listed


def _raw(loaded: Loaded, path: Path, digest: str, repository: str) -> DataFile:
    within = f"{store.RESULTS.as_posix()}/{loaded.entry.machine}/{loaded.entry.run_id}/{path.name}"
    shown = _WEB.fullmatch(repository) and not loaded.local
    return DataFile(
        name=path.name,
        path=within,
        address=f"{repository.rstrip('/')}/{quote(within)}" if shown else "",
        of_site=False,
        sha256=digest,
        size=path.stat().st_size if path.exists() else None,
    )


def _csv_path(name: str) -> str:
    return f"benchmarks/data/{name}/{CSV}"


@functools.lru_cache(maxsize=32)  # contents: a hundred kilobytes each
def _csv(report: Summary) -> bytes:
    return results_csv(report).encode()


@functools.lru_cache(maxsize=4096)
def _csv_stamp(report: Summary) -> tuple[str, int]:
    """Return the SHA-256 of a run's CSV and its size, unpacked, which every page with a link to it shows."""
    content = _csv(report)
    return hashlib.sha256(content).hexdigest(), len(content)


def copy(
    entry: IndexEntry, results: Results, outdir: Path, known: made.Made
) -> Iterator[tuple[Path, str]]:
    """Write a run's CSV below the output of an HTML build, unless it is there; yield it with its key."""
    target = outdir / _csv_path(name_of(entry))
    key = made.key_of_files(files_of(results.folder(entry)))
    if known.holds(target, key) or (loaded := results.load(entry)) is None:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    files.write_atomic(target, packed.packed(_csv(loaded.report)))
    yield target, key
