"""What Sphinx itself notes that pages depend on, kept as our own dependencies are.

So once the pages have been read, their dependencies are taken from Sphinx: see `ftguide.render.depends`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from ftguide.render import depends


def _take(_app: Sphinx, env: BuildEnvironment) -> Sequence[str]:
    """Take over what Sphinx noted while pages were read, and store every name and every set once."""
    kept = depends.kept(env)
    for page, paths in env.dependencies.items():
        kept[page] = kept.get(page, frozenset()).union(map(str, paths))
    env.dependencies.clear()
    names: dict[str, str] = {}
    sets: dict[frozenset[str], frozenset[str]] = {}
    for page, files in kept.items():
        if files not in sets:
            sets[files] = frozenset(names.setdefault(name, name) for name in files)
        kept[page] = sets[files]
    return ()


def setup(app: Sphinx) -> None:
    """Take the dependencies over from Sphinx."""
    app.connect("env-updated", _take)
