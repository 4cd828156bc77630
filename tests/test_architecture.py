"""The house stands: imports point down, products do not know each other, no module imports in a circle.

`python -m tests.test_architecture` prints the drawing that README.md shows.
"""

import ast
import collections
import functools
import graphlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Build

#: From the top floor to the ground. A module may import from its own room and from floors below; rooms
#: on one floor do not know each other. The words are what README.md shows.
FLOORS = (
    (
        "the doors",
        {
            "conf": "Sphinx's configuration",
            "ftguide.__main__": "python -m ftguide",
            "benchmarks.method": "what building the site costs",
        },
    ),
    (
        "what a door opens",
        {
            "ftguide.cli": "one file per verb",
            "ftguide.site": "the pages of all products",
            "outcomes.finders": "other race finders, tried on our races",
        },
    ),
    (
        "products",
        {
            "ftguide.suite": "benchmarks: measure, store, derive, publish, draw",
            "ftguide.outcomes": "what threads do to shared objects: run, count, grade, draw",
            "ftguide.services": "web services: serve, load, store, derive, draw",
            "ftguide.tracker": "packages: collect, probe, derive levels, check, draw",
            "ftguide.guide": "pages: run their code, lint their words, draw",
            "ftguide.native": "extensions: build and race examples, audit, sanitize, draw",
        },
    ),
    (
        "shared by the products",
        {
            "ftguide.interpreters": "find, make, inspect and pair interpreters",
            "ftguide.render": "numbers, tables and drawings, as text and on pages",
            "ftguide.statistics": "estimates and intervals",
            "ftguide.target": "what runs inside a measured interpreter; standard library only",
        },
    ),
    (
        "the ground",
        {
            "ftguide.ground": "the terms; files, children, this machine, what must not leave it",
            "benchmarks.workloads": "what is measured",
            "benchmarks.services": "what is served",
            "outcomes.tests": "what threads are made to do",
        },
    ),
)
FLOOR_OF = {room: number for number, (_, rooms) in enumerate(FLOORS) for room in rooms}
TARGET = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("ftguide/target", "benchmarks/workloads", "outcomes/tests")
    for path in (ROOT / folder).glob("*.py")
)


def sources() -> list[Path]:
    return [
        ROOT / "conf.py",
        *sorted((ROOT / "ftguide").rglob("*.py")),
        *sorted((ROOT / "benchmarks").rglob("*.py")),
        *sorted((ROOT / "outcomes").rglob("*.py")),
    ]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in sources()}


def room_of(module: str) -> str | None:
    return next((r for r in FLOOR_OF if module == r or module.startswith(f"{r}.")), None)


def named(tree: ast.AST) -> list[str]:
    """List what a module imports, in functions and under TYPE_CHECKING as well."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@functools.cache
def imports(module: str) -> frozenset[str]:
    """Return the modules of the project that a module imports; of a package, only what is named in it."""
    names = set(named(ast.parse(MODULES[module].read_text())))
    known = ({*names, *(name.rpartition(".")[0] for name in names)} & MODULES.keys()) - {module}
    return frozenset(
        name for name in known if not any(other.startswith(f"{name}.") for other in known)
    )


def arrows() -> dict[tuple[str, str], int]:
    """Count imports between rooms."""
    ends = ((room_of(module), room_of(name)) for module in MODULES for name in imports(module))
    return collections.Counter(
        (here, there) for here, there in ends if here and there and here != there
    )


def drawing() -> str:
    """Draw the floors, from the top to the ground."""
    lines = []
    for title, rooms in FLOORS:
        if title:
            lines.append(f"── {title} {'─' * (66 - len(title))}")
        lines += [f"   {room:<21} {words}" for room, words in rooms.items()]
    return "\n".join(lines)


def test_every_module_has_a_room():
    packages = {"ftguide", "benchmarks", "outcomes"}
    assert [name for name in MODULES if name not in packages and room_of(name) is None] == []


def test_imports_point_down_and_rooms_of_a_floor_do_not_know_each_other():
    wrong = [
        f"{here} -> {there}"
        for here, there in sorted(arrows())
        if FLOOR_OF[there] <= FLOOR_OF[here]
    ]
    assert wrong == []


def test_no_module_imports_in_a_circle():
    graph = {module: imports(module) for module in MODULES}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_the_drawing_of_the_readme_is_this_one():
    assert drawing() in (ROOT / "README.md").read_text()


def test_the_pages_run_nothing():
    """Pages are drawn from data: no subprocess, no network."""
    runs = {"subprocess", "socket", "urllib.request", "http.client"}
    for path in (*(ROOT / "ftguide").glob("*/pages/*.py"), *(ROOT / "ftguide/render").glob("*.py")):
        assert not runs & set(named(ast.parse(path.read_text()))), path


@pytest.mark.parametrize("path", TARGET)
def test_what_runs_in_a_target_names_only_the_standard_library(path):
    allowed = sys.stdlib_module_names | {"benchmarks", "ftguide", "outcomes"}
    tree = ast.parse((ROOT / path).read_text())
    top = ast.Module(body=tree.body, type_ignores=[])
    names = {
        name.partition(".")[0]
        for node in top.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in named(node)
    }
    assert names - allowed == set()


@pytest.mark.interpreters
@pytest.mark.parametrize("build", list(Build))
def test_what_runs_in_a_target_imports_without_site_packages(build, executables):
    names = [module_name(ROOT / path) for path in TARGET]
    code = "import sys, importlib\n" + "\n".join(
        f"importlib.import_module({name!r})" for name in names
    )
    code += "\nprint([m for m in sys.modules if m in ('pyperf', 'msgspec', 'rich', 'psutil')])"
    done = subprocess.run(
        [executables[build], "-S", "-P", "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


HEAVY = ("docutils", "sphinx", "yaml", "myst_parser", "markdown_it", "jinja2", "bs4")


@pytest.mark.parametrize("verb", ["bench", "report", "interpreters", "probe"])
def test_a_verb_imports_nothing_that_only_pages_need(verb):
    code = (
        "import sys; from ftguide.cli.main import parser; parser(sys.argv[1]);"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, verb], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_modules_stay_readable():
    tall = {
        str(path.relative_to(ROOT)): lines
        for path in [*sources(), ROOT / "noxfile.py", *sorted((ROOT / "tests").rglob("*.py"))]
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert tall == {}


def test_no_room_for_odds_and_ends():
    odd = {"misc", "helpers", "common"}
    assert [p for p in sources() if "util" in p.stem or p.stem in odd] == []


def test_no_registry_host_is_named():
    hosts = re.compile(
        "|".join(("py" + r"pi\.org", "python" + "hosted", "crates" + r"\.io", r"deb\.deb" + "ian"))
    )
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=True
    ).stdout.split()
    suffixes = {".py", ".md", ".toml", ".txt", ".yml", ".cff", ".json", ".css"}
    found = [
        name
        for name in tracked
        if Path(name).suffix in suffixes
        and (ROOT / name).exists()
        and hosts.search((ROOT / name).read_text(errors="replace"))
    ]
    assert found == []


def test_dependencies_are_explained():
    """Every direct dependency has its line in CONTRIBUTING.md."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    names = {re.split(r"[<>=~!;\[ ]", item)[0] for items in groups.values() for item in items}
    text = (ROOT / "CONTRIBUTING.md").read_text()
    explained = set(re.findall(r"^\| `?([a-z0-9-]+)`? \| \S", text, re.MULTILINE))
    assert names - explained == set()


if __name__ == "__main__":
    print(drawing())
    print(f"\n{len(arrows())} arrows between {len(FLOOR_OF)} rooms")
