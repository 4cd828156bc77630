"""What pages say about themselves, noted while they are read: reading every doctree again takes longer."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector

_NAME = "ftguide_descriptions"


def descriptions(env: BuildEnvironment) -> dict[str, str]:
    """Return the description of each page that gives one, by its name."""
    if not hasattr(env, _NAME):
        setattr(env, _NAME, {})
    return cast("dict[str, str]", getattr(env, _NAME))


class Descriptions(EnvironmentCollector):
    """Notes the description of every page that is read."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:  # noqa: ARG002 - Sphinx's
        """Forget a page."""
        descriptions(env).pop(docname, None)

    def merge_other(
        self,
        app: Sphinx,  # noqa: ARG002 - Sphinx fixes the signature
        env: BuildEnvironment,
        docnames: AbstractSet[str],
        other: BuildEnvironment,
    ) -> None:
        """Take over what another process read."""
        read = descriptions(other)
        descriptions(env).update({name: read[name] for name in docnames if name in read})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Note what a page says."""
        for node in doctree.findall(nodes.meta):
            if node.get("name") == "description":
                descriptions(app.env)[app.env.docname] = str(node["content"])
