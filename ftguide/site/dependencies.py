"""What pages depend on, kept once and looked at once.

Hundreds of pages depend on the same few hundred files. Sphinx keeps a path for every pair of a page and a
file, and looks at the file for each: more than forty thousand paths to load and to look at, which took a
quarter of a build of one changed page. So once the pages have been read, their dependencies are taken from
Sphinx and kept as names, each of them, and each set of them, once; a build looks at every file once.
"""

from __future__ import annotations

import functools
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_NAME = "ftguide_dependencies"


def _kept(env: BuildEnvironment) -> dict[str, frozenset[str]]:
    """Return the names of the files that each page depends on, from the environment."""
    if not hasattr(env, _NAME):
        setattr(env, _NAME, {})
    return cast("dict[str, frozenset[str]]", getattr(env, _NAME))


def _take(_app: Sphinx, env: BuildEnvironment) -> Sequence[str]:
    """Take over what Sphinx noted while pages were read."""
    kept = _kept(env)
    noted = {page: frozenset(map(str, paths)) for page, paths in env.dependencies.items()}
    env.dependencies.clear()
    names: dict[str, str] = {}
    sets: dict[frozenset[str], frozenset[str]] = {}
    for page, files in (*kept.items(), *noted.items()):
        if files not in sets:
            sets[files] = frozenset(names.setdefault(name, name) for name in files)
        kept[page] = sets[files]
    return ()


def _outdated(
    _app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], _gone: set[str]
) -> set[str]:
    """Return the pages that depend on a file which changed after they were read, or is gone."""

    @functools.cache
    def newest(files: frozenset[str]) -> float:
        return max(map(changed_at, files), default=0)

    changed_at = functools.cache(_changed_at)
    return {
        page
        for page, files in _kept(env).items()
        if page in env.all_docs and newest(files) > env.all_docs[page]
    }


def _changed_at(name: str) -> float:
    """Return when a file changed, as Sphinx notes it of pages; after everything if there is no such file."""
    try:
        found = Path(name).stat()
    except OSError:
        return float("inf")
    # In microseconds, rounded up, so that a page is rather read once more than not.
    return -(found.st_mtime_ns // -1000) if stat.S_ISREG(found.st_mode) else float("inf")


def _purge(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _kept(env).pop(docname, None)


def setup(app: Sphinx) -> None:
    """Take the dependencies over from Sphinx, and say which pages are out of date."""
    app.connect("env-updated", _take)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-purge-doc", _purge)
