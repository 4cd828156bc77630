"""Sessions of The Measured Guide to Free-Threaded Python: `nox -l` lists them."""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"  # dependency groups and uv backends as used below
nox.options.default_venv_backend = "uv|virtualenv"  # uv takes seconds instead of a minute
nox.options.sessions = ["lint", "tests", "docs"]
nox.options.reuse_existing_virtualenvs = True  # one install per session and lock, not per call

ROOT = Path(__file__).parent
SITE = ROOT / "_build" / "html"

#: The groups of pyproject.toml that requirements.txt locks.
GROUPS = ("docs", "bench", "compat", "test", "lint", "site", "nox")

# Of n jobs Sphinx keeps one for itself, which has nothing left to do long before the others have written
# their pages, and pages are of very different lengths: with `auto` a third of the CPUs' time passes unused.
JOBS = 2 + (os.cpu_count() or 1)

SPHINX = (
    "--nitpicky",  # a reference that leads nowhere is an error
    "--fail-on-warning",
    "--keep-going",  # all warnings at once, then fail
    f"--jobs={JOBS}",
    "--conf-dir=.",  # conf.py is at the top level, pages are in source/
)

# More processes than CPUs: about half of what a test takes is waiting, for other processes or for a clock. At
# most four, because tests start interpreters with threads of their own.
IN_PARALLEL = (
    f"--numprocesses={min(4, 2 * (os.cpu_count() or 1))}",
    "--dist=worksteal",  # neighbours stay in one process, where they share what they have built
)


def tools(session: nox.Session) -> None:
    """Install the locked tools; every session uses the same lock, so one download serves all."""
    session.install("--quiet", "--require-hashes", "-r", "requirements.txt")


