"""What pages show of other pages; when that changes, all pages are written again.

Every page shows the menu, the titles of its neighbours, and headings that it links to without words of its
own. But Sphinx writes a page again only when its own source or data changed. So a page that got another title
would keep its old name on all pages that were written before.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

#: What something is -> how it reads and where it leads.
Shown = dict[tuple[str, ...], str]
_before: WeakKeyDictionary[Sphinx, tuple[list[str], Shown]] = WeakKeyDictionary()


def _shown(env: BuildEnvironment, docnames: list[str]) -> Shown:
    """Return what other pages may show of some pages."""
    names, found = frozenset(docnames), Shown()
    for name in names & env.titles.keys():
        known = env.metadata[name]
        trees = env.tocs[name].findall(addnodes.toctree)
        found["title", name] = env.titles[name].pformat()
        found["menu", name] = repr([known.get("menu"), *(tree.attributes for tree in trees)])
        for slug, (_line, anchor, text) in known.get("myst_slugs", {}).items():
            found["heading", name, slug] = f"{anchor} {text}"
    standard = env.domains.standard_domain
    for label, (name, *target) in standard.labels.items():
        if name in names:
            found["label", label] = f"{name} {target}"
    for (kind, term), (name, anchor) in standard.objects.items():
        if name in names:
            found[kind, term] = f"{name} {anchor}"
    return found


def note(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Note what is shown of pages before they are read again."""
    _before[app] = list(docnames), _shown(env, docnames)


def outdated(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return all pages if something that was shown of one reads differently now, or is gone.

    What is new is shown nowhere yet: a page added to a menu changes the page that the menu is made from.
    """
    names, before = _before.pop(app, ([], {}))
    now = _shown(env, names)
    return env.found_docs if any(now.get(key) != was for key, was in before.items()) else ()
