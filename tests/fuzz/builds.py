"""Whole builds of a small site, each with one damaged file: `python -m tests.fuzz --builds 200`.

The site has two runs, outcomes of a machine and evidence about packages. Whoever damages a file may also know
what the files beside it say of it: a summary is derived again, or told the new hash, an edited line of
evidence gets the id of its content. A build has two good ends: it comes through, and nothing on its pages
obeys what somebody sent; or it ends in an error that names the file.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import hashlib
import io
import json
import random
import re
import shutil
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sphinx.testing.util import SphinxTestApp

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import ExpectedError
from ftguide.outcomes import summaries as outcome_summaries
from ftguide.outcomes.declare.catalogue import Catalogue, catalogue
from ftguide.outcomes.pages import data as outcome_data
from ftguide.outcomes.record import store as observed
from ftguide.site import shell
from ftguide.suite import summaries
from tests import synthetic, tracked
from tests.fuzz.mutations import Mutation, of_bytes, of_json, of_tail, of_text, own_name
from tests.fuzz.subjects import FindingError
from tests.outcomes.made import observation
from tests.site.conftest import CONF
from tests.sphinx_project import Site, declare_all, make

MACHINE = "epyc"
#: What programs and people read; in JSON an escape code is spelled.
_TEXTS = (".html", ".xml", ".atom", ".txt", ".csv", ".svg", ".md")
_STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKUP = "<script>alert(1)"
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.])")
_ADDED = (
    ("tests", "# Tests\n\n{outcome:grid}\n\n{outcome:family} specimens\n\n{outcome:downloads}\n"),
    (
        "tracking",
        "# Packages\n\n{compat:table}\n\n{compat:changes}\n\n{compat:names}\n\n{compat:downloads}\n",
    ),
    ("remedies", "# Remedies\n\n(remedy-locks)=\n## Lock\n"),
    ("faq", "---\norphan: true\n---\n\n# Error messages\n\nNone.\n"),
)


class Bench:
    """A small site whose files can be damaged one at a time."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        """Make it below `root`; `patch` lets pages read the checkout there."""
        self.root = root
        declare_all(patch)
        self.site = make(root)
        (self.site.source / "conf.py").write_text(CONF)
        for name, text in _ADDED:
            self.site.page(name, re.sub(r"^(\{\S+\}.*)$", r"```\1\n```", text, flags=re.MULTILINE))
        index = (self.site.source / "index.md").read_text()
        index = index.replace("plain\n", "plain\ntests\ntracking\nremedies\n")
        self.site.page("index", f"{index}\n```{{news}}\n```\n")
        self.runs = [_run(self.site, day, contributed=day == 23) for day in (22, 23)]
        self.tests = _observe(root)
        tracked.fill(root / "compatibility", len(tracked.FATES))
        # Called by name from these modules; it reads the checkout that the tests are in otherwise.
        mine = functools.partial(outcome_data.laboratory, root)
        patch.setattr(outcome_data, "catalogue", lambda: self.tests)
        for module in (outcome_data, shell):
            patch.setattr(module, "laboratory", mine)

    def targets(self) -> list[tuple[Path, tuple[Mutation, ...]]]:
        """List what can be damaged, and how."""
        seen = observed.folder_of(MACHINE, self.root)
        compat = self.root / "compatibility"
        evidence = sorted((compat / "evidence").glob("*.jsonl"))
        return [
            *((folder / "run.json", (of_json, of_json, of_bytes)) for folder in self.runs),
            *((folder / summaries.NAME, (of_tail, of_bytes)) for folder in self.runs),
            (self.runs[0] / "blocks.xz", (of_bytes,)),
            (self.site.results / "index.json", (of_json, of_json, of_bytes)),
            *((path, (of_json, of_json, of_bytes)) for path in observed.paths(MACHINE, self.root)),
            (seen / observed.MACHINE_FILE, (of_json, of_bytes)),
            (seen / outcome_summaries.NAME, (of_tail, of_bytes)),
            *((path, (of_json, of_json, of_bytes)) for path in evidence),
            (compat / "packages.toml", (of_text, of_bytes)),
        ]

    def build(self) -> tuple[str, str]:
        """Build all pages anew; return how that ended and what was said. Raises for what must not happen."""
        said = io.StringIO()
        overrides = {
            "bench_results": str(self.site.results),
            "compat_folder": str(self.root / "compatibility"),
            "compat_today": tracked.TODAY,
        }
        app = None
        try:
            with warnings.catch_warnings():  # Furo and MyST use what Sphinx 11 will not have
                warnings.simplefilter("ignore")
                app = SphinxTestApp(
                    srcdir=self.site.source,
                    builddir=self.root / "build",
                    confoverrides=overrides,
                    status=io.StringIO(),
                    warning=said,
                )
                app.build()
        except Exception as error:
            told = _expected(error)
            if told is None:
                raise
            return "refused", told
        finally:
            if app is not None:
                app.cleanup()
        check_outputs(self.root / "build")
        # Sphinx colours warnings; its own codes are no finding.
        return "built", re.sub(r"\x1b\[[\d;]*m(?!red)", "", said.getvalue())


def builds(count: int, seed: int, root: Path) -> tuple[Counter[str], list[str]]:
    """Build so many damaged sites; return how they ended, and what must not have happened."""
    ends: Counter[str] = Counter()
    bad: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(root, patch)
        if (end := bench.build()) != ("built", ""):
            raise FindingError(f"the site that is damaged here does not build as it is: {end}")
        for number in range(count):
            chance = random.Random(f"builds {seed} {number}")
            path, mutations = chance.choice(bench.targets())
            shutil.rmtree(root / "build", ignore_errors=True)
            with _kept(bench):
                how = _damage(bench, path, chance.choice(mutations), chance)
                name = path.relative_to(root)
                try:
                    end, said = bench.build()
                    check_said(said, path)
                except Exception:  # noqa: BLE001 - whatever gets out is what we look for
                    end, said = "bad", ""
                    bad.append(
                        f"--seed {seed}, build {number} ({name}, {how}):\n{traceback.format_exc()}"
                    )
            ends[f"{end}, with a warning" if end == "built" and said else end] += 1
    return ends, bad


@contextlib.contextmanager
def _kept(bench: Bench) -> Iterator[None]:
    """Put everything that a case may have changed back as it was."""
    folders = (bench.site.results, bench.root / observed.OBSERVED, bench.root / "compatibility")
    before = {
        path: path.read_bytes() for each in folders for path in each.rglob("*") if path.is_file()
    }
    yield
    for path, data in before.items():
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


def _damage(bench: Bench, path: Path, mutate: Mutation, chance: random.Random) -> str:
    """Damage a file, and perhaps what vouches for it; return what was done."""
    path.write_bytes(mutate(path.read_bytes(), chance))
    done = mutate.__name__
    covers: list[Callable[[], object]] = []
    if path.name == "run.json":
        covers = [lambda: _tell_hash(path), lambda: summaries.write(path.parent)]
    elif path.suffix == ".jsonl" and observed.OBSERVED.name in path.parts:
        covers = [
            lambda: outcome_summaries.write(
                observed.read(MACHINE, bench.root), bench.tests, bench.root
            )
        ]
    elif path.suffix == ".jsonl":
        covers = [lambda: _name_by_content(path)]
    if covers and chance.random() < 0.75:
        # What cannot be derived or read any more is left uncovered.
        with contextlib.suppress(ExpectedError, ArithmeticError, LookupError, ValueError):
            chance.choice(covers)()
            done += ", covered"
    return done


def _tell_hash(run: Path) -> None:
    """Let a summary say that it was derived from this run.json."""
    path = run.parent / summaries.NAME
    head, mark, tail = path.read_bytes().partition(b"\n")
    told = {**json.loads(head), "run": hashlib.sha256(run.read_bytes()).hexdigest()}
    path.write_bytes(json.dumps(told).encode() + mark + tail)


def _name_by_content(path: Path) -> None:
    """Give every line of a file of evidence the id of what it says now."""
    lines = [own_name(line) for line in path.read_bytes().split(b"\n")]
    path.write_bytes(b"\n".join(lines))


def _expected(error: BaseException | None) -> str | None:
    """Return what an error of ours says, which Sphinx may have wrapped; None for any other."""
    while error is not None:
        if isinstance(error, ExpectedError):
            return str(error)
        error = getattr(error, "orig_exc", None) or error.__cause__ or error.__context__
    return None


def check_said(said: str, path: Path) -> None:
    """Raise for warnings that do not name the damaged file, or that would steer a terminal."""
    # Where a file is sound by itself, the summary beside it tells that it is another.
    names = (path.name, path.parent.name, path.parent.parent.name)
    if said and not any(name in said for name in names):
        raise FindingError(f"does not name {path.name}: {said[:2_000]}")
    if "Traceback" in said:
        raise FindingError(f"a traceback: {said[:2_000]}")
    if found := _STEERING.search(said):
        raise FindingError(f"{found[0]!a} would steer a terminal: {said[:2_000]!a}")


def check_outputs(folder: Path) -> None:
    """Raise for a page, a feed or a table that obeys what somebody sent."""
    for path in sorted(folder.rglob("*")):
        if not path.name.endswith(_TEXTS) or "_static" in path.parts:
            continue
        text = path.read_text()
        if found := _STEERING.search(text):
            raise FindingError(
                f"{path.name} has {found[0]!a}: {text[found.start() - 80 :][:200]!a}"
            )
        if _MARKUP in text and not path.name.endswith((".txt", ".csv", ".md")):
            at = text.index(_MARKUP)
            raise FindingError(f"{path.name} has markup: {text[max(at - 80, 0) : at + 80]!a}")
        if path.suffix == ".csv":
            for row in csv.reader(io.StringIO(text)):
                if bad := [cell for cell in row if _FORMULA.match(cell)]:
                    raise FindingError(f"{path.name} has a formula: {bad[0][:200]!a}")


def _run(site: Site, day: int, *, contributed: bool) -> Path:
    made = synthetic.stored(
        f"202611{day}T005100Z-1a2b3c4d",
        truth={"nbody": synthetic.SINGLE, "mandelbrot": synthetic.SCALES},
        blocks=3,
        flags=("flag",),
    )
    return site.run(made, contributed=contributed)


def _observe(root: Path) -> Catalogue:
    """Write what a machine has seen of the specimens, with its summary; return the tests."""
    folder = root / "outcomes" / "tests"
    folder.mkdir(parents=True)
    (root / "ftguide").symlink_to(ROOT / "ftguide")
    shutil.copy(ROOT / "outcomes" / "tests" / "declare.py", folder)
    shutil.copy(ROOT / "tests" / "outcomes" / "specimens.py", folder)
    tests = catalogue(folder)
    for test in list(tests.tests.values())[:4]:
        for on in ("3.14.7", "3.14.7t"):
            seen = observation(test, on, counts=[{"1": 30, "2": 1}, {"1": 40}])
            observed.append(MACHINE, seen, test.family, root)
    observed.write_machine(synthetic.machine(name=MACHINE), root)
    outcome_summaries.write(observed.read(MACHINE, root), tests, root)
    return tests
