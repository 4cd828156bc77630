"""Roles that quote what was measured, with a marker where there is nothing to quote, and a warning for it."""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

logger = logging.getLogger(__name__)

#: What a role returns: its nodes, and messages, of which ours have none.
Answer = tuple[list[nodes.Node], list[nodes.system_message]]


def marker(text: str) -> nodes.inline:
    """Return what stands where a figure is missing."""
    return nodes.inline("", text, classes=["bench-missing"])


class QuotingRole(SphinxRole):
    """What roles of this kind share."""

    kind: ClassVar[str]  #: type of its warnings, as `suppress_warnings` names them
    what: ClassVar[str]  #: it quotes: a rate, a figure

    def fail(self, message: str) -> Answer:
        """Warn at the role and return a marker instead of a number."""
        logger.warning(
            "%r: %s",
            self.text,
            message,
            type=self.kind,
            subtype="missing",
            location=self.get_location(),
        )
        return [marker(f"[no {self.what}: {self.text}]")], []
