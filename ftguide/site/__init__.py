"""The Sphinx side of the guide: the domains `bench` (measurements) and `compat` (packages), snippets, stamps.

Reads stored runs, evidence and reports and draws pages; starts no process and opens no connection. `conf.py`
loads it.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from ftguide.results.store import RESULTS
from ftguide.site import (
    bench_domain,
    cite,
    compat_domain,
    examples_table,
    native_tables,
    nodes,
    snippets,
    stamp,
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the domain; `bench_results` names the results folder, relative to conf.py."""
    nodes.setup(app)
    cite.setup(app)
    snippets.setup(app)
    stamp.setup(app)
    native_tables.setup(app)
    examples_table.setup(app)
    compat_domain.setup(app)
    app.add_config_value(
        "bench_results",
        default=str(app.confdir / RESULTS),
        rebuild="env",
        types=frozenset({str}),
        description="Folder that holds index.json and the runs",
    )
    app.add_domain(bench_domain.BenchDomain)
    app.connect("env-get-outdated", bench_domain.find_outdated)
    app.connect("env-before-read-docs", bench_domain.derive_early)
    app.connect("build-finished", bench_domain.copy_files)
    return {
        "version": "1",
        "env_version": bench_domain.BenchDomain.data_version,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
