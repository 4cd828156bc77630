"""What is fuzzed: each kind of file that comes from others, with good examples and the code that reads it."""

from __future__ import annotations

import json
import lzma
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ftguide.ground import files, parcel
from ftguide.ground.files import ROOT
from ftguide.ground.parcel import ParcelKind
from ftguide.ground.vocabulary import ExpectedError
from ftguide.outcomes import submission as outcomes
from ftguide.outcomes import summaries as outcome_summaries
from ftguide.outcomes.declare.catalogue import catalogue
from ftguide.outcomes.record import store as observed
from ftguide.suite import submission as suite
from ftguide.suite import summaries
from ftguide.suite.derive import analysis
from ftguide.suite.record import packing, store
from ftguide.suite.record.model import Line
from ftguide.tracker import submission as tracker
from ftguide.tracker.check import files as lists
from ftguide.tracker.check.dependency import Selection
from ftguide.tracker.check.target import Target
from ftguide.tracker.declare import packages
from ftguide.tracker.record import evidence
from tests import synthetic
from tests.fuzz.mutations import (
    Mutation,
    of_bytes,
    of_json,
    of_lines,
    of_parcel,
    of_tail,
    of_text,
    walk,
)


class FindingError(Exception):
    """An end that is neither good one; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A kind of file."""

    name: str
    files: Callable[[], Mapping[str, bytes]]  #: good ones, unpacked, by their place in a folder
    read: Callable[[Path], list[str]]  #: raises `ExpectedError`, or returns the problems it told
    mutations: tuple[Mutation, ...] = (of_bytes, of_json)

    def packed(self, name: str, data: bytes) -> bytes:
        """Return what is written for a mutated content."""
        return _packed(name, data)


def _packed(name: str, data: bytes) -> bytes:
    """Pack what `files` of a subject has unpacked; of a blocks.xz these are its three parts."""
    if name.endswith(".xz"):
        return lzma.compress(data)
    return files.pack(data) if name.endswith(".gz") else data


def good_end(subject: Subject, place: Path) -> str:
    """Read a folder; return how that ended, raise for what must not happen."""
    try:
        told = subject.read(place)
    except ExpectedError as error:
        _check(str(error))
        return "refused"
    for text in told:
        _check(text)
    return "loaded, with problems" if told else "loaded"


def _check(message: str) -> None:
    if not message.isprintable():
        raise FindingError(f"a message would steer a terminal: {message!r}")
    if len(message) > 20_000:
        raise FindingError(f"a message of {len(message)} characters: {message[:200]!r}")


def _run() -> dict[str, bytes]:
    stored = synthetic.stored(
        blocks=5, truth={"nbody": synthetic.SINGLE, "mandelbrot": synthetic.SCALES}
    )
    lines = b"".join(msgspec.json.encode(Line(block=block)) + b"\n" for block in stored.blocks)
    base = f"run/{stored.run.run_id}"
    return {f"{base}/run.json": files.to_json(stored.run), f"{base}/{store.GZIP}": lines}


def _packed_run() -> dict[str, bytes]:
    """Return a run as suites write it today."""
    run = _run()
    old = next(name for name in run if name.endswith(".gz"))
    lines = run.pop(old)
    return {**run, old.replace(store.GZIP, store.BLOCKS): lzma.decompress(packing.pack(lines))}


def _read_run(place: Path) -> list[str]:
    (folder,) = (place / "run").iterdir()
    try:
        analysis.report(store.load(folder))
    except (ArithmeticError, LookupError, ValueError) as error:
        # What pages say of a run whose records are possible one by one and not together.
        return [f"no report can be derived ({type(error).__name__})"]
    return []


def _index() -> dict[str, bytes]:
    return {"index.json": (ROOT / store.RESULTS / "index.json").read_bytes()}


def _read_index(place: Path) -> list[str]:
    for entry in store.read_index(place).runs:
        store.folder_of(place, entry).relative_to(place)
    return []


