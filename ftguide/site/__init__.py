"""The Sphinx side of the guide: the domains `bench`, `compat`, `outcome` and `services`, snippets, stamps.

Reads stored runs, evidence and reports and draws pages; starts no process and opens no connection. `conf.py`
loads it.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from ftguide.guide.pages import snippets, stamp
from ftguide.native.pages import examples_table, native_tables
from ftguide.outcomes.pages import domain as outcome_domain
from ftguide.render import depends, drawn, made, menu, nodes
from ftguide.services.pages import domain as services_domain
from ftguide.suite.pages import register
from ftguide.tracker.pages import domain


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register what the pages of all products say."""
    nodes.setup(app)
    drawn.setup(app)
    depends.setup(app)
    made.setup(app)
    menu.setup(app)
    snippets.setup(app)
    stamp.setup(app)
    native_tables.setup(app)
    examples_table.setup(app)
    domain.setup(app)
    outcome_domain.setup(app)
    services_domain.setup(app)
    register.setup(app)
    return {
        "version": "1",
        "env_version": made.code_version(),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
