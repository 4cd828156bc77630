"""The packages that are known from the names of their files alone, as docutils nodes. Pure.

They stand apart from those that were probed: what an index offers says what authors build, and nothing of
it was installed.
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from ftguide.render.grid import Cell as Content
from ftguide.render.grid import table
from ftguide.tracker.derive.model import Cell, Status
from ftguide.tracker.observe.artifacts import ALL_PLATFORMS
from ftguide.tracker.pages import words
from ftguide.tracker.record.findings import Kind, WheelFile, Wheels
from ftguide.tracker.record.model import LINES


def shown(statuses: Sequence[Status]) -> nodes.Element:
    """Build the table, or say that nothing was collected."""
    known = [status for status in statuses if status.newest]
    if not known:
        return nodes.paragraph("", "Nothing has been collected by file names alone yet.")
    lines: list[Sequence[Content]] = [
        (
            f"{status.package.name} {status.newest}",
            *(offered(status, line) for line in LINES),
            looked(status),
        )
        for status in known
    ]
    titles = ("Package", *(f"Files for {line}" for line in LINES), "Index asked")
    made = table("Known from file names alone; nothing of it was installed", titles, lines)
    made["classes"].append("compat-names")
    return made


def looked(status: Status) -> str:
    """Return the day when the index was asked last."""
    items = (cell.seen.get(Kind.WHEEL) for cell in status.cells)
    return max((words.day(item.observed_at) for item in items if item), default="")


def offered(status: Status, line: str) -> str:
    """Say which files of the newest release install on a line, and on which platforms."""
    cells = [cell for cell in status.cells if cell.line == line]
    groups: dict[str, list[str]] = {}
    for cell in cells:
        groups.setdefault(_kind(cell), []).append(words.platform(cell.platform))
    if len(groups) == 1:
        return next(iter(groups))
    return "; ".join(f"{kind}: {', '.join(places)}" for kind, places in groups.items())


def _kind(cell: Cell) -> str:
    """Say what an installer finds for a cell."""
    item = cell.seen.get(Kind.WHEEL)
    wheels = item.result if item else None
    if not isinstance(wheels, Wheels):
        return "not known"
    fitting = [file for file in wheels.files if _fits(file, cell)]
    made_for = sorted({file.abi for file in fitting if file.abi != "none"})
    if made_for:
        return f"{' and '.join(made_for)} wheel"
    if any(set(file.platforms) == set(ALL_PLATFORMS) for file in fitting):
        return "pure Python wheel"
    if fitting:
        return "wheel for any ABI"
    return "source only" if wheels.sdist and not wheels.files else "no wheel"


def _fits(file: WheelFile, cell: Cell) -> bool:
    return cell.line in file.lines and cell.platform in file.platforms
