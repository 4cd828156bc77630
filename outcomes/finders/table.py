"""Write the tables of the page about race finders from results.json: python -m outcomes.finders.table."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from outcomes.finders.run import CORRECT, RACING, RESULTS, TOOLS

FOLDER = Path(__file__).parent
GRID = FOLDER / "grid.csv"
COSTS = FOLDER / "costs.csv"

NAMES = {"pyvft": "PyVFT", "laboratory": "our laboratory"}
PROGRAMS = {
    "attribute-increment": "`self.n += 1` in two threads",
    "dict-check-then-act": "fill a missing key of a dict",
    "generator-shared": "two loops over one generator",
    "generic-alias-iterator": "two readers of one `iter(list[int])`",
    "dict-loop-short": "loop over a dict that ends early",
    "list-sort-read": "read a list during `sort()`",
    "double-checked-init": "double-checked initialisation",
    "flag-then-data": "flag set before the data",
    "locked-counter": "`self.n += 1` under a lock",
    "queue-hand-off": "jobs through a `queue.Queue`",
    "list-append": "`append` in two threads",
    "dict-per-thread": "a dict per thread",
}

Trial = dict[str, object]


def trials() -> list[Trial]:
    """Return what was tried, one record for a tool, a mode and a program."""
    kept: list[Trial] = json.loads(RESULTS.read_text("utf-8"))["trials"]
    return kept


def tools(kept: Iterable[Trial]) -> list[str]:
    """Return the tools in the order of the table."""
    there = {str(trial["tool"]) for trial in kept}
    return [
        name
        for name in dict.fromkeys(["laboratory", *(tool.name for tool in TOOLS)])
        if name in there
    ]


def word(modes: list[Trial], test: str) -> str:
    """Say in a cell what a tool said: in which modes, and in how many runs where they differ."""
    right = "alarm" if test in CORRECT else "found"
    said = [trial for trial in modes if trial["found"]]
    if not said:
        nothing = "quiet" if test in CORRECT else "missed"
        undecided = [str(trial["mode"]) for trial in modes if trial["inconclusive"]]
        if not undecided:
            return nothing
        return (
            "undecided" if len(undecided) == len(modes) else f"{nothing} ({undecided[0]} undecided)"
        )
    shares = {(int(str(trial["found"])), int(str(trial["runs"]))) for trial in said}
    partly = all(found < runs for found, runs in shares)
    share = "{} of {}".format(*max(shares)) if partly else ""
    mode = "" if len(said) == len(modes) else str(said[0]["mode"])
    detail = ", ".join(part for part in (mode, share) if part)
    return f"{right} ({detail})" if detail else right


def grid(kept: list[Trial]) -> list[list[str]]:
    """Return the programs by tools."""
    names = tools(kept)
    rows = [["program", *(NAMES.get(name, name) for name in names)]]
    for test in (*RACING, *CORRECT):
        cells = []
        for name in names:
            modes = [trial for trial in kept if trial["tool"] == name and trial["test"] == test]
            cells.append(word(modes, test))
        rows.append([PROGRAMS[test], *cells])
    return rows


def costs(kept: list[Trial]) -> list[list[str]]:
    """Return what each tool found in each mode, and what that took."""
    document = json.loads(RESULTS.read_text("utf-8"))
    rows = [
        [
            "tool",
            "version",
            "mode",
            "races of 8",
            "alarms of 4",
            "schedules or runs, race found",
            "schedules or runs, none found",
            "seconds a program, about",
        ]
    ]
    for name in tools(kept):
        modes = dict.fromkeys(str(trial["mode"]) for trial in kept if trial["tool"] == name)
        for mode in modes:
            mine = [trial for trial in kept if (trial["tool"], trial["mode"]) == (name, mode)]
            races = [trial for trial in mine if trial["test"] in RACING]
            alarms = [trial for trial in mine if trial["test"] in CORRECT and trial["found"]]
            found = [trial for trial in races if trial["found"]]
            quiet = [
                trial
                for trial in mine
                if not trial["found"] and trial["test"] in {*RACING, *CORRECT}
            ]
            version = document["versions"].get(name, "")
            released = document["released"].get(name, "")
            rows.append(
                [
                    NAMES.get(name, name),
                    f"{version} ({released})" if version else "this repository",
                    mode,
                    str(len(found)),
                    str(len(alarms)),
                    span(found, "schedules"),
                    span(quiet, "schedules"),
                    span(mine, "seconds"),
                ]
            )
    return rows


def span(some: list[Trial], field: str) -> str:
    """Return the smallest and the largest value, once where they are the same."""
    values = sorted(float(str(trial[field])) for trial in some)
    if not values or not values[-1]:
        return "–"
    ends = dict.fromkeys((f"{values[0]:,g}", f"{values[-1]:,g}"))
    return " to ".join(ends)


def written(rows: list[list[str]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def main() -> int:
    """Write both files."""
    kept = trials()
    GRID.write_text(written(grid(kept)), "utf-8")
    COSTS.write_text(written(costs(kept)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
