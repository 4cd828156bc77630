"""The build systems: whole projects, names of wheels and files, and what is recorded of them."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import pytest

from ftguide.ground.files import ROOT, UnreadableError
from ftguide.ground.vocabulary import Build
from ftguide.interpreters.provide import find, ranked_pairs
from ftguide.native.audit.scan import audit
from ftguide.native.examples import recipes, trial
from ftguide.native.examples import workshop as workshops
from ftguide.native.examples.recipes import RECIPES, Made, Part, Result
from ftguide.native.examples.workshop import Workshop
from ftguide.native.pages import native_tables
from tests.chance import seen
from tests.native.examples.test_capi_steps import compiled
from tests.slow import slow_but

FOLDER = ROOT / recipes.FOLDER
BY_NAME = {recipe.name: recipe for recipe in RECIPES}
PAGE = (ROOT / "source" / "porting-extensions" / "wheels.md").read_text()
GIL, FT = Build.GIL, Build.FREE_THREADED
DATE = "2026-11-29"


def texts(name: str) -> str:
    return "".join(
        path.read_text()
        for path in sorted((FOLDER / name).rglob("*"))
        if path.suffix in {".toml", ".py", ".build", ".txt"}
    )


def test_every_folder_is_a_recipe_and_whole():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert folders == {recipe.name for recipe in RECIPES} == set(BY_NAME)
    lock = workshops.locked((ROOT / "examples" / "requirements.txt").read_text())
    for recipe in RECIPES:
        assert {*recipe.packages, *recipe.runtime} <= lock.keys()
        project = (FOLDER / recipe.name / "pyproject.toml").read_text()
        assert f'requires-python = ">={recipe.since[0]}.{recipe.since[1]}"' in project
        for words in recipe.asked:
            assert words in texts(recipe.name), f"{recipe.name} does not ask with {words}"


def test_the_c_source_is_the_same_for_every_tool_and_the_audit_finds_nothing():
    sources = sorted(FOLDER.rglob("hits.c"))
    assert [path.parent.name for path in sources] == [
        "meson-python",
        "scikit-build-core",
        "setuptools",
    ]
    assert len({path.read_text() for path in sources}) == 1
    assert audit(FOLDER / "setuptools").findings == ()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("setuptools", "setup.py"),
        ("meson-python", "meson.build"),
        ("meson-python", "pyproject.toml"),
        ("scikit-build-core", "CMakeLists.txt"),
        ("scikit-build-core", "pyproject.toml"),
        (".", "cmake.sh"),
        ("maturin", "Cargo.toml"),
        ("abi3t-nanobind", "CMakeLists.txt"),
    ],
)
def test_the_page_includes_what_is_built(name, file):
    path = (recipes.FOLDER / name / file).as_posix()
    assert f"{{literalinclude}} ../../{path}\n" in PAGE


def test_the_page_draws_both_tables():
    for name in ("wheels", "abi3t"):
        assert f"{{native-table}} {name}\n" in PAGE
        path, draw = native_tables._TABLES[name]
        assert path == ROOT / recipes.RECORDED
        assert draw(path).astext()


def test_what_is_recorded_is_as_promised_and_of_the_pinned_versions():
    stored = recipes.load(ROOT / recipes.RECORDED)
    shop = Workshop(sources=ROOT / "examples", root=ROOT, environ={})
    assert [part.line for part in stored.parts] == ["3.13", "3.14", "3.15"]
    for part in stored.parts:
        assert recipes.problems(part) == []
        line = tuple(map(int, part.line.split(".")))
        assert [made.name for made in part.made] == [r.name for r in RECIPES if r.since <= line]
        for made in part.made:
            assert not made.skipped
            assert made.tools == shop.versions(BY_NAME[made.name], FOLDER / made.name)
    raw = json.dumps(json.loads((ROOT / recipes.RECORDED).read_bytes()))
    assert not re.search(r"/(root|home|tmp|usr|work)\b", raw)


def result(made_by=FT, build=FT, **changes):
    known = {
        "wheel": "hits-1.0-cp315-abi3.abi3t-linux_x86_64.whl",
        "file": "hits.abi3t.so",
        "tests": 3,
        "gil_after_import": build is GIL,
    }
    return Result(made_by=made_by, build=build, **{**known, **changes})


def part(*results, name="setuptools", line="3.15", **changes):
    made = Made(name=name, date=DATE, tools={}, results=results, **changes)
    return Part(line=line, version=f"{line}.0", platform="linux-x86_64", made=(made,))


OLD = {"wheel": "hits-1.0-cp314-cp314t-linux_x86_64.whl", "file": "hits.cpython-314t-x.so"}
MISNAMED = {"file": "hits.cpython-315t-x86_64-linux-gnu.so"}
ONE_BUILD = {"wheel": "hits-1.0-cp315-abi3t-linux_x86_64.whl"}


@pytest.mark.parametrize(
    "good",
    [
        part(result(), result(build=GIL)),
        part(result(**OLD), line="3.14"),
        part(skipped="no cc here"),
        part(failed="hits.c:1: no", name="abi3t-cython"),
        part(result(**MISNAMED), result(build=GIL, said="no"), name="abi3t-nanobind-linked"),
        part(result(**ONE_BUILD), result(build=GIL, said="no"), name="abi3t-nanobind"),
    ],
)
def test_what_was_promised_is_no_problem(good):
    assert recipes.problems(good) == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (part(failed="hits.c:1: no"), "does not build: hits.c:1: no"),
        (part(result(**OLD)), "no wheel is tagged abi3.abi3t"),
        (part(result(), line="3.14"), "no wheel is tagged cp314t"),
        (part(result(**MISNAMED)), "is called hits.cpython-315t"),
        (
            part(result(), result(build=GIL, said="ImportError: no")),
            "on the GIL-enabled build: Imp",
        ),
        (part(result(tests=2, tests_failed=1)), "1 tests failed, 2 passed"),
        (part(result(tests=0)), "0 tests failed, 0 passed"),
        (part(result(gil_after_import=True)), "importing it leaves the GIL on"),
        (part(result(gil_after_import=None)), "importing it leaves the GIL"),
        (part(result(), name="abi3t-cython"), "compiles for abi3t now"),
        (part(result(), name="abi3t-nanobind-linked"), "is called hits.abi3t.so"),
        (
            part(result(**ONE_BUILD), result(build=GIL), name="abi3t-nanobind"),
            "serves both builds now",
        ),
    ],
)
def test_what_breaks_a_promise_is_a_problem(bad, said):
    (problem,) = recipes.problems(bad)
    assert problem.example == bad.made[0].name
    assert said in problem.message


def test_recipes_are_recorded_one_by_one_until_the_version_changes(tmp_path):
    path = tmp_path / "recorded.json"
    for one in (part(name="maturin"), part(name="setuptools"), part(result(**OLD), line="3.14")):
        recipes.save(path, one)
    stored = recipes.load(path)
    assert [[made.name for made in each.made] for each in stored.parts] == [
        ["setuptools"],
        ["setuptools", "maturin"],
    ]
    recipes.save(path, replace(part(name="maturin"), version="3.15.1"))
    assert [made.name for made in recipes.load(path).parts[1].made] == ["maturin"]


def test_a_broken_record_is_named_and_kept(tmp_path):
    path = tmp_path / "recorded.json"
    path.write_bytes(b"{")
    with pytest.raises(UnreadableError, match="examples -- --record"):
        recipes.save(path, part())
    assert path.read_bytes() == b"{"


def test_the_extension_in_a_wheel_is_named_without_its_folder(tmp_path):
    path = tmp_path / "hits-1.0-cp314-cp314t-linux_x86_64.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hits/__init__.py", "")
        archive.writestr("hits/hits.cpython-314t.so", "")
    assert recipes.extension(path) == "hits.cpython-314t.so"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("a.h:3:5: error: no \u2018x\u2019", "a.h:3: no 'x'"),
        (
            "a.c:1:1: warning: w\n/home/x/b.h:9:2: fatal error: gone\nc.c:1:1: error: y",
            "b.h:9: gone",
        ),
        ("error: Failed to build `/work/x`\n  cause: error: none", ""),
    ],
)
def test_the_first_error_of_a_compiler(words, first):
    assert workshops.first_error(words) == first


@pytest.mark.timeout(1800)  # a compiler of Rust takes minutes on a busy machine
@pytest.mark.interpreters
@pytest.mark.parametrize(
    "name", slow_but({"setuptools"}, [r.name for r in RECIPES if r.since <= (3, 14)])
)
def test_the_wheels_of_both_builds_pass_their_tests(name, pair, tmp_path):
    shop = Workshop(sources=ROOT / "examples", root=tmp_path / "built", environ=dict(os.environ))
    made = recipes.hold(pair, [BY_NAME[name]], shop, print)
    if made.made[0].skipped:
        pytest.skip(made.made[0].skipped)
    assert recipes.problems(made) == []
    assert {one.build for one in made.made[0].results} == set(Build)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.interpreters
@pytest.mark.parametrize(
    ("left_out", "tag", "file", "said"),
    [
        (
            "py_limited_api=ABI3T,  # names the file",
            "abi3.abi3t",
            "hits.cpython-315t-",
            "ModuleNot",
        ),
        ('"bdist_wheel": {"py_limited_api": "cp315"}', "cp315t", "hits.abi3t", None),
        (
            "define_macros=MACROS if ABI3T else [],",
            "abi3.abi3t",
            "hits.abi3t",
            "only compatible with",
        ),
    ],
)
def test_setuptools_makes_a_bad_wheel_when_one_thing_is_missing(
    left_out, tag, file, said, tmp_path
):
    """As the table on the page says."""
    pairs = ranked_pairs(find("3.15", say=print))
    if not pairs:
        pytest.skip("no pair of 3.15 is installed")
    sources = tmp_path / "examples"
    shutil.copytree(FOLDER, sources / FOLDER.name)
    shutil.copy(ROOT / "examples" / "requirements.txt", sources)
    script = sources / FOLDER.name / "setuptools" / "setup.py"
    assert script.read_text().count(left_out) == 1
    script.write_text(script.read_text().replace(left_out, ""))
    shop = Workshop(sources=sources, root=tmp_path / "built", environ=dict(os.environ))
    made = recipes.hold(pairs[0], [BY_NAME["setuptools"]], shop, print).made[0]
    own, other = made.result(FT, FT), made.result(FT, GIL)
    assert f"-{tag}-" in own.wheel
    assert own.file.startswith(file)
    assert (own.tests, own.tests_failed) == (3, 0)
    assert other is None if said is None else said in other.said


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.interpreters
def test_cmake_builds_the_module_alone(tmp_path):
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    shop = Workshop(sources=ROOT / "examples", root=tmp_path / "built", environ=dict(os.environ))
    for line in ("3.14", "3.15"):
        pairs = ranked_pairs(find(line, say=print))
        if not pairs:
            pytest.skip(f"no pair of {line} is installed")
        (bin_folder / f"python{line}t").symlink_to(pairs[0].ft.executable)
        shop.root.mkdir(exist_ok=True)
        tools = shop._tools(BY_NAME["scikit-build-core"], pairs[0].ft, shop._lock()).parent
    copy = tmp_path / "copy"
    shutil.copytree(FOLDER, copy)
    environ = shop.child_environ(bin_folder, tools)
    done = subprocess.run(
        ["sh", "-e", "cmake.sh"], cwd=copy, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("\nOK\n") == 2
    made = {path.parent.name: path.name for path in copy.glob("build*/*.so")}
    assert made["build"].startswith("hits.cpython-314t")
    assert made["build-abi3t"].startswith("hits.abi3t")


@pytest.mark.interpreters
def test_without_its_lock_the_tests_lose_adds(executables, tmp_path):
    """What `test_hits.py` looks for can be seen.

    Compiled as it stands, the addition is one machine instruction, which only a thread on another CPU
    disturbs. Here another thread comes in between on a machine whose CPUs are busy, too. Each addition
    that lets others go first may cost a turn of everything else that runs, so only a hundred of a thread do.
    """
    text = (FOLDER / "setuptools" / "hits.c").read_text()
    text = re.sub(r"Py_(BEGIN|END)_CRITICAL_SECTION\(.*\);", "", text)
    step = "state->total += value;"
    assert text.count(step) == 1
    text = text.replace(
        step,
        "long long old = state->total; if (++calls % 500 == 0) sched_yield();"
        " state->total = old + value;",
    )
    source = tmp_path / "hits.c"
    source.write_text(f"#include <sched.h>\nstatic _Thread_local unsigned calls;\n{text}")
    environ = compiled(source, executables[FT], tmp_path / "site")
    seen(
        lambda: trial.tests([executables[FT]], FOLDER / "test_hits.py", environ),
        lambda passed_and_failed: passed_and_failed == (2, 1),
    )