def verb(session: nox.Session) -> None:
    """Call the verb of ftguide that is named like the session."""
    tools(session)
    session.run("python", "-m", "ftguide", session.name, *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure a GIL-enabled against a free-threaded CPython; `-- --help` lists the options."""
    verb(session)


@nox.session(default=False)
def outcomes(session: nox.Session) -> None:
    """Count what threads do to shared objects: `-- --only SLUG --budget 60s --line 3.14`, `-- --list`."""
    verb(session)


@nox.session(default=False)
def probe(session: nox.Session) -> None:
    """Probe packages on a free-threaded build: `-- --only lxml --line 3.14t --shard 2/8`."""
    verb(session)


@nox.session(default=False)
def collect(session: nox.Session) -> None:
    """Ask the index which files it offers: `-- --names compatibility/names.txt --shard 2/8`."""
    verb(session)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into _build/html without a network."""
    tools(session)
    doctrees = f"--doctree-dir={ROOT / '_build' / 'doctrees'}"  # the site is what a reader gets
    session.run("sphinx-build", *SPHINX, doctrees, "source", str(SITE))
    session.log(f"the site  {SITE / 'index.html'}")
    runs = Path("benchmarks") / "runs"
    local = sorted((ROOT / "source" / runs).glob("local-*.md"))
    if local:
        session.log(f"your run  {SITE / runs / local[-1].stem}.html")


@nox.session(default=False)
def epub(session: nox.Session) -> None:
    """Build the guide as one EPUB into _build/epub, without runs, workloads and packages."""
    tools(session)
    out = ROOT / "_build" / "epub"
    session.run("sphinx-build", *SPHINX, "--builder=epub", "source", str(out))
    session.log(f"the book  {next(out.glob('*.epub'))}")


@nox.session(default=False)
def pdf(session: nox.Session) -> None:
    """Print the guide as one PDF into _build/pdf; takes Chromium, as `report --figure --png` does."""
    tools(session)
    out = ROOT / "_build" / "pdf"
    session.run("sphinx-build", *SPHINX, "--builder=pdf", "source", str(out))
    session.log(f"the book  {next(out.glob('*.pdf'))}")


@nox.session
def tests(session: nox.Session) -> None:
    """Pass the tests, some of every family: `-- --all` runs the slow ones too, `-- PATH -k WORD` fewer."""
    tools(session)
    # First and on its own, so that a build from source shows its progress and meets no test's time limit.
    session.run("python", "-m", "ftguide", "interpreters", "--make")
    words = [word for word in session.posargs if word != "--all"]
    chosen = [] if "--all" in session.posargs else ["-m", "not slow"]
    session.run("python", "-m", "pytest", *IN_PARALLEL, *chosen, *words)


@nox.session(default=False)
def faults(session: nox.Session) -> None:
    """Kill what writes at each of its writes, and everything at random points: `-- --kills 20`; an hour."""
    tools(session)
    session.run("python", "-m", "ftguide", "interpreters", "--make")
    session.run("python", "-m", "pytest", "tests/faults", env={"FTGUIDE_FAULTS": "all"})
    session.run("python", "-m", "tests.faults", *(session.posargs or ("--kills", "100")))


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Give 10,000 damaged files to all loaders, and 200 to builds of a site: `-- --count 500 --seed 2`."""
    tools(session)
    if session.posargs:
        session.run("python", "-m", "tests.fuzz", *session.posargs)
        return
    session.run("python", "-m", "tests.fuzz", "--count", "10000")
    session.run("python", "-m", "tests.fuzz", "--builds", "200")


@nox.session(default=False)
def snippets(session: nox.Session) -> None:
    """Run the code of the pages on both builds of every line at hand; `-- --help` lists options."""
    verb(session)


@nox.session
def lint(session: nox.Session) -> None:
    """Check format, style, types, imports, spelling and the pages; `-- --stale` finds old pages."""
    tools(session)
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("mypy")
    session.run("deptry", ".")
    session.run("codespell")
    session.run("zizmor", "--offline", "--no-progress", "--quiet", ".github")
    session.run("python", "-m", "ftguide", "lint", *session.posargs)


@nox.session(default=False)
def sanitize(session: nox.Session) -> None:
    """Build CPython with ThreadSanitizer once, and reproduce the reports of the sanitizer page."""
    verb(session)


@nox.session(default=False)
def examples(session: nox.Session) -> None:
    """Build the example extension in every binding tool on both builds, test it and race it."""
    verb(session)


@nox.session(default=False)
def site(session: nox.Session) -> None:
    """Photograph the built site in a headless browser and check what only a browser sees."""
    tools(session)
    session.run(
        *("python", "-m", "tests.site.screenshots", str(SITE), "_build/screenshots"),
        *session.posargs,
    )
    session.run("python", "-m", "tests.tracker.pages.tracking_browser", str(SITE))
    session.run("python", "-m", "tests.outcomes.pages.grid_browser", str(SITE))
    session.run("python", "-m", "tests.site.golden", str(SITE))
    session.run("python", "-m", "tests.site.axe", str(SITE))
    session.run("python", "-m", "tests.site.weight", str(SITE))
    session.run("python", "-m", "tests.site.output", str(SITE))


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Write the locks: tools, targets and snippets from pyproject.toml's groups, examples from their .in."""
    session.install("uv")

    def compile_lock(output: str, *words: str, python: str = "3.11") -> None:
        session.run(
            *("uv", "pip", "compile", "--quiet"),
            "--universal",  # one file for every system, and for that Python and later
            f"--python-version={python}",
            "--generate-hashes",
            "--no-annotate",
            "--custom-compile-command=nox -s lock",
            *session.posargs,  # e.g. --upgrade
            *words,
            f"--output-file={output}",
        )

    compile_lock("requirements.txt", *(f"--group={group}" for group in GROUPS))
    compile_lock("benchmarks/requirements.txt", "--group=target")
    for group in ("data", "services", "database"):
        compile_lock(f"benchmarks/extras/{group}.txt", f"--group={group}", python="3.14")
    same_versions = "--constraint=requirements.txt"  # as the tests use
    compile_lock("source/snippets/requirements.txt", "--group=snippets", same_versions)
    compile_lock("examples/requirements.txt", "examples/requirements.in", python="3.14")
