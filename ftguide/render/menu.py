"""Which pages the menu leaves out: those that are found from a table, such as a page per workload.

The theme resolves the whole menu for every page, so its time grows with the square of what the menu holds. A
page below the first level leaves it with `leave`, or with `menu: hidden` in its front matter; it keeps its
place in the tree of pages, with the page before and the page after it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_FIELD, _HIDDEN = "menu", "hidden"


def leave(env: BuildEnvironment, docname: str) -> None:
    """Have the menu leave a page out; called while the page is read."""
    env.metadata[docname][_FIELD] = _HIDDEN


def shows(env: BuildEnvironment, docname: str) -> bool:
    """Whether a page may be an entry of the menu."""
    return docname in env.found_docs and env.metadata[docname].get(_FIELD) != _HIDDEN


def _prune(_app: Sphinx, env: BuildEnvironment) -> Sequence[str]:
    """Take the pages out of the outlines that the menu is made from; `toctree_includes` keeps them."""
    hidden = {name for name, known in env.metadata.items() if known.get(_FIELD) == _HIDDEN}
    for outline in env.tocs.values():
        for tree in list(outline.findall(addnodes.toctree)):
            if hidden.isdisjoint(tree["includefiles"]):
                continue
            tree["entries"] = [each for each in tree["entries"] if each[1] not in hidden]
            tree["includefiles"] = [name for name in tree["includefiles"] if name not in hidden]
            if not tree["entries"] and tree.parent is not None:
                tree.parent.remove(tree)
    return ()


def setup(app: Sphinx) -> None:
    """Prune when all pages have been read."""
    app.connect("env-updated", _prune)
