"""Build one small extension with every build system, as version-specific wheels and for `abi3t`.

`recipes.toml` says which projects there are, `examples/build-systems` has them, and `recorded.json` there
holds what came out of a line: names of wheels and of the files inside, tests, the GIL after the import, and
the first error of what does not build. No path, host or user name.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import msgspec

from ftguide.ground import files
from ftguide.ground.vocabulary import Build, line_of
from ftguide.interpreters.model import Interpreter, Pair
from ftguide.native.examples import trial
from ftguide.native.examples.catalogue import Project
from ftguide.native.examples.report import Problem, public
from ftguide.native.examples.workshop import BuildError, SkippedError, Workshop

SCHEMA = 1
FOLDER = Path("examples") / "build-systems"
RECORDED = FOLDER / "recorded.json"
REMEDY = "`nox -s examples -- --record` writes it anew once it is deleted."
FIRST_ABI3T = (3, 15)
_MODULE = "hits"
_SUFFIXES = (".so", ".pyd")

Say = Callable[[str], None]


class Abi3t(StrEnum):
    """What a tool at its pinned version makes of the wish for an abi3t wheel."""

    WORKS = "works"
    FREE_THREADED = "free-threaded"  #: for the free-threaded build alone
    MISNAMED = "misnamed"  #: the wheel says abi3t, the file in it is for one line and build
    REFUSED = "refused"  #: it does not compile


class Recipe(Project, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A project in `examples/build-systems`; from 3.15 on it asks for abi3t."""

    asked: tuple[str, ...]  #: the words in its files that ask for abi3t
    abi3t: Abi3t
    before_abi3t: tuple[str, ...] = ()  #: settings for the back end on lines without abi3t


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipe: tuple[Recipe, ...]


