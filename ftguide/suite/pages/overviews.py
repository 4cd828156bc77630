"""Directives that look across runs of a workload or of a machine."""

from __future__ import annotations

import itertools
import math

from docutils import nodes

from ftguide.ground.vocabulary import Arm
from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.scaling import FEWEST_WORKERS
from ftguide.suite.derive.summary import Scaling
from ftguide.suite.pages.data import RECENT
from ftguide.suite.pages.directives import BenchDirective
from ftguide.suite.pages.tables import draw
from ftguide.suite.record.model import PlannedWorkload


class ScalingDirective(BenchDirective):
    """Show how a workload scales with the number of workers, from the newest run that swept them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table of the curve with its law, or a box that says why there is none."""
        slug = self.arguments[0]
        results = self.results()
        first = next(results.newest(lambda entry, _: slug in results.planned(entry)), None)
        if first is None:
            return draw("parts.empty", "No published run has this workload yet.")
        for loaded in results.newest(lambda entry, _: _sweeps(results.planned(entry).get(slug))):
            measured = loaded.report.beside(slug).scaling
            counts = (
                [point.workers for point in measured.threads.points] if measured.threads else []
            )
            if len(counts) > 2 and max(counts) >= FEWEST_WORKERS:
                self.use(loaded)
                return draw("parts.provenance", loaded) + _curve(measured)
        self.use(first)
        usable = first.run.machine.usable_cpus
        return draw(
            "parts.note",
            f"Measured on {usable} CPUs so far: contention of two workers can be seen, a scaling "
            f"curve cannot, and none is drawn below {FEWEST_WORKERS} CPUs.",
        )


class NeighboursDirective(BenchDirective):
    """Show what a machine's runs say of one thread with the core to itself, shared, and over all blocks.

    A range over runs for each workload whose blocks met both in at least two of them; over no more runs than
    the history of a workload has.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        machine = self.arguments[0]
        of_machine = self.results().newest(lambda entry, _: entry.machine == machine)
        runs = list(itertools.islice(of_machine, RECENT))
        self.use(*runs)
        rows: dict[str, list[Row]] = {}
        for row in (row for loaded in runs for row in loaded.report.rows):
            if row.split is not None and row.single is not None:
                rows.setdefault(row.slug, []).append(row)
        met = {slug: own for slug, own in rows.items() if len(own) > 1}
        if not met:
            nothing = "No two published runs of this machine met a neighbour that came and went."
            return draw("parts.empty", nothing)
        return draw("across.neighbours", machine, runs[0], met)


def _sweeps(planned: PlannedWorkload | None) -> bool:
    """Return whether enough threads for a curve were planned."""
    return planned is not None and any(
        Arm.parse(name).workers >= FEWEST_WORKERS for name in planned.arms
    )


def _curve(measured: Scaling) -> list[nodes.Node]:
    """Draw the curve and say the law; `measured` has several counts of threads."""
    threads, processes = measured.threads, measured.processes
    assert threads is not None
    ceiling = {point.workers: point.speedup for point in processes.points} if processes else {}
    points = [
        (point.workers, point.speedup, ceiling.get(point.workers)) for point in threads.points
    ]
    return draw("across.curve", points, law=_law(measured))


def _law(measured: Scaling) -> str:
    fitted = measured.fit
    if fitted is None:
        reason = "" if measured.refused is None else f": {words.refused_text(measured.refused)}"
        return f"No law is fitted{reason}."
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
