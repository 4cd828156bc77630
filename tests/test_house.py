"""The house stands: imports point down, the measured side is standard library only, rooms stay small."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ftguide.interpreters.model import Build

ROOT = Path(__file__).resolve().parents[1]
#: From the top floor to the ground; a module may import from its own floor and from those below.
FLOORS = (
    ("conf",),
    ("ftguide.site",),
    ("ftguide.__main__", "ftguide.commands", "benchmarks.method"),
    ("ftguide.prose",),
    (
        "ftguide.bench",
        "ftguide.compat",
        "ftguide.snippets",
        "ftguide.audit",
        "ftguide.sanitize",
        "ftguide.examples",
    ),
    ("ftguide.results",),
    ("ftguide.interpreters",),
    ("benchmarks.workloads",),
)
WORKER_SIDE = (
    "ftguide/bench/worker.py",
    "ftguide/interpreters/inspect_target.py",
    *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "ftguide" / "compat").glob("inside_*.py"))),
    *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "benchmarks" / "workloads").glob("*.py"))),
)


def sources() -> list[Path]:
    return [
        ROOT / "conf.py",
        *sorted((ROOT / "ftguide").rglob("*.py")),
        *sorted((ROOT / "benchmarks").rglob("*.py")),
    ]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def floor(module: str) -> int | None:
    for number, rooms in enumerate(FLOORS):
        if any(module == room or module.startswith(f"{room}.") for room in rooms):
            return number
    return None


def imports(path: Path, *, top_level_only: bool = False) -> list[str]:
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found = []
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append(node.module or "")
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def test_every_module_has_a_floor():
    lost = [
        name
        for path in sources()
        if (name := module_name(path)) not in {"ftguide", "benchmarks"} and floor(name) is None
    ]
    assert lost == []


def test_imports_point_down():
    upward = []
    for path in sources():
        here = floor(module_name(path))
        for name in imports(path):
            there = floor(name)
            if here is not None and there is not None and there < here:
                upward.append(f"{path.relative_to(ROOT)} imports {name}")
    assert upward == []


def test_the_site_runs_nothing():
    """Pages are drawn from data: no subprocess, no network."""
    for path in sorted((ROOT / "ftguide" / "site").rglob("*.py")):
        assert not {"subprocess", "socket", "urllib.request", "http.client"} & set(imports(path)), (
            path
        )


@pytest.mark.parametrize("path", WORKER_SIDE)
def test_worker_side_names_only_the_standard_library(path):
    allowed = sys.stdlib_module_names | {"benchmarks", "ftguide"}
    foreign = {
        name.partition(".")[0] for name in imports(ROOT / path, top_level_only=True)
    } - allowed
    assert foreign == set()


@pytest.mark.interpreters
@pytest.mark.parametrize("build", list(Build))
def test_worker_side_imports_without_site_packages(build, executables):
    names = [module_name(ROOT / path) for path in WORKER_SIDE]
    code = "import sys, importlib\n" + "\n".join(
        f"importlib.import_module({name!r})" for name in names
    )
    code += "\nprint([m for m in sys.modules if m in ('pyperf', 'msgspec', 'rich')])"
    done = subprocess.run(
        [executables[build], "-S", "-P", "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_modules_stay_readable():
    tall = {
        str(path.relative_to(ROOT)): lines
        for path in [*sources(), ROOT / "noxfile.py", *sorted((ROOT / "tests").rglob("*.py"))]
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert tall == {}


def test_no_room_for_odds_and_ends():
    assert [
        p for p in sources() if "util" in p.stem or p.stem in {"misc", "helpers", "common"}
    ] == []


def test_no_registry_host_is_named():
    hosts = re.compile(
        "|".join(("py" + r"pi\.org", "python" + "hosted", "crates" + r"\.io", r"deb\.deb" + "ian"))
    )

    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=True
    ).stdout.split()
    named = [
        name
        for name in tracked
        if Path(name).suffix in {".py", ".md", ".toml", ".txt", ".yml", ".cff", ".json", ".css"}
        and (ROOT / name).exists()
        and hosts.search((ROOT / name).read_text())
    ]
    assert named == []


def test_dependencies_are_explained():
    """Every direct dependency has its line in CONTRIBUTING.md."""
    import tomllib

    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    names = {re.split(r"[<>=~!;\[ ]", item)[0] for items in groups.values() for item in items}
    text = (ROOT / "CONTRIBUTING.md").read_text()
    explained = set(re.findall(r"^\| `?([a-z0-9-]+)`? \| \S", text, re.MULTILINE))
    assert names - explained == set()
