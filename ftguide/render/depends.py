"""Which pages depend on which files, on files that are not there yet as well.

Sphinx reads a page again when a file that it depends on changes. A file that did not exist when the page
was read, such as the first local run, has no time to compare with; it would make its pages be read in
every build. So absent files are kept here, and their pages are read again once the files exist.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_NAME = "ftguide_absent_files"


def on(env: BuildEnvironment, docname: str, paths: Iterable[Path]) -> None:
    """Make a page depend on files."""
    for path in paths:
        if path.exists():
            env.note_dependency(_relative(str(path), str(env.srcdir)), docname=docname)
        else:
            _absent(env).setdefault(docname, set()).add(str(path))


@functools.cache
def _relative(path: str, folder: str) -> str:
    """Return a path relative to a folder: hundreds of pages depend on the same few hundred files."""
    return os.path.relpath(path, folder)


def _absent(env: BuildEnvironment) -> dict[str, set[str]]:
    """Return the absent files by page; kept in the environment, which Sphinx stores between builds."""
    if not hasattr(env, _NAME):
        setattr(env, _NAME, {})
    return cast("dict[str, set[str]]", getattr(env, _NAME))


def _outdated(
    _app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], _gone: set[str]
) -> set[str]:
    """Return the pages that looked for a file which exists now."""
    return {
        name for name, paths in _absent(env).items() if any(Path(path).exists() for path in paths)
    }


def _purge(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _absent(env).pop(docname, None)


def _merge(
    _app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    wanted = set(docnames)
    _absent(env).update({name: paths for name, paths in _absent(other).items() if name in wanted})


def setup(app: Sphinx) -> None:
    """Watch for files that appear, and forget pages that are read again."""
    app.connect("env-get-outdated", _outdated)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
