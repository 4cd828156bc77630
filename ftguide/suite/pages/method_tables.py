"""Tables of what the tests of the method found; scripts in `benchmarks/method` write the files."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docutils import nodes

from ftguide.docs import depends
from ftguide.docs.grid import Column, Line, table
from ftguide.files import ROOT
from ftguide.render import numbers
from ftguide.statistics.estimates import welch_interval
from ftguide.suite import words
from ftguide.suite.pages import tables
from ftguide.suite.pages.directives import BenchDirective
from ftguide.suite.pages.figures import paragraph

FOLDER = ROOT / "benchmarks" / "method"
#: Files that are not named like their script: a log, and one file for every machine.
PATTERNS = {"attempts": "attempts.jsonl", "stock": "stock-*.json"}


class MethodDirective(BenchDirective):
    """Show one script's findings: accuracy, stock, scalingbench or attempts."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, or what to run to get it."""
        name = self.arguments[0]
        draws: dict[str, Callable[[Any], list[nodes.Node]]] = {
            "accuracy": accuracy,
            "stock": stock,
            "scalingbench": scalingbench,
            "attempts": attempts,
        }
        if name not in draws:
            self.warn(f"no script of the method writes {name!r}", "missing")
            return []
        paths = sorted(FOLDER.glob(PATTERNS.get(name, f"{name}.json")))
        if not paths:
            return [
                paragraph(
                    f"Not measured yet: python -m ftguide.suite.validate.{name} writes this table."
                )
            ]
        depends.on(self.env, self.env.docname, tuple(paths))
        content: list[nodes.Node] = []
        for path in paths:
            try:
                text = path.read_text()
                lines = [line for line in text.splitlines() if line.strip()]
                content += draws[name](
                    [json.loads(line) for line in lines]
                    if path.suffix == ".jsonl"
                    else json.loads(text)
                )
            except (ValueError, KeyError, TypeError) as error:
                self.warn(f"{path.name} is damaged ({error}); run its script again", "damaged")
        return content


def provenance(data: Mapping[str, Any]) -> nodes.paragraph:
    """Say what was measured with what."""
    machine = data["machine"]
    cache = f" and {machine['l2']} of L2 cache" if machine.get("l2") else ""
    return paragraph(
        f"CPython {data['python']}, {data['compiler']}, on {machine['cpu_model']} with "
        f"{machine['usable_cpus']} usable CPUs{cache}; suite at commit {data['commit'][:12]}."
    )


def _estimate(values: Sequence[float]) -> str:
    ratio, low, high = values
    return numbers.ratio_text(ratio, low, high)


def _differ(row: Mapping[str, Any]) -> str:
    """Say that two ratios differ, and what slices give when no lap is left out, if laps are."""
    whole = row.get("slices_all_time", row["slices"])
    if whole == row["slices"]:
        return "differ"
    return f"differ; slices with all laps {whole[0]:.3f}"


def accuracy(data: Mapping[str, Any]) -> list[nodes.Node]:
    """Build the table that holds slices against stretches."""
    lines = [
        Line(
            cells=[
                [tables.reference(row["slug"], row["slug"])],
                _estimate(row["slices"]),
                _estimate(row["stretches"]),
                _estimate(row["slices_over_stretches"]),
                "agree" if row["agree"] else _differ(row),
            ]
        )
        for row in data["rows"]
    ]
    columns = [
        Column(title="Workload"),
        Column(title="From slices", numeric=True),
        Column(title="From stretches", numeric=True),
        Column(title="Slices / stretches", numeric=True),
        Column(title="Reads as"),
    ]
    caption = (
        f"FT / GIL from slices and from stretches of at least a second, {data['blocks']} blocks of "
        "the same living processes (95 % intervals)"
    )
    return [table(caption, columns, lines), provenance(data)]


def stock(data: Mapping[str, Any]) -> list[nodes.Node]:
    """Build the table of stock pyperf's intervals on the same workloads, and of its A/A pairs."""
    lines = []
    for slug, passes in data["passes"].items():
        cells: list[Any] = [[tables.reference(slug, slug)]]
        for arm, base in (("ft", "gil"), ("gil-again", "gil"), ("ft-again", "ft")):
            x, y = ([math.log(m) for m in passes[name]["process_means"]] for name in (arm, base))
            cells.append(words.ratio_text(welch_interval(x, y)))
        wall = passes["gil"]["wall_seconds"] + passes["ft"]["wall_seconds"]
        lines.append(Line(cells=[*cells, f"{wall:.0f} s"]))
    columns = [
        Column(title="Workload"),
        Column(title="FT / GIL", numeric=True),
        Column(title="GIL again / GIL", numeric=True),
        Column(title="FT again / FT", numeric=True),
        Column(title="Time of the first column", numeric=True),
    ]
    caption = (
        f"Stock pyperf {data['pyperf']}: 20 processes of 3 values, one build after the other "
        "(Welch's 95 % interval over process means)"
    )
    return [table(caption, columns, lines), provenance(data)]


def scalingbench(data: Mapping[str, Any]) -> list[nodes.Node]:
    """Build the table of how far CPython's own scaling figures move between runs."""
    scales = sorted(
        {scale for by_scale in data["speedups"].values() for scale in by_scale}, key=int
    )
    lines = [
        Line(
            cells=[
                [nodes.literal("", name)],
                *(
                    f"{min(by[s]):.2f}{numbers.EN_DASH}{max(by[s]):.2f}"
                    if by.get(s)
                    else numbers.EN_DASH
                    for s in scales
                ),
            ]
        )
        for name, by in data["speedups"].items()
    ]
    runs = statistics.median(
        len(v) for by_scale in data["speedups"].values() for v in by_scale.values()
    )
    columns = [
        Column(title="Workload"),
        *(Column(title=f"scale {scale}", numeric=True) for scale in scales),
    ]
    caption = (
        f"Tools/ftscalingbench of CPython {data['python']}: smallest and largest speed-up with "
        f"{data['threads']} threads in {runs:.0f} runs"
    )
    return [table(caption, columns, lines), provenance(data)]


def attempts(lines: Sequence[Mapping[str, Any]]) -> list[nodes.Node]:
    """Build the log of every attempt at the goals, failed ones included."""
    rows = [
        Line(
            cells=[
                words.day(attempt["when"]),
                [nodes.literal("", attempt["script"])],
                attempt["commit"][:12] + ("-dirty" if attempt["commit"].endswith("-dirty") else ""),
                "; ".join(goal for goal, reached in attempt["goals"].items() if reached)
                or numbers.EN_DASH,
                "; ".join(goal for goal, reached in attempt["goals"].items() if not reached)
                or numbers.EN_DASH,
            ]
        )
        for attempt in lines
    ]
    columns = [Column(title=t) for t in ("Day", "Script", "Commit", "Reached", "Missed")]
    return [table("Every attempt at the goals, in order", columns, rows)]