def _observed() -> dict[str, bytes]:
    base = observed.folder_of("epyc-zen4-2vcpu-kvm")
    paths = [base / "machine.json", *sorted(base.glob("3.14.7t/[a-b]*.jsonl"))]
    return {
        f"{observed.OBSERVED}/fuzzed/{path.relative_to(base)}": path.read_bytes() for path in paths
    }


def _read_observed(place: Path) -> list[str]:
    observed.read_machine("fuzzed", place)
    return [str(problem) for problem in observed.read("fuzzed", place).problems]


def _evidence() -> dict[str, bytes]:
    paths = sorted((ROOT / evidence.EVIDENCE).glob("*.jsonl"), key=lambda path: path.stat().st_size)
    return {path.name: path.read_bytes() for path in paths[:4]}


def _read_evidence(place: Path) -> list[str]:
    for path in sorted(place.iterdir()):
        evidence.read_file(path)
    return []


def _packages() -> dict[str, bytes]:
    return {"packages.toml": packages.PACKAGES.read_bytes()}


def _read_packages(place: Path) -> list[str]:
    packages.read(place / "packages.toml")
    return []


def _parcels() -> dict[str, bytes]:
    run = _packed_run()
    base = next(iter(run)).rpartition("/")[0]
    machine = "epyc-zen4-2vcpu-kvm"
    seen = sorted(observed.folder_of(machine).glob("3.14.7t/a*.jsonl"))
    run_id = msgspec.json.decode(seen[0].read_bytes().split(b"\n")[0])["run"]
    return {
        "run.json": parcel.pack(
            ParcelKind.RUN,
            base.rpartition("/")[2],
            {
                "run.json": run[f"{base}/run.json"],
                store.BLOCKS: _packed(store.BLOCKS, run[f"{base}/{store.BLOCKS}"]),
            },
        ),
        "outcomes.json": parcel.pack(
            ParcelKind.OUTCOMES,
            run_id,
            {
                "machine.json": (observed.folder_of(machine) / "machine.json").read_bytes(),
                **{f"3.14.7t/{path.name}": path.read_bytes() for path in seen},
            },
        ),
        "evidence.json": parcel.pack(ParcelKind.EVIDENCE, "evidence-2026-11-28", _evidence()),
    }


def _read_parcels(place: Path) -> list[str]:
    """Take every parcel into an empty checkout, as `accept` does; whatever is refused left nothing behind."""
    told = []
    for path in sorted(place.glob("*.json")):
        root = place / f"checkout-{path.stem}"
        try:
            sent = parcel.unpack(path)
            if sent.kind is ParcelKind.RUN:
                suite.accept(sent, path, root)
            elif sent.kind is ParcelKind.OUTCOMES:
                outcomes.accept(sent, path, catalogue(), root)
            else:
                tracker.accept(sent, path, root)
        except ExpectedError as error:
            told.append(str(error))
            if left := [each for each in root.rglob("*") if each.is_file()]:
                raise FindingError(f"{path.name} was refused, and left {left}") from error
        else:
            check_accepted(root)
    return told


#: Of `HURTFUL`, what no field of a run, an observation or a sighting may say, but a seed.
_IMPOSSIBLE = (-1, 2**63, 10**17, 10**400, 1e308, -1e-308)
_MOST_CHARACTERS = 60_000


def check_accepted(root: Path) -> None:
    """Raise for what was accepted and must not have been, told by other means than those of `accept`."""
    for path in sorted(each for each in root.rglob("*") if each.is_file()):
        place = path.relative_to(root)
        for part in place.parts:
            if part.partition(".")[0].lower() in {"con", "nul", "com1", "lpt9"} or part[-1] in ". ":
                raise FindingError(f"accepted {place}, which Windows cannot have")
        if path.suffix == ".json":
            lines = [path.read_bytes()]
        elif path.suffix == ".jsonl" or path.name in store.PUBLISHED:
            packed = path.name in store.PUBLISHED
            lines = (store.text_of(path) if packed else path.read_bytes()).split(b"\n")
        else:
            continue
        for line in filter(None, lines):
            for holder, key in walk(json.loads(line)):
                value = holder[key]
                number = isinstance(value, (int, float)) and not isinstance(value, bool)
                if number and value in _IMPOSSIBLE and key != "seed":
                    raise FindingError(f"accepted {value!r} at {key!r} in {place}")
                if isinstance(value, str) and len(value) > _MOST_CHARACTERS:
                    raise FindingError(f"accepted {len(value)} characters at {key!r} in {place}")


