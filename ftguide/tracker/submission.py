"""Evidence about packages on its way from somebody's checkout into this one.

Evidence names itself by its content, so a parcel can hold whole files: what is here already is passed over,
what was edited does not have its id. It holds no place and no name of a machine, only which interpreter and
system observed what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ftguide.ground import bounds, parcel, redact
from ftguide.ground.bounds import Violation
from ftguide.ground.parcel import Parcel, ParcelKind
from ftguide.ground.process.keeper import passing_folder
from ftguide.tracker.record import evidence
from ftguide.tracker.record.evidence import EVIDENCE
from ftguide.tracker.record.model import CompatError, Evidence

#: Far above the tests and modules of any package and the bytes of any wheel.
MOST_COUNT = 10**12

_SUFFIX = ".jsonl"
_LINE = re.compile(r"3\.\d{1,3}t?", re.ASCII)
#: Numbers of CPUs and of threads.
_OF_A_MACHINE = frozenset({"cpus", "threads"})


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
    with passing_folder("ftguide-accept-") as scratch:
        for name, data in sorted(sent.files.items()):
            package = name.removesuffix(_SUFFIX)
            where = f"{path}: $.files[{name!r}]"
            if name == package or not evidence.NAME.fullmatch(package):
                raise CompatError(f"{where} is not PACKAGE{_SUFFIX}, as files of evidence are.")
            for wrong in bounds.file_name(name, "its name"):
                raise CompatError(f"{where}: {wrong}.")
            written = scratch / name
            written.write_bytes(data)
            try:
                coming.append(evidence.read_file(written))
                parcel.check_lines(data, where)
                _check_values(coming[-1], where)
            except CompatError as error:
                raise CompatError(str(error).replace(str(written), where)) from error
    folder = root / EVIDENCE
    new = sum(evidence.merge(folder, sightings) for sightings in coming)
    return Accepted(folder, len(coming), new)


def _check_values(sightings: Iterable[Evidence], where: str) -> None:
    """Raise `CompatError` for a sighting that says what none can say."""
    for number, item in enumerate(sightings, start=1):
        for wrong in _violations(item):
            raise CompatError(
                f"{where}, sighting {number}: {wrong}. No probe of this project stores that: "
                "probe the package again."
            )


def _violations(item: Evidence) -> Iterator[Violation]:
    """Yield what a sighting says that none can say: from the future it would be the latest forever."""
    yield from bounds.moment(item.observed_at, "$.observed_at")
    if item.line:
        yield from bounds.spelling(item.line, "$.line", _LINE, "3.14t")
    if item.env is not None:
        yield from bounds.version(item.env.python, "$.env.python")
    if item.run and not item.run.startswith("https://"):
        yield Violation(
            "$.run", f"is {bounds.quoted(item.run)}, and has to be an address with https"
        )
    for place, leaf in bounds.leaves(item, "$"):
        name = place.rpartition(".")[2]
        if isinstance(leaf, (int, float)):
            most = bounds.MOST_CPUS if name in _OF_A_MACHINE else MOST_COUNT
            yield from bounds.number(leaf, place, name in _OF_A_MACHINE, most)
        elif name.endswith("sha256"):
            yield from bounds.sha256(str(leaf), place)
    yield from bounds.texts(item, "$")
