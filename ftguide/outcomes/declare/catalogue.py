"""The outcome tests, read from `outcomes/tests`, their source and its hash, and what is wrong with them.

A file or a class that does not hold together is a `Problem` with place and remedy; the rest is used.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import UnknownNameError
from ftguide.outcomes.declare.source import line_of_class, program, source_hash
from outcomes.tests import declare

#: Where families live, one module each.
TESTS = ROOT / "outcomes" / "tests"
PACKAGE = "outcomes.tests"

LEVELS = ("", "incompatible", "compatible", "distinct", "shared", "atomic")
GRADES = (declare.ACCEPTABLE, declare.INTERESTING, declare.FORBIDDEN)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ISSUE = re.compile(r"|none found|gh-\d+( gh-\d+)*")
_LINE = re.compile(r"|3\.\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A declaration that cannot be used."""

    where: str  #: file, or file:line
    what: str  #: one sentence
    remedy: str

    def __str__(self) -> str:
        """Say it on one line."""
        return f"{self.where}: {self.what} {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A test, as declared."""

    slug: str
    family: str  #: the module's last name
    question: str
    story: str  #: the docstring of the class
    on: str
    operation: str
    outcomes: tuple[declare.Outcome, ...]
    module: str
    level: str
    source: str
    remedy: str
    issue: str
    note: str
    since: str
    needs: tuple[str, ...]
    control: str
    litmus: bool
    actors: int
    code: str  #: the class, as written, without what only describes it
    helpers: str  #: the module-level definitions it uses, as written
    hash: str  #: of what is executed, sha256, hexadecimal
    line: int  #: of the class in its file

    @property
    def import_name(self) -> str:
        """The module that declares it, importable in the target."""
        return f"{PACKAGE}.{self.family}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The tests of one module."""

    name: str
    title: str
    intro: str
    tests: tuple[Declared, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Catalogue:
    """All families, and what could not be read."""

    families: tuple[Family, ...]
    problems: tuple[Problem, ...]

    @functools.cached_property
    def tests(self) -> dict[str, Declared]:
        """All tests by slug, in the order of families."""
        return {test.slug: test for family in self.families for test in family.tests}

    def find(self, slugs: Iterable[str], families: Iterable[str] = ()) -> list[Declared]:
        """Return the tests of some names, all where nothing is named; raises `UnknownNameError`."""
        slugs, families = list(slugs), list(families)
        for slug in slugs:
            if slug not in self.tests:
                raise UnknownNameError("outcome test", slug, self.tests)
        known = {family.name for family in self.families}
        for name in families:
            if name not in known:
                raise UnknownNameError("family of outcome tests", name, known)
        everything = not slugs and not families
        return [
            test
            for test in self.tests.values()
            if everything or test.slug in slugs or test.family in families
        ]


@functools.cache
def catalogue(folder: Path = TESTS) -> Catalogue:
    """Read every family below a folder."""
    families: list[Family] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.py")):
        if path.name in {"__init__.py", "declare.py"}:
            continue
        family = _read(path, problems, seen)
        if family is not None:
            families.append(family)
    return Catalogue(families=tuple(families), problems=tuple(problems))


def _read(path: Path, problems: list[Problem], seen: dict[str, str]) -> Family | None:
    where = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    try:
        module = _load(path)
    except Exception as error:  # noqa: BLE001 - whatever a contributed module raises
        what = f"it cannot be imported: {type(error).__name__}: {error}."
        remedy = "Standard library only at import, and nothing newer than the Python of the tools."
        problems.append(Problem(where=where, what=what, remedy=remedy))
        return None
    title, _, intro = (module.__doc__ or "").strip().partition("\n")
    if not title:
        what = "it has no docstring."
        problems.append(
            Problem(where=where, what=what, remedy="Its first line is the family's title.")
        )
        return None
    source = path.read_text(encoding="utf-8")
    tests = []
    for made in _classes(module):
        place = f"{where}:{line_of_class(made.__name__, source)}"
        faults = list(_faults(made))
        if made.slug in seen:
            faults.append(
                (f"two tests are called {made.slug!r}.", f"Rename it; see {seen[made.slug]}.")
            )
        problems += [Problem(where=place, what=what, remedy=remedy) for what, remedy in faults]
        if not faults:
            seen[made.slug] = place
            tests.append(_declared(made, path.stem, source))
    return Family(name=path.stem, title=title.rstrip("."), intro=intro.strip(), tests=tuple(tests))


def _load(path: Path) -> ModuleType:
    """Import a family by its name in the checkout; a folder of tests has files of other names."""
    if path.parent == TESTS:
        return importlib.import_module(f"{PACKAGE}.{path.stem}")
    name = f"{PACKAGE}._elsewhere_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # inspect looks classes up there
    spec.loader.exec_module(module)
    return module


def _classes(module: ModuleType) -> Iterator[type[declare.Test]]:
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, declare.Test)
            and value.__module__ == module.__name__
            and (value.slug or hasattr(value, "actor1"))
        ):
            yield value