def _summary() -> dict[str, bytes]:
    """Return the summary of a run. `_read_summary` has the run beside it as it was: only the summary lies."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = _beside(Path(scratch), _run())
        return {"summary.bin": summaries.derive(folder)}


def _read_summary(place: Path) -> list[str]:
    folder = _beside(place / "whole", _run())
    (folder / summaries.NAME).write_bytes((place / "summary.bin").read_bytes())
    summaries.load(folder)
    return []


def _beside(root: Path, contents: Mapping[str, bytes]) -> Path:
    """Write a run below a folder; return its own folder."""
    for name, data in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_packed(name, data))
    return path.parent


def _outcome_summary() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as scratch:
        root = _beside_observed(Path(scratch))
        return {
            "summary.bin": outcome_summaries.derive(
                observed.read("fuzzed", root), catalogue(), root
            )
        }


def _read_outcome_summary(place: Path) -> list[str]:
    root = _beside_observed(place / "whole")
    path = outcome_summaries.path_of("fuzzed", root)
    path.write_bytes((place / "summary.bin").read_bytes())
    outcome_summaries.read(observed.read("fuzzed", root), catalogue(), root)
    return []


def _beside_observed(root: Path) -> Path:
    for name, data in _observed().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


#: Lists of every format that `check` reads, as other tools write them.
LISTS = (
    *("uvlock-win/uv.lock", "misc/poetry.lock", "pylock.groups.toml", "Pipfile.lock", "Pipfile"),
    *("misc/setup.cfg", "pyproject-groups/pyproject.toml", "pip-freeze.txt", "script-pep723.py"),
    *("conda/environment.yml",),
)


def _lists() -> dict[str, bytes]:
    return {name: (ROOT / "tests" / "data" / "check" / name).read_bytes() for name in LISTS}


def _read_lists(place: Path) -> list[str]:
    """Read every list; one that is refused does not keep the others from being read."""
    told = []
    target = Target(line="3.14t", platform="manylinux_x86_64")
    for name in LISTS:
        try:
            lists.read(
                place / name, target, Selection(everything=not name.endswith((".txt", ".py")))
            )
        except ExpectedError as error:
            if Path(name).name not in str(error):
                raise FindingError(f"does not name {name}: {error}") from error
            told.append(str(error))
    return told


SUBJECTS = (
    Subject(
        name="summaries", files=_summary, read=_read_summary, mutations=(of_bytes, of_tail, of_json)
    ),
    Subject(
        name="outcome-summaries",
        files=_outcome_summary,
        read=_read_outcome_summary,
        mutations=(of_bytes, of_tail),
    ),
    Subject(name="lists", files=_lists, read=_read_lists, mutations=(of_bytes, of_text)),
    Subject(name="runs", files=_run, read=_read_run),
    Subject(
        name="packed-runs",
        files=_packed_run,
        read=_read_run,
        mutations=(of_bytes, of_tail, of_json, of_lines),
    ),
    Subject(name="index", files=_index, read=_read_index),
    Subject(name="outcomes", files=_observed, read=_read_observed),
    Subject(name="evidence", files=_evidence, read=_read_evidence),
    Subject(name="packages", files=_packages, read=_read_packages, mutations=(of_bytes, of_text)),
    Subject(
        name="parcels",
        files=_parcels,
        read=_read_parcels,
        mutations=(of_bytes, of_json, of_parcel, of_parcel, of_parcel),
    ),
)
