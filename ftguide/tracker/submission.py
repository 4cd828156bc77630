"""Evidence about packages on its way from somebody's checkout into this one.

Evidence names itself by its content, so a parcel can hold whole files: what is here already is passed over,
what was edited does not have its id. It holds no place and no name of a machine, only which interpreter and
system observed what.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ftguide.ground import bounds, parcel, redact
from ftguide.ground.parcel import Parcel, ParcelKind
from ftguide.tracker.record import evidence
from ftguide.tracker.record.evidence import EVIDENCE
from ftguide.tracker.record.model import CompatError, Evidence

_SUFFIX = ".jsonl"


class Accepted(NamedTuple):
    """What became of a parcel."""

    folder: Path
    packages: int  #: that it has evidence about
    new: int  #: sightings that were not here before


def pack(root: Path, at: str) -> bytes:
    """Return the parcel of all evidence in a checkout, called after the time; raises `CompatError`."""
    paths = sorted((root / EVIDENCE).glob(f"*{_SUFFIX}"))
    for path in paths:
        evidence.read_file(path)
        parcel.check_lines(path.read_bytes(), path)
    if private := redact.leaks(paths):
        raise CompatError(f"evidence would reveal private data: {'; '.join(private)}")
    return parcel.pack(ParcelKind.EVIDENCE, at, {path.name: path.read_bytes() for path in paths})


def accept(sent: Parcel, path: Path, root: Path) -> Accepted:
    """Check a parcel and append what is new in it.

    Raises `CompatError` or `UnreadableError`, before anything is written, for what is not evidence.
    """
    coming: list[tuple[Evidence, ...]] = []
    with tempfile.TemporaryDirectory(prefix="ftguide-") as scratch:
        for name, data in sorted(sent.files.items()):
            package = name.removesuffix(_SUFFIX)
            where = f"{path}: $.files[{name!r}]"
            if name == package or not evidence.NAME.fullmatch(package):
                raise CompatError(f"{where} is not PACKAGE{_SUFFIX}, as files of evidence are.")
            written = Path(scratch) / name
            written.write_bytes(data)
            try:
                coming.append(evidence.read_file(written))
                _check_times(coming[-1], where)
                parcel.check_lines(data, where)
            except CompatError as error:
                raise CompatError(str(error).replace(str(written), where)) from error
    folder = root / EVIDENCE
    new = sum(evidence.merge(folder, sightings) for sightings in coming)
    return Accepted(folder, len(coming), new)


def _check_times(sightings: Iterable[Evidence], where: str) -> None:
    """Raise `CompatError` for a sighting that comes from the future: it would be the latest forever."""
    for number, item in enumerate(sightings, start=1):
        for wrong in bounds.moment(item.observed_at, "$.observed_at"):
            raise CompatError(f"{where}, sighting {number}: {wrong}")
