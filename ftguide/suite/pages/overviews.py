"""Directives that look across runs of a workload or of a machine; and a run's timeline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from docutils import nodes

from ftguide.docs.grid import Column, Line, table
from ftguide.render import numbers
from ftguide.statistics.estimates import Estimate
from ftguide.suite import words
from ftguide.suite.derive.neighbour import Split
from ftguide.suite.derive.scaling import FEWEST_WORKERS, Fit, Refused, curve, fit
from ftguide.suite.derive.series import Series
from ftguide.suite.derive.timeline import timeline
from ftguide.suite.derive.verdicts import Comparison
from ftguide.suite.pages import tables
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.directives import BenchDirective, admonition, empty
from ftguide.suite.pages.figures import paragraph
from ftguide.suite.record.model import StoredRun
from ftguide.vocabulary import Mode


class ScalingDirective(BenchDirective):
    """Show how a workload scales with the number of workers, from the newest run that swept them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table of the curve with its law, or a box that says why there is none."""
        slug = self.arguments[0]
        results = self.results()
        self.domain.report_problems(results, self.env.docname)
        runs = [run for run in results.newest() if run.row(slug) is not None]
        if not runs:
            return [empty("No published run has this workload yet.")]
        for loaded in runs:
            measured = loaded.report.series[slug]
            counts = _counts(measured)
            if len(counts) > 2 and max(counts) >= FEWEST_WORKERS:
                self.use(loaded)
                return [self.provenance(loaded), *_curve(measured)]
        shown = self.use(runs[0])
        assert shown is not None
        usable = shown.run.machine.usable_cpus
        return [
            admonition(
                nodes.note,
                f"Measured on {usable} CPUs so far: contention of two workers can be seen, a scaling "
                f"curve cannot, and none is drawn below {FEWEST_WORKERS} CPUs.",
            )
        ]


class NeighboursDirective(BenchDirective):
    """Show what a machine's runs say of one thread with the core to itself, shared, and over all blocks.

    A range over runs for each workload whose blocks met both in at least two of them.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        machine = self.arguments[0]
        results = self.results()
        self.domain.report_problems(results, self.env.docname)
        runs = [run for run in results.newest() if run.entry.machine == machine]
        rows: dict[str, list[tuple[Split, Comparison]]] = {}
        for loaded in runs:
            self.use(loaded)
            for row in loaded.report.rows:
                if row.split is not None and row.single is not None:
                    rows.setdefault(row.slug, []).append((row.split, row.single))
        rows = {slug: met for slug, met in rows.items() if len(met) > 1}
        if not rows:
            return [
                empty("No two published runs of this machine met a neighbour that came and went.")
            ]
        return [neighbours_table(runs[0], machine, rows)]


def neighbours_table(
    titles: Loaded, machine: str, rows: Mapping[str, Sequence[tuple[Split, Comparison]]]
) -> nodes.table:
    """Build the table of ranges over runs; `titles` is the run that names the workloads."""

    def cell(met: Sequence[Estimate | Comparison]) -> str:
        ratios = [value.ratio for value in met]
        return f"{min(ratios):.2f}{numbers.EN_DASH}{max(ratios):.2f}"

    def widest(met: Sequence[Estimate]) -> str:
        return tables.unbroken(numbers.percent_text(max(value.half_width for value in met)))

    lines = []
    for slug, met in rows.items():
        own, shared = [split.own for split, _ in met], [split.shared for split, _ in met]
        lines.append(
            Line(
                cells=[
                    [tables.reference(slug, tables.title(titles, slug))],
                    str(len(met)),
                    cell(own),
                    widest(own),
                    cell(shared),
                    widest(shared),
                    cell([single for _, single in met]),
                ]
            )
        )
    return table(
        f"FT / GIL of one thread on {machine}: smallest and largest ratio over runs, and the widest "
        "half-width of any of them (95 %)",
        [
            Column(title="Workload"),
            Column(title="Runs", numeric=True),
            Column(title="Core to itself", numeric=True),
            Column(title="±", numeric=True),
            Column(title="Core shared", numeric=True),
            Column(title="±", numeric=True),
            Column(title="All blocks", numeric=True),
        ],
        lines,
    )


def _counts(measured: Series) -> list[int]:
    threads = curve(measured, Mode.THREADS)
    return [point.workers for point in threads.points] if threads else []


def _curve(measured: Series) -> list[nodes.Node]:
    threads, processes = (curve(measured, mode) for mode in (Mode.THREADS, Mode.PROCESSES))
    assert threads is not None
    beside = {point.workers: point.speedup for point in processes.points} if processes else {}
    lines = []
    for point in threads.points:
        ceiling = beside.get(point.workers)
        own = point.speedup
        lines.append(
            Line(
                cells=[
                    str(point.workers),
                    words.ratio_text(own),
                    numbers.UNKNOWN if ceiling is None else words.ratio_text(ceiling),
                    numbers.UNKNOWN if ceiling is None else f"{own.ratio / ceiling.ratio:.2f}",
                ]
            )
        )
    node = table(
        "Throughput on the free-threaded build relative to one worker (95 % interval)",
        [
            Column(title="Workers", numeric=True),
            Column(title="Threads", numeric=True),
            Column(title="Processes", numeric=True),
            Column(title="Threads / processes", numeric=True),
        ],
        lines,
    )
    return [node, paragraph(_law(fit(measured, Mode.THREADS)))]


def _law(fitted: Fit | Refused) -> str:
    if isinstance(fitted, Refused):
        return f"No law is fitted: {words.refused_text(fitted)}."
    law = fitted.law
    name = "The Universal Scalability Law" if law.kappa > 0 else "Amdahl's law"
    text = (
        f"{name} fits within {numbers.percent_text(law.residual)}: contention {law.sigma:.3f} "
        f"[{fitted.sigma[0]:.3f}, {fitted.sigma[1]:.3f}]"
    )
    if law.kappa > 0:
        text += f", coherency {law.kappa:.4f} [{fitted.kappa[0]:.4f}, {fitted.kappa[1]:.4f}]"
    if fitted.peak is not None and math.isfinite(fitted.peak):
        text += f"; throughput peaks at about {fitted.peak:.0f} workers"
    return f"{text}."


def timeline_table(stored: StoredRun) -> nodes.table | None:
    """Build the table of what happened during a run; None without blocks."""
    stretches = timeline(stored)
    if not stretches:
        return None
    lines = [
        Line(
            cells=[
                f"{stretch.start / 60:.0f}{numbers.EN_DASH}{stretch.end / 60:.0f} min"
                if stretches[-1].end >= 120
                else f"{stretch.start:.0f}{numbers.EN_DASH}{stretch.end:.0f} s",
                str(stretch.blocks),
                numbers.UNKNOWN if stretch.slowness is None else f"{stretch.slowness:.2f}",
                numbers.UNKNOWN
                if stretch.steal is None
                else tables.unbroken(numbers.percent_text(stretch.steal)),
                "; ".join(map(words.steal_text, stretch.steals)),
            ]
        )
        for stretch in stretches
    ]
    return table(
        "The run in stretches: how slow the machine was (time of one GIL-enabled thread relative to "
        "the run's mean), and what happened",
        [
            Column(title="Since the start"),
            Column(title="Blocks", numeric=True),
            Column(title="Slowness", numeric=True),
            Column(title="Most steal", numeric=True),
            Column(title="Events"),
        ],
        lines,
    )
