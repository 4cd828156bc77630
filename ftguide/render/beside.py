"""Files that lie beside the pages of a site, such as exports: no page waits for them.

A domain says with `register` what writes its files. They are written in a process of their own, while
Sphinx makes the last pages; where a build is not parallel, before it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.util.parallel import ParallelTasks, parallel_available

from ftguide.render import made

#: Builders of books, whose pages have other names than the site's, and no files beside them.
BOOKS = frozenset({"epub", "pdf"})
#: Writes files that the list of what was made does not hold, and yields each with its key.
Writer = Callable[[Sphinx, made.Made], Iterator[tuple[Path, str]]]

_writers: WeakKeyDictionary[Sphinx, list[Writer]] = WeakKeyDictionary()
_begun: WeakKeyDictionary[Sphinx, ParallelTasks] = WeakKeyDictionary()


def register(app: Sphinx, writer: Writer) -> None:
    """Have an HTML build of pages write files beside them; call it from `setup`."""
    if app not in _writers:
        _writers[app] = []
        app.connect("html-collect-pages", begin, priority=100)  # before any that takes long
        app.connect("build-finished", end, priority=100)  # before those that read these files
    _writers[app].append(writer)


def begin(app: Sphinx) -> tuple[()]:
    """Begin to write the files; the pages that others add come meanwhile."""
    if app.parallel > 1 and parallel_available and _has_pages(app):
        tasks = _begun[app] = ParallelTasks(1)
        tasks.add_task(_write, app, _note)
    return ()


def end(app: Sphinx, exception: Exception | None) -> None:
    """Have the files written; what their writer raised, this raises.

    Nothing has begun where no page was out of date, or the build is not parallel.
    """
    tasks = _begun.pop(app, None)
    if exception is not None or not _has_pages(app):
        return
    if tasks is not None:
        tasks.join()
    else:
        _note(app, _write(app))


def _has_pages(app: Sphinx) -> bool:
    return app.builder.format == "html" and app.builder.name not in BOOKS


def _write(app: Sphinx) -> list[tuple[Path, str]]:
    known = made.of(app)
    return [written for writer in _writers[app] for written in writer(app, known)]


def _note(app: Sphinx, written: list[tuple[Path, str]]) -> None:
    for path, key in written:
        made.of(app).note(path, key)
