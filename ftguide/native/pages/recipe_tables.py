"""The tables of the build systems: what each makes for one line and build, and for abi3t.

Both are drawn from `examples/build-systems/recorded.json`, which `nox -s examples -- --record` writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from docutils import nodes

from ftguide.ground.vocabulary import Build
from ftguide.native.examples.recipes import RECIPES, Made, Part, Recipe, Result, load
from ftguide.render.grid import Cell, Column, Heading, table
from ftguide.render.words import enumeration

DASH = "\N{EM DASH}"
_BY_NAME: Mapping[str, Recipe] = {recipe.name: recipe for recipe in RECIPES}
#: Packages that are not named in the column of tools: they only serve the others.
_HELPERS = {"ninja", "packaging", "pathspec", "pyproject-metadata"}
_NAMES = {"cmake": "CMake", "cython": "Cython", "meson": "Meson", "pyo3": "PyO3"}


def wheels_table(path: Path) -> nodes.table:
    """Draw the wheels of every line without abi3t, both builds of one recipe in one row."""
    parts = [part for part in load(path).parts if not part.abi3t]
    lines: list[Heading | list[Cell]] = []
    for part in parts:
        lines.append(Heading(text=f"CPython {part.version}"))
        lines += [_wheels(made) for made in part.made if made.results]
    caption = f"Wheels for one line and build, {_when(parts)}"
    titles: list[Column | str] = [
        "Built with",
        _long("Free-threaded wheel, and the file in it"),
        _long("GIL-enabled wheel, and the file in it"),
        "Tests passed on both",
        "GIL after import, free-threaded build",
    ]
    return table(caption, titles, lines)


def abi3t_table(path: Path) -> nodes.table:
    """Draw what comes of asking every tool for abi3t with the free-threaded build, a row per recipe."""
    parts = [part for part in load(path).parts if part.abi3t]
    lines: list[Heading | list[Cell]] = []
    for part in parts:
        if len(parts) > 1:
            lines.append(Heading(text=f"CPython {part.version}"))
        lines += [_abi3t(made) for made in part.made if made.results or made.failed]
    versions = enumeration([f"{part.version}t" for part in parts])
    caption = f"Asking for abi3t on {versions}, {_when(parts)}"
    titles: list[Column | str] = [
        "Built with",
        _long("Asked for with"),
        _long("Wheel"),
        _long("File in it"),
        _long("On the free-threaded build"),
        _long("On the GIL-enabled build"),
    ]
    return table(caption, titles, lines)


def _long(title: str) -> Column:
    return Column(title=title, breakable=True)


def _when(parts: Sequence[Part]) -> str:
    """Return when and for which platform the parts were recorded."""
    dates = sorted({made.date for part in parts for made in part.made})
    span = " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else "not recorded"
    return ", ".join([span, *sorted({part.platform for part in parts})])


def _tools(made: Made) -> str:
    """Return the title of a recipe with the versions of its tools."""
    versions = [
        f"{_NAMES.get(name, name)} {version}"
        for name, version in made.tools.items()
        if name not in _HELPERS
    ]
    mode = (
        _BY_NAME[made.name].title.partition(", ")[2] if "mode" in _BY_NAME[made.name].title else ""
    )
    return enumeration(versions) + (f", {mode}" if mode else "")


def _wheels(made: Made) -> list[Cell]:
    own = [made.result(build, build) for build in (Build.FREE_THREADED, Build.GIL)]
    tests = [str(result.tests) for result in own if result is not None]
    free = own[0]
    return [_tools(made), *(_named(result) for result in own), " and ".join(tests), _gil(free)]


def _named(result: Result | None) -> Cell:
    if result is None:
        return DASH
    return [
        nodes.literal("", result.wheel),
        nodes.Text(": "),
        nodes.literal("", result.file),
    ]


def _abi3t(made: Made) -> list[Cell]:
    asked: list[nodes.Node] = []
    for words in _BY_NAME[made.name].asked:
        asked += [nodes.Text(", ")] * bool(asked) + [nodes.literal("", words)]
    own = made.result(Build.FREE_THREADED, Build.FREE_THREADED)
    if own is None:
        error = [nodes.Text("does not compile: "), nodes.literal("", made.failed)]
        return [_tools(made), asked, error, DASH, DASH, DASH]
    return [
        _tools(made),
        asked,
        [nodes.literal("", own.wheel)],
        [nodes.literal("", own.file)],
        _ending(own),
        _ending(made.result(Build.FREE_THREADED, Build.GIL)),
    ]


def _ending(result: Result | None) -> Cell:
    if result is None:
        return DASH
    if result.said:
        return result.said
    failed = f", {result.tests_failed} failed" * bool(result.tests_failed)
    return f"{result.tests} tests passed{failed}, GIL {_gil(result)}"


def _gil(result: Result | None) -> str:
    if result is None or result.gil_after_import is None:
        return DASH
    return "on" if result.gil_after_import else "off"
