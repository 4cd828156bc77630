"""Files beside the pages: written once, by a process of their own or by Sphinx, and errors are heard."""

import os
from pathlib import Path

import pytest
from sphinx.errors import SphinxError
from sphinx.testing.util import SphinxTestApp

from ftguide.render import beside, made


def built(tmp_path: Path, writer: beside.Writer, *, jobs: int, name: str = "html") -> Path:
    """Build a project of one page, whose extension writes files beside it; return the output."""
    source = tmp_path / "source"
    source.mkdir(exist_ok=True)
    (source / "conf.py").write_text("")
    (source / "index.rst").write_text("Home\n====\n")
    app = SphinxTestApp(name, srcdir=source, builddir=tmp_path / "build", parallel=jobs)
    try:
        made.setup(app)
        beside.register(app, writer)
        app.build()
        return Path(app.outdir)
    finally:
        app.cleanup()


def say_who(app, known):
    """Write one file, unless it is there, that names the process which wrote it."""
    path = Path(app.outdir) / "who"
    if not known.holds(path, "key"):
        path.write_text(str(os.getpid()))
        yield path, "key"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_parallel_build_writes_them_in_another_process(tmp_path, jobs):
    out = built(tmp_path, say_who, jobs=jobs)
    assert ((out / "who").read_text() == str(os.getpid())) == (jobs == 1)


def test_what_was_noted_is_not_written_again_and_what_is_lost_is(tmp_path):
    who = built(tmp_path, say_who, jobs=2) / "who"
    first = who.stat().st_mtime_ns
    built(tmp_path, say_who, jobs=2)
    assert who.stat().st_mtime_ns == first
    who.unlink()
    built(tmp_path, say_who, jobs=2)  # though no page is out of date
    assert who.exists()


def test_a_book_has_none(tmp_path):
    assert not (built(tmp_path, say_who, jobs=1, name="epub") / "who").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_writer_that_fails_fails_the_build(tmp_path, jobs):
    def full(app, known):
        yield Path(app.outdir) / "who", "key"
        raise OSError("No space left on device")

    with pytest.raises(SphinxError, match="No space left"):
        built(tmp_path, full, jobs=jobs)