RECIPES = msgspec.toml.decode(Path(__file__).with_suffix(".toml").read_bytes(), type=_File).recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One wheel on one build."""

    made_by: Build
    build: Build  #: where it was installed
    wheel: str  #: file name
    file: str  #: the extension in it
    tests: int = 0  #: tests that passed
    tests_failed: int = 0
    gil_after_import: bool | None = None  #: None where it is not imported
    said: str = ""  #: why it is not installed or not imported


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of one recipe on one line."""

    name: str
    date: str  #: ISO, UTC
    tools: dict[str, str]  #: name -> version
    results: tuple[Result, ...] = ()
    skipped: str = ""
    failed: str = ""  #: the first error of the compiler, or which build has no wheel

    def result(self, made_by: Build, build: Build) -> Result | None:
        """Return the result of one wheel on one build, None where there is none."""
        return next((r for r in self.results if (r.made_by, r.build) == (made_by, build)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Recipes on one line."""

    line: str  #: "3.14"
    version: str  #: "3.14.7"
    platform: str  #: "linux-x86_64"
    made: tuple[Made, ...]

    @property
    def abi3t(self) -> bool:
        """Say whether this line has abi3t."""
        return _key(self.line) >= FIRST_ABI3T


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One part per line, oldest line first."""

    schema: int = SCHEMA
    parts: tuple[Part, ...] = ()


def load(path: Path) -> Recorded:
    """Read what is recorded; a file that is not there is empty. Raises `files.UnreadableError`."""
    return files.load(path, Recorded, REMEDY, schema=SCHEMA, missing=Recorded())


def save(path: Path, part: Part) -> None:
    """Put a part into the file; what it lacks stays from a part of the same version and platform."""
    stored = {each.line: each for each in load(path).parts}
    made = {one.name: one for one in part.made}
    old = stored.get(part.line)
    if old is not None and (old.version, old.platform) == (part.version, part.platform):
        made = {one.name: one for one in old.made} | made
    whole = tuple(
        made[recipe.name]
        for recipe in RECIPES
        if recipe.name in made and _key(part.line) >= recipe.since
    )
    stored[part.line] = replace(part, made=whole)
    parts = tuple(stored[line] for line in sorted(stored, key=_key))
    files.write_atomic(path, files.to_json(Recorded(parts=parts)))


def _key(line: str) -> tuple[int, ...]:
    return tuple(int(number) for number in line.split("."))


def hold(pair: Pair, recipes: Sequence[Recipe], workshop: Workshop, say: Say) -> Part:
    """Build, install and test recipes with a pair; those that begin on a later line are left out."""
    line = line_of(pair.version)
    workshop.root.mkdir(parents=True, exist_ok=True)
    made = []
    for recipe in recipes:
        if _key(line) >= recipe.since:
            one = _make(recipe, pair, workshop)
            made.append(one)
            say(f"{one.name}: {in_brief(one)}")
    platform = pair.ft.facts.platform
    return Part(line=line, version=pair.version, platform=platform, made=tuple(made))


def in_brief(made: Made) -> str:
    """Return what came out as one line."""
    if made.skipped or made.failed:
        return f"skipped, {made.skipped}" if made.skipped else f"does not build, {made.failed}"
    return "; ".join(
        f"{result.wheel} with {result.file} on the {result.build.words} build: "
        + (result.said or f"{result.tests} tests passed")
        for result in made.results
    )


def _make(recipe: Recipe, pair: Pair, workshop: Workshop) -> Made:
    folder = workshop.sources / FOLDER.name / recipe.name
    date = dt.datetime.now(dt.UTC).date().isoformat()
    tools = workshop.versions(recipe, folder)
    results: list[Result] = []
    try:
        for interpreter in (pair.ft, pair.gil):  # what does not compile is to say so about abi3t
            results += _results(recipe, folder, interpreter, pair, workshop)
    except SkippedError as reason:
        return Made(name=recipe.name, date=date, tools=tools, skipped=public(str(reason)))
    except BuildError as error:
        failed = public(error.first or error.reason)
        return Made(name=recipe.name, date=date, tools=tools, failed=failed)
    return Made(name=recipe.name, date=date, tools=tools, results=tuple(results))


def _results(
    recipe: Recipe, folder: Path, interpreter: Interpreter, pair: Pair, workshop: Workshop
) -> Iterator[Result]:
    """Build with one interpreter; try the wheel there, and one for abi3t on the other build too."""
    abi3t = _key(line_of(pair.version)) >= FIRST_ABI3T
    settings = () if abi3t else recipe.before_abi3t
    built = workshop.make(recipe, folder, f"{FOLDER.name}-{recipe.name}", interpreter, settings)
    for build, other in pair.builds.items():
        result = Result(
            made_by=interpreter.facts.build,
            build=build,
            wheel=built.wheel,
            file=extension(built.folder / built.wheel),
        )
        if other is interpreter:
            yield _tried(result, built.python, workshop)
        elif "abi3t" in built.wheel:
            try:
                yield _tried(result, workshop.install(recipe, built, other), workshop)
            except SkippedError as reason:
                yield replace(
                    result, said="not installed: " + public(str(reason).rpartition(": ")[2])
                )


def _tried(result: Result, python: Path, workshop: Workshop) -> Result:
    """Import what is installed and run its tests."""
    environ = workshop.child_environ()
    if said := trial.import_error(str(python), environ, _MODULE):
        return replace(result, said=said)
    script = workshop.sources / FOLDER.name / f"test_{_MODULE}.py"
    passed, failed = trial.tests([str(python)], script, environ)
    gil = trial.gil_after_import(str(python), environ, _MODULE)
    return replace(result, tests=passed, tests_failed=failed, gil_after_import=gil)


def extension(wheel: Path) -> str:
    """Return the name of the extension module in a wheel, without its folder; "" without one."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(_SUFFIXES)]
    return names[0].rpartition("/")[2] if names else ""


def problems(part: Part) -> list[Problem]:
    """List what is not as `recipes.toml` promises. Skipping is no problem."""
    recipes = {recipe.name: recipe for recipe in RECIPES}
    return [
        Problem(example=made.name, message=message)
        for made in part.made
        if not made.skipped
        for message in _broken(made, part, recipes[made.name].abi3t if part.abi3t else Abi3t.WORKS)
    ]


def _broken(made: Made, part: Part, wanted: Abi3t) -> Iterator[str]:
    if made.failed or wanted is Abi3t.REFUSED:
        if not made.failed:
            yield "compiles for abi3t now: say so in recipes.toml"
        elif wanted is not Abi3t.REFUSED:
            yield f"does not build: {made.failed}"
        return
    yield from _misnamed(made, part, wanted)
    for result in made.results:
        foreign = result.made_by is not result.build
        if foreign and wanted is not Abi3t.WORKS:
            if not result.said:
                yield "serves both builds now: say so in recipes.toml"
            continue
        where = f"wheel of the {result.made_by.words} build, on the {result.build.words} build"
        yield from (f"{where}: {message}" for message in _unwell(result))


def _misnamed(made: Made, part: Part, wanted: Abi3t) -> Iterator[str]:
    """Compare the names of the free-threaded build's wheel and its file with what they should be."""
    own = made.result(Build.FREE_THREADED, Build.FREE_THREADED)
    tag, word = f"cp{part.line.replace('.', '')}t", f"{part.line.replace('.', '')}t-"
    if part.abi3t:
        tag = "abi3t" if wanted is Abi3t.FREE_THREADED else "abi3.abi3t"
        word = word if wanted is Abi3t.MISNAMED else ".abi3t"
    if own is None or f"-{tag}-" not in own.wheel:
        yield f"no wheel is tagged {tag}"
    elif word not in own.file:
        yield f"the file in {own.wheel} is called {own.file}"


def _unwell(result: Result) -> Iterator[str]:
    if result.said:
        yield result.said
    elif result.tests_failed or not result.tests:
        yield f"{result.tests_failed} tests failed, {result.tests} passed"
    elif result.gil_after_import is not (result.build is Build.GIL):
        yield f"importing it leaves the GIL {'on' if result.gil_after_import else 'off'}"
