"""What other programs read: outcomes.json.gz and .csv.gz. Pure; the same records give the same bytes."""

from __future__ import annotations

import csv
import io

import msgspec

from ftguide.outcomes.derive.grades import Cell
from ftguide.outcomes.pages.data import Laboratory
from ftguide.render import packed
from ftguide.render.tables import csv_cell

#: Version of the exports. Raised when a field changes its meaning, not when one is added.
SCHEMA = 2
#: The export says once what the places of its rows hold, which are most of it; `binary` of a cell is a place
#: in the list of SHA-256 sums `binaries`.
_FIELDS = {
    "outcome_fields": ("outcome", "grade", "count", "of", "total", "low", "high"),
    "configuration_fields": ("configuration", "samples", "counts"),
}

NAMES = JSON, CSV = tuple(
    f"thread-safety/data/outcomes.{kind}{packed.ENDING}" for kind in ("json", "csv")
)


def files(found: Laboratory) -> dict[str, bytes]:
    """Return the exports by their place in the site, packed: unpacked they are a tenth of it."""
    return {JSON: packed.packed(_json(found)), CSV: packed.packed(_csv(found))}


def _cell(cell: Cell, binaries: list[str]) -> dict[str, object]:
    seen = cell.observation
    if seen.subject.binary_sha256 not in binaries:
        binaries.append(seen.subject.binary_sha256)
    return {
        "verdict": cell.verdict,
        "samples": cell.samples,
        "processes": len(seen.processes),
        "overlapping": seen.overlapping,
        "stamped": seen.stamped,
        "observed_at": seen.observed_at,
        "run": seen.run,
        "preset": seen.preset,
        "binary": binaries.index(seen.subject.binary_sha256),
        "outcomes": [
            (
                one.name,
                one.grade,
                one.rate.count,
                "processes" if one.ending else "samples",
                one.rate.samples,
                _rounded(one.rate.low),
                _rounded(one.rate.high),
            )
            for one in cell.seen
        ],
        "configurations": [
            (str(key), samples, dict(counts)) for key, counts, samples in cell.configurations()
        ],
    }


def _rounded(rate: float) -> float:
    """Return a rate with the digits that the CSV has."""
    return float(f"{rate:.6g}")


def _json(found: Laboratory) -> bytes:
    board = found.board
    binaries: list[str] = []
    tests = [
        {
            "test": test.slug,
            "family": test.family,
            "question": test.question,
            "on": test.on,
            "operation": test.operation,
            "module": test.module,
            "level": test.level,
            "source": test.source,
            "issue": test.issue,
            "hash": test.hash,
            "interpreters": {}
            if board is None
            else {name: _cell(cell, binaries) for name, cell in board.of(test.slug).items()},
        }
        for test in found.catalogue.tests.values()
    ]
    machine = None if board is None else board.machine
    export = {"schema": SCHEMA, "machine": machine, **_FIELDS, "binaries": binaries, "tests": tests}
    return msgspec.json.encode(export) + b"\n"


def _csv(found: Laboratory) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            *(
                "test",
                "family",
                "interpreter",
                "verdict",
                "outcome",
                "grade",
                "count",
                "of",
                "total",
            ),
            *("low", "high", "overlapping", "stamped", "observed_at", "run"),
        ]
    )
    cells = {} if found.board is None else found.board.cells
    for (slug, name), cell in cells.items():
        seen = cell.observation
        for one in cell.seen:
            writer.writerow(
                csv_cell(value)
                for value in [
                    *(slug, cell.test.family, name, cell.verdict, one.name, one.grade),
                    *(one.rate.count, "processes" if one.ending else "samples", one.rate.samples),
                    *(
                        f"{one.rate.low:.6g}",
                        f"{one.rate.high:.6g}",
                        seen.overlapping,
                        seen.stamped,
                    ),
                    *(seen.observed_at, seen.run),
                ]
            )
    return text.getvalue().encode()
