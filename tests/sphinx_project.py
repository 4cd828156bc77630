"""A small Sphinx project with synthetic runs, built in the process of the test."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import bs4
import pytest
from sphinx.testing.util import SphinxTestApp
from sphinx.util.console import strip_escape_sequences

from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.suite.pages import data
from ftguide.suite.pages.kept import Problem
from ftguide.suite.record import stubs
from ftguide.suite.record.model import StoredRun
from tests import synthetic

CONF = """
extensions = ["myst_parser", "ftguide.site"]
html_theme = "basic"
nitpicky = True
smartquotes = False
html_copy_source = False
"""


@dataclass
class Built:
    """What a build left behind."""

    out: Path
    warnings: list[str]
    read: list[str]  #: pages that were read, not taken from the environment
    app: SphinxTestApp

    def soup(self, page: str) -> bs4.BeautifulSoup:
        return bs4.BeautifulSoup((self.out / f"{page}.html").read_text(), "html.parser")


@dataclass
class Site:
    """A source folder and a results folder."""

    root: Path
    overrides: dict[str, object] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        return self.root / "source"

    @property
    def results(self) -> Path:
        return self.root / "results"

    def page(self, name: str, text: str) -> None:
        path = self.source / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(
        self, stored: StoredRun, *, withdrawn: str | None = None, contributed: bool = False
    ) -> Path:
        """Add a run with its page, as `publish` does."""
        folder = synthetic.write(self.results, stored, withdrawn=withdrawn, contributed=contributed)
        local = stored.run.machine.name == LOCAL_MACHINE
        path = self.root / stubs.stub_path(stored.run.run_id, local=local)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(stubs.stub(stored.run.run_id, local=local))
        return folder

    def build(self, builder: str = "html", *, jobs: int = 0) -> Built:
        read: list[str] = []
        app = SphinxTestApp(
            builder,
            srcdir=self.source,
            builddir=self.root / "build",
            confoverrides={"bench_results": str(self.results), **self.overrides},
            parallel=jobs,
            status=io.StringIO(),
            warning=(warning := io.StringIO()),
        )
        try:
            app.connect("env-before-read-docs", lambda _app, _env, names: read.extend(names))
            app.build()
        finally:
            app.cleanup()
        text = strip_escape_sequences(warning.getvalue()).replace(f"{self.source}/", "")
        lines = [line for line in text.replace(f"{self.root}/", "").splitlines() if line]
        return Built(out=Path(app.outdir), warnings=lines, read=sorted(read), app=app)


def declare(slug: str, **changes: object) -> data.Declared:
    """Declare a workload the way `synthetic.planned` records it."""
    known = {
        "version": 1,
        "source_hash": "ab" * 32,
        "title": slug.replace("-", " ").capitalize(),
        "question": f"What does {slug} cost?",
        "because": "The work is private.",
        "explained_at": "benchmarks/method",
        "path": Path(__file__),
    }
    return data.Declared(**{**known, **changes})


def declare_all(monkeypatch: pytest.MonkeyPatch) -> dict[str, data.Declared]:
    known = {slug: declare(slug) for slug in synthetic.TRUTH}
    monkeypatch.setattr(data, "declared", lambda: known)
    return known


def make(root: Path) -> Site:
    """Make a project with a page per workload and no runs."""
    made = Site(root)
    made.source.mkdir()
    (made.source / "conf.py").write_text(CONF)
    made.page(
        "index",
        "# Index\n\n```{toctree}\n:glob:\nbenchmarks/*\nbenchmarks/runs/index\nplain\n```\n\n"
        "```{bench:table}\n```\n\n```{bench:chart}\n```\n\n```{bench:machines}\n```\n",
    )
    made.page("plain", "# Plain\n\nNothing measured.\n")
    for slug in synthetic.TRUTH:
        made.page(f"benchmarks/{slug}", f"# {slug}\n\n```{{bench:workload}} {slug}\n```\n")
    made.page("benchmarks/runs/index", "# Runs\n\n```{bench:runs}\n```\n")
    return made


def page(site: Site, text: str) -> None:
    """Add a page called overview that says `text`."""
    site.page("overview", f"# Overview\n\n{text}\n")
    index = (site.source / "index.md").read_text()
    site.page("index", index.replace("plain\n", "plain\noverview\n"))


def built_with(site: Site, runs: Iterable[StoredRun], text: str) -> Built:
    """Build a site with runs and a page that says `text`, without a warning."""
    for one in runs:
        site.run(one)
    page(site, text)
    built = site.build()
    assert built.warnings == []
    return built


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> dict[str, data.Declared]:
    """Replace the catalogue, so that tests do not depend on what is declared today."""
    return declare_all(monkeypatch)


@pytest.fixture
def site(tmp_path: Path, declared: dict[str, data.Declared]) -> Site:
    """Make a project with a page per workload and no runs."""
    return make(tmp_path)


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build a project with one published run once, for the tests that only look at it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        declare_all(monkeypatch)
        made = make(tmp_path_factory.mktemp("ordinary"))
        made.run(synthetic.stored())
        return made.build()


@pytest.fixture
def stored() -> Callable[..., StoredRun]:
    """Return the builder of synthetic runs."""
    return synthetic.stored


@pytest.fixture
def looked_into(site, monkeypatch):
    """Read the results folder; return what it holds, the ids that are loaded, and what is told."""

    def read():
        loaded, told = [], list[Problem]()
        own = data.Results._load
        monkeypatch.setattr(
            data.Results,
            "_load",
            lambda self, entry: loaded.append(entry.run_id) or own(self, entry),
        )
        return data.Results(site.results, told.append), loaded, told

    return read
