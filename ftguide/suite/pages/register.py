"""Everything that pages can say about runs, registered with Sphinx."""

from __future__ import annotations

from sphinx.application import Sphinx

from ftguide.render import beside
from ftguide.suite.pages import bench_domain, cite, standalone
from ftguide.suite.pages.directives import (
    ChartDirective,
    MachinesDirective,
    RunsDirective,
    TableDirective,
)
from ftguide.suite.pages.lines_page import LinesDirective
from ftguide.suite.pages.means import BuildsDirective, MeanRole
from ftguide.suite.pages.method_tables import MethodDirective
from ftguide.suite.pages.overviews import NeighboursDirective, ScalingDirective
from ftguide.suite.pages.run_page import RunDirective
from ftguide.suite.pages.value import ValueRole
from ftguide.suite.pages.workload_page import WorkloadDirective
from ftguide.suite.record.store import RESULTS

DIRECTIVES = {
    "builds": BuildsDirective,
    "chart": ChartDirective,
    "lines": LinesDirective,
    "machines": MachinesDirective,
    "method": MethodDirective,
    "neighbours": NeighboursDirective,
    "run": RunDirective,
    "runs": RunsDirective,
    "scaling": ScalingDirective,
    "table": TableDirective,
    "workload": WorkloadDirective,
}
ROLES = {"mean": MeanRole(), "value": ValueRole()}


def setup(app: Sphinx) -> None:
    """Register the domain; `bench_results` names the results folder, relative to conf.py."""
    cite.setup(app)
    standalone.setup(app)
    app.add_config_value(
        "bench_results",
        default=str(app.confdir / RESULTS),
        rebuild="env",
        types=frozenset({str}),
        description="Folder that holds index.json and the runs",
    )
    app.add_config_value(
        "bench_files",
        default="",
        rebuild="env",
        types=frozenset({str}),
        description="Address below which the repository shows its files; empty = paths only",
    )
    app.add_domain(bench_domain.BenchDomain)
    for name, directive in DIRECTIVES.items():
        app.add_directive_to_domain("bench", name, directive)
    for name, role in ROLES.items():
        app.add_role_to_domain("bench", name, role)
    app.connect("env-before-read-docs", bench_domain.derive_early)
    beside.register(app, bench_domain.copy_files)