def _faults(made: type[declare.Test]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a declaration and what to do."""
    name = made.__name__
    lacking = [
        field
        for field in ("question", "on", "operation", "outcomes")
        if not getattr(made, field, None)
    ]
    if lacking:
        yield f"{name} has no {', '.join(lacking)}.", "See `declare.Test` for what it says."
        return
    for is_wrong, what, remedy in (
        (
            not _SLUG.fullmatch(made.slug),
            f"{name} has the slug {made.slug!r}.",
            "Use lower-case words with hyphens.",
        ),
        (
            not made.question.endswith("?"),
            f"the question {made.question!r} is none.",
            "End it with a question mark.",
        ),
        (
            made.level not in LEVELS,
            f"the level {made.level!r} is unknown.",
            f"Levels are {', '.join(LEVELS[1:])}.",
        ),
        (
            made.level and not made.source.startswith("https://"),
            f"the level {made.level!r} has no source.",
            "Give the address that documents it.",
        ),
        (
            not _ISSUE.fullmatch(made.issue),
            f"the issue {made.issue!r} is none.",
            "Write gh-NUMBER, or `none found`.",
        ),
        (
            not _LINE.fullmatch(made.since),
            f"since {made.since!r} is no line.",
            "Write a line such as 3.14.",
        ),
        (
            made.control not in {"", "none", *(outcome.pattern for outcome in made.outcomes)},
            f"the control {made.control!r} is not an outcome.",
            "Name one of its patterns.",
        ),
    ):
        if is_wrong:
            yield what, remedy
    yield from _shape_faults(made)
    for outcome in made.outcomes:
        if outcome.grade not in GRADES or not outcome.meaning:
            yield (
                f"the outcome {outcome!r} is not graded.",
                f"A grade is one of {', '.join(GRADES)}.",
            )


def _shape_faults(made: type[declare.Test]) -> Iterator[tuple[str, str]]:
    name, actors = made.__name__, _actors(made)
    if not issubclass(made, declare.Litmus | declare.Stress):
        yield f"{name} has no shape.", "Derive it from Litmus or Stress."
    if actors < 2:
        yield f"{name} has {actors} actors.", "Write actor1 and actor2."
    if issubclass(made, declare.Litmus) and actors > 2:
        yield (
            f"{name} is a litmus test of {actors} actors.",
            "Two walk in step; make it a Stress test.",
        )


def _actors(made: type[declare.Test]) -> int:
    return sum(hasattr(made, f"actor{number}") for number in (1, 2, 3, 4))


def _declared(made: type[declare.Test], family: str, source: str) -> Declared:
    code, helpers = program(made.__name__, source)
    return Declared(
        slug=made.slug,
        family=family,
        question=made.question,
        story=inspect.cleandoc(made.__doc__ or ""),
        on=made.on,
        operation=made.operation,
        outcomes=tuple(made.outcomes),
        module=made.module,
        level=made.level,
        source=made.source,
        remedy=made.remedy,
        issue=made.issue,
        note=made.note,
        since=made.since,
        needs=tuple(made.needs),
        control=made.control,
        litmus=issubclass(made, declare.Litmus),
        actors=_actors(made),
        code=code,
        helpers=helpers,
        hash=source_hash(made.__name__, source),
        line=line_of_class(made.__name__, source),
    )
