"""Directives that look across runs of a workload or of a machine; and a run's timeline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from docutils import nodes

from ftguide.docs.grid import Column, Line, table
from ftguide.render import numbers
from ftguide.statistics.estimates import Estimate
from ftguide.suite.derive.neighbour import Split
from ftguide.suite.derive.scaling import FEWEST_WORKERS, Fit, curve, fit
from ftguide.suite.derive.timeline import timeline
from ftguide.suite.derive.verdicts import Comparison
from ftguide.suite.pages import tables, wording
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
        runs = [one for one in results.newest() if one.row(slug) is not None]
        if not runs:
            return [empty("No published run has this workload yet.")]
        for loaded in runs:
            counts = _counts(loaded.report.stored, slug)
            if len(counts) > 2 and max(counts) >= FEWEST_WORKERS:
                self.use(loaded)
                return [self.provenance(loaded), *_curve(loaded.report.stored, slug)]
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
        runs = [one for one in results.newest() if one.entry.machine == machine]
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
        ratios = [one.ratio for one in met]
        return f"{min(ratios):.2f}{wording.EN_DASH}{max(ratios):.2f}"

    def widest(met: Sequence[Estimate]) -> str:
        return f"{100 * max(one.half_width for one in met):.1f}{wording.NBSP}%"

    lines = []
    for slug, met in rows.items():
        own, shared = [one.own for one, _ in met], [one.shared for one, _ in met]
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


def _counts(stored: StoredRun, slug: str) -> list[int]:
    one = curve(stored, slug, Mode.THREADS)
    return [point.workers for point in one.points] if one else []


def _curve(stored: StoredRun, slug: str) -> list[nodes.Node]:
    threads, processes = (curve(stored, slug, mode) for mode in (Mode.THREADS, Mode.PROCESSES))
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
                    numbers.ratio_text(own.ratio, own.low, own.high),
                    wording.EN_DASH
                    if ceiling is None
                    else numbers.ratio_text(ceiling.ratio, ceiling.low, ceiling.high),
                    wording.EN_DASH if ceiling is None else f"{own.ratio / ceiling.ratio:.2f}",
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
    return [node, paragraph(_law(fit(stored, slug, Mode.THREADS)))]


def _law(found: object) -> str:
    if not isinstance(found, Fit):
        return f"No law is fitted: {getattr(found, 'reason', '')}."
    law = found.law
    name = "The Universal Scalability Law" if law.kappa > 0 else "Amdahl's law"
    text = (
        f"{name} fits within {100 * law.residual:.1f} %: contention {law.sigma:.3f} "
        f"[{found.sigma[0]:.3f}, {found.sigma[1]:.3f}]"
    )
    if law.kappa > 0:
        text += f", coherency {law.kappa:.4f} [{found.kappa[0]:.4f}, {found.kappa[1]:.4f}]"
    if found.peak is not None and math.isfinite(found.peak):
        text += f"; throughput peaks at about {found.peak:.0f} workers"
    return f"{text}."


def timeline_table(stored: StoredRun) -> nodes.table | None:
    """Build the table of what happened during a run; None without blocks."""
    stretches = timeline(stored)
    if not stretches:
        return None
    lines = [
        Line(
            cells=[
                f"{one.start / 60:.0f}{wording.EN_DASH}{one.end / 60:.0f} min"
                if stretches[-1].end >= 120
                else f"{one.start:.0f}{wording.EN_DASH}{one.end:.0f} s",
                str(one.blocks),
                wording.EN_DASH if one.slowness is None else f"{one.slowness:.2f}",
                wording.EN_DASH if one.steal is None else f"{100 * one.steal:.1f}{wording.NBSP}%",
                "; ".join(one.events),
            ]
        )
        for one in stretches
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
