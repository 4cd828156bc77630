"""Which pages depend on which files, on files that are not there yet as well.

Sphinx reads a page again when a file that it depends on changes. A file that did not exist when the page
was read, such as the first local run, has no time to compare with; it would make its pages be read in
every build. So absent files are kept here, and their pages are read again once the files exist.

Hundreds of pages depend on the same few hundred files. Sphinx keeps a path for every pair of a page and a
file, and looks at the file for each: more than forty thousand paths to hand from process to process, to load
and to look at. So files that are there are kept here, too, as names, each set of them once; a build looks at
every file once. What Sphinx itself notes, of included files for instance, is taken over when pages have been
read.
"""

from __future__ import annotations

import functools
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_KEPT = "ftguide_dependencies"
_ABSENT = "ftguide_absent_files"


def on(env: BuildEnvironment, docname: str, paths: Iterable[Path]) -> None:
    """Make a page depend on files."""
    present = []
    for path in paths:
        if path.exists():
            present.append(str(path.absolute()))
        else:
            _absent(env).setdefault(docname, set()).add(str(path))
    if present:
        files = _kept(env).get(docname, frozenset()).union(present)
        _kept(env)[docname] = _SETS.setdefault(files, files)


#: Sets of names by themselves: what a process that read pages hands back has each of them once.
_SETS: dict[frozenset[str], frozenset[str]] = {}


def _kept(env: BuildEnvironment) -> dict[str, frozenset[str]]:
    """Return the names of the files that each page depends on; kept in the environment."""
    if not hasattr(env, _KEPT):
        setattr(env, _KEPT, {})
    return cast("dict[str, frozenset[str]]", getattr(env, _KEPT))


def _absent(env: BuildEnvironment) -> dict[str, set[str]]:
    """Return the absent files by page; kept in the environment, which Sphinx stores between builds."""
    if not hasattr(env, _ABSENT):
        setattr(env, _ABSENT, {})
    return cast("dict[str, set[str]]", getattr(env, _ABSENT))


def _outdated(
    _app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], _gone: set[str]
) -> set[str]:
    """Return the pages that looked for a file which exists now, or depend on one that changed or is gone."""
    changed_at = functools.cache(_changed_at)

    @functools.cache
    def newest(files: frozenset[str]) -> float:
        return max(map(changed_at, files), default=0)

    old = {
        page
        for page, files in _kept(env).items()
        if page in env.all_docs and newest(files) > env.all_docs[page]
    }
    return old | {
        name for name, paths in _absent(env).items() if any(Path(path).exists() for path in paths)
    }


def _changed_at(name: str) -> float:
    """Return when a file changed, as Sphinx notes it of pages; after everything if there is no such file."""
    try:
        found = Path(name).stat()
    except OSError:
        return float("inf")
    # In microseconds, rounded up, so that a page is rather read once more than not.
    return -(found.st_mtime_ns // -1000) if stat.S_ISREG(found.st_mode) else float("inf")


def _take(_app: Sphinx, env: BuildEnvironment) -> Sequence[str]:
    """Take over what Sphinx noted while pages were read, and store every name and every set once."""
    for page, paths in env.dependencies.items():
        _kept(env)[page] = _kept(env).get(page, frozenset()).union(map(str, paths))
    env.dependencies.clear()
    names: dict[str, str] = {}
    sets: dict[frozenset[str], frozenset[str]] = {}
    for page, files in _kept(env).items():
        if files not in sets:
            sets[files] = frozenset(names.setdefault(name, name) for name in files)
        _kept(env)[page] = sets[files]
    return ()


def _purge(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _absent(env).pop(docname, None)
    _kept(env).pop(docname, None)


def _merge(
    _app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    wanted = set(docnames)
    _absent(env).update({name: paths for name, paths in _absent(other).items() if name in wanted})
    _kept(env).update({name: files for name, files in _kept(other).items() if name in wanted})


def setup(app: Sphinx) -> None:
    """Watch for files that appear, and forget pages that are read again."""
    app.connect("env-get-outdated", _outdated)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _take)
