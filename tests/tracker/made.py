"""Evidence made by hand, for tests of what is derived from it."""

from dataclasses import replace
from datetime import date

from ftguide.tracker.derive.derive import derive
from ftguide.tracker.derive.model import Cell, Status
from ftguide.tracker.record.evidence import identify
from ftguide.tracker.record.findings import (
    Claim,
    Culprit,
    Declarations,
    Declared,
    Declares,
    DeepImport,
    Fallback,
    Finding,
    ImportedName,
    Imports,
    Kind,
    Smoke,
    Suite,
    WheelFile,
    Wheels,
)
from ftguide.tracker.record.model import PLATFORMS, Artifact, Evidence, Package

NAME = "some-package"
PACKAGE = Package(name=NAME, imports=("some", "some.core"), field="made up")
LINE, PLATFORM = "3.14t", "manylinux_x86_64"
AT = "2026-11-20T12:00:00Z"
HASH = "0" * 64

DECLARES = Declared(
    module="some.core", file="some/core.so", declares=Declares.NOT_USED, init="multi"
)
OFF = ImportedName(name="some", gil_enabled=False, extensions=("some.core",))


def item(
    kind: Kind, result: Finding, *, version: str = "1.0", at: str = AT, cell: bool = True
) -> Evidence:
    """Make one item, about the cell of LINE and PLATFORM or about the project."""
    return identify(
        Evidence(
            id="",
            kind=kind,
            package=NAME,
            version=version,
            observed_at=at,
            result=result,
            line=LINE if cell else "",
            platform=PLATFORM if cell else "",
            artifact=Artifact(file="some.whl", sha256=HASH) if cell else None,
        )
    )


def wheels(
    *platforms: str, version: str = "1.0", at: str = AT, lines: tuple[str, ...] = (LINE,)
) -> Evidence:
    """Make what the index offers; all platforms when none is given."""
    offered = WheelFile(
        file="some.whl",
        sha256=HASH,
        size=1,
        uploaded=AT,
        abi="cp314t",
        lines=lines,
        platforms=platforms or PLATFORMS,
    )
    result = Wheels(newest=version, uploaded=AT, files=(offered,), sdist=True)
    return item(Kind.WHEEL, result, version=version, at=at, cell=False)


def declared(*modules: Declared) -> Evidence:
    return item(Kind.DECLARE, Declarations(modules=modules or (DECLARES,)))


def imported(*names: ImportedName) -> Evidence:
    return item(Kind.IMPORT, Imports(names=names or (OFF,)))


def deep(**changed: object) -> Evidence:
    values: dict[str, object] = {"modules": 3, "imported": 3, "gil_on": ()}
    return item(Kind.DEEP, DeepImport(**(values | changed)))  # type: ignore[arg-type]


def fallback(*missing: str, works: bool = True) -> Evidence:
    return item(Kind.FALLBACK, Fallback(missing=missing, works=works))


def smoke(**changed: object) -> Evidence:
    values: dict[str, object] = {
        "script": "some.py",
        "script_sha256": HASH,
        "threads": 4,
        "passed": True,
        "gil_enabled": False,
    }
    return item(Kind.SMOKE, Smoke(**(values | changed)))  # type: ignore[arg-type]


def suite(**changed: object) -> Evidence:
    values: dict[str, object] = {
        "threads": 4,
        "plain_passed": 100,
        "plain_failed": 0,
        "parallel_passed": 100,
        "parallel_failed": 0,
        "ran_in_parallel": 80,
        "not_in_parallel": 20,
        "gil_enabled": False,
    }
    return item(Kind.SUITE, Suite(**(values | changed)))  # type: ignore[arg-type]


def claim(stage: str) -> Evidence:
    text = f"Programming Language :: Python :: Free Threading :: {stage}"
    return item(Kind.CLAIM, Claim(classifiers=(text,)))


def turned_on(owner: str, module: str = "some.core") -> ImportedName:
    """Make an import that turned the GIL on through a module of a distribution."""
    return replace(OFF, gil_enabled=True, culprits=(Culprit(module=module, owner=owner),))


#: A package that leaves the GIL off everywhere.
GOOD = (wheels(), declared(), imported(), deep(), fallback())


#: The day on which is derived.
TODAY = date(2026, 11, 24)


def status(*evidence: Evidence, today: date = TODAY) -> Status:
    """Derive the status of the package."""
    return derive(evidence, [PACKAGE], today)[0]


def cell(*evidence: Evidence, today: date = TODAY) -> Cell:
    """Derive the cell of the line and the platform that evidence is about here."""
    return next(
        one
        for one in status(*evidence, today=today).cells
        if (one.line, one.platform) == (LINE, PLATFORM)
    )
