"""Lists as people have them: what is read, what is left out and named, what is refused with its fix."""

import re

import pytest

from ftguide.tracker.check import files
from ftguide.tracker.check.check import installed
from ftguide.tracker.check.dependency import DependencyError, Lack, Selection
from ftguide.tracker.check.target import Target
from tests.tracker.check.conftest import DATA, TARGET


def read(name, **selection):
    path = DATA / name if isinstance(name, str) else name
    return files.read(path, TARGET, Selection(**selection))


def said(listing):
    return [(each.name, each.version or str(each.accepts)) for each in listing.dependencies]


def left(listing):
    return [(one.lack, one.about, one.count) for one in listing.remarks if one.lack.missing]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pyproject-poetry", [("lxml", "<7,>=6.1"), ("numpy", ">=2")]),
        ("pyproject-dynamic", [("lxml", "6.1.3")]),
        ("pyproject-dynamic/pyproject.toml", [("lxml", "6.1.3")]),
        ("pylock.groups.toml", [("lxml", "6.1.3")]),
        ("Pipfile", [("lxml", "")]),
        ("Pipfile.lock", [("lxml", "6.1.3")]),
        ("misc/setup.cfg", [("lxml", "")]),
        ("script-pep723.py", [("lxml", "")]),
        ("conda/environment.yml", [("numpy", ""), ("lxml", ""), ("regex", "")]),
        ("conda/pixi.lock", [("lxml", "6.0.2")]),
        ("uvlock-fork", [("numpy", "2.5.5")]),
        ("uvlock-win/uv.lock", []),
        ("utf16.txt", [("numpy", ""), ("lxml", "6.1.3")]),
        ("bom.txt", [("numpy", "")]),
        ("crlf.txt", [("numpy", "2.5.2"), ("lxml", "6.1.3")]),
        ("misc/reqs2.txt", [("numpy", "<2,>=1.20")]),  # the range of the constraint
        ("misc/dup.txt", [("lxml", "")]),
        ("misc/dup2.txt", [("numpy", "1.26.4")]),
        ("misc/uv.lock", []),
        ("misc/poetry.lock", []),
        ("misc/empty.txt", []),
    ],
)
def test_what_is_read(name, expected):
    listing = read(name)
    assert said(listing) == expected
    chosen = [one.about for one in listing.remarks if one.lack is Lack.CHOSEN]
    assert bool(chosen) is (DATA / name).is_dir()


def test_what_a_freeze_says():
    names = {
        each.name: (each.version, bool(each.origin)) for each in read("pip-freeze.txt").dependencies
    }
    assert names == {
        "thing": (None, True),
        "demo": (None, True),
        "lxml": ("6.1.3", False),
        "numpy": ("1.26.4", True),
        "packaging": (None, True),
        "torch": ("2.5.1+cu121", False),
        "mypkg": (None, True),
        "wheel": ("0.45.1", True),
        "foo": ("1.0", True),
        "uvicorn": ("0.30.0", False),
    }


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("misc/url.txt", "download it and name its path"),
        ("misc/junk.txt", "line 4: 'foo bar baz' is not a requirement"),
    ],
)
def test_what_is_not_read_says_what_to_do(name, says):
    with pytest.raises(DependencyError, match=re.escape(says)):
        read(name)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        (
            "setup.py",
            "from setuptools import setup\n",
            "for a setup.py, export them with `uv pip compile",
        ),
        ("setup.cfg", "[metadata]\nname = x\n", "states no install_requires"),
        ("setup.cfg", "no section\n", "not readable"),
        (
            "pyproject.toml",
            '[project]\nname = "x"\ndynamic = ["dependencies"]\n',
            "'dependencies' is known to its build alone",
        ),
        (
            "pyproject.toml",
            '[project]\ndynamic = ["dependencies"]\n'
            '[tool.setuptools.dynamic]\ndependencies = {file = "../../../etc/passwd"}\n',
            "lies outside of the project",
        ),
        ("pyproject.toml", "[build-system]\nrequires = []\n", "states no dependencies"),
        (
            "pyproject.toml",
            '[dependency-groups]\na = [{include-group = "b"}]\nb = [{include-group = "a"}]\n',
            "includes itself",
        ),
        ("pyproject.toml", '[tool.poetry.dependencies]\nlxml = "^moon"\n', "is not a range of"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nlxml = 3\n", "3 is not a version"),
        ("x.py", "# /// script\n# dependencies = [3]\n# ///\n", "3 is not a string"),
        ("x.py", "# /// script\n# dependencies = [\n# ///\n", "header: not TOML"),
        ("Pipfile.lock", "{", "not JSON"),
        ("Pipfile.lock", "{}", "has no section 'default'"),
        ("Pipfile.lock", '{"default": {"../x": {}}}', "'../x' is not the name"),
        ("Pipfile", '[packages]\n"<script>" = "*"\n', "'<script>' is not the name"),
        ("bom16.txt", "\ufeff", "not UTF-16 at byte"),
    ],
)
def test_damaged_lists_are_refused(tmp_path, file, text, says):
    path = tmp_path / file
    raw = b"\xff\xfen" if file == "bom16.txt" else text.encode()
    path.write_bytes(raw)
    with pytest.raises(DependencyError, match=re.escape(says)) as caught:
        read(path)
    assert file in str(caught.value)


def test_an_address_whose_bracket_never_closes_is_named_and_does_not_stop_the_list(tmp_path):
    """Found by the fuzzer on 2026-11-28: `urlsplit` raises for a host that opens like IPv6."""
    path = tmp_path / "requirements.txt"
    path.write_text("https://[::1/demo-1.0-py3-none-any.whl\nlxml==6.1.3\n")
    found = {each.name: (each.version, each.wheels) for each in read(path).dependencies}
    assert found == {"demo": ("1.0", ("demo-1.0-py3-none-any.whl",)), "lxml": ("6.1.3", None)}


def test_a_path_with_a_null_byte_is_no_path(tmp_path):
    """Found by the fuzzer on 2026-11-28: `Path.resolve` raises ValueError for it, not OSError."""
    path = tmp_path / "requirements.txt"
    path.write_bytes(b"./pro\0ject\nlxml==6.1.3\n")
    assert [each.name for each in read(path).dependencies] == ["unnamed", "lxml"]


def test_extras_and_groups_are_counted_named_and_chosen():
    assert left(read("pyproject-groups")) == [
        (Lack.EXTRA, "xml", 1),
        (Lack.GROUP, "dev", 2),
        (Lack.GROUP, "test", 1),
    ]
    assert said(read("pyproject-groups", extras={"xml"})) == [("lxml", "")]
    assert said(read("pyproject-groups", groups={"dev"})) == [("numba", ""), ("regex", "")]
    assert len(read("pyproject-groups", everything=True).dependencies) == 3
    with pytest.raises(
        DependencyError, match=r"--extra 'docs': nothing is called that; there are xml"
    ):
        read("pyproject-groups", extras={"docs"})
    with pytest.raises(DependencyError, match=r"--group 'dev'.*there is none"):
        read("misc/names.txt", groups={"dev"})


def test_a_list_without_pins_says_what_it_does_not_cover():
    assert left(read("misc/names.txt")) == [(Lack.UNLOCKED, "", 3)]
    assert left(read("crlf.txt")) == []
    assert left(read("uvlock-fork")) == []


def test_repeated_names_are_remarked():
    (remark,) = [one for one in read("misc/dup2.txt").remarks if one.lack is Lack.REPEATED]
    assert (remark.about, remark.count) == ("numpy", 2)
    assert "line 1" in remark.detail
    assert "line 2" in remark.detail


@pytest.mark.parametrize(
    ("stated", "range_"),
    [
        ("^1.2.3", "<2,>=1.2.3"),
        ("^0.2.3", "<0.3,>=0.2.3"),
        ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("^0", "<1,>=0"),
        ("~1.2.3", "<1.3,>=1.2.3"),
        ("~1", "<2,>=1"),
        ("~=1.4.5", "~=1.4.5"),
        ("1.2.*", "==1.2.*"),
        (">=1,<2", "<2,>=1"),
        ("*", ""),
        ("^1 || ^2", ""),
    ],
)
def test_ranges_of_poetry(tmp_path, stated, range_):
    path = tmp_path / "pyproject.toml"
    path.write_text(f'[tool.poetry.dependencies]\npython = "^3.11"\nlxml = "{stated}"\n')
    ((name, found),) = said(read(path))
    assert (name, found) == ("lxml", range_)


def test_a_version_for_each_python_is_the_one_of_the_target(tmp_path):
    """Poetry's way to ask for one release on old Pythons and for another on new ones."""
    path = tmp_path / "pyproject.toml"
    path.write_text(
        "[tool.poetry.dependencies]\nlxml = [\n"
        '{version = "<6", python = "<3.11"},\n{version = ">=6", python = ">=3.11"},\n]\n'
    )
    listing = read(path)
    assert said(listing) == [("lxml", "<6"), ("lxml", ">=6")]
    kept, skipped = installed(listing, TARGET)
    assert [str(one.accepts) for one in kept] == [">=6"]
    assert [str(one.accepts) for one in skipped] == ["<6"]


def test_a_group_in_two_tables_is_named_once(tmp_path):
    path = tmp_path / "pyproject.toml"
    path.write_text(
        '[project]\nname = "x"\n[dependency-groups]\ndev = ["a", "b"]\n'
        '[tool.uv]\ndev-dependencies = ["c"]\n'
        '[tool.pdm.dev-dependencies]\ntest = ["-e file:///sub#egg=sub", "d"]\n'
    )
    assert left(read(path)) == [(Lack.GROUP, "dev", 3), (Lack.GROUP, "test", 2)]
    assert [name for name, _ in said(read(path, groups={"dev"}))] == ["a", "b", "c"]
    (sub,) = [one for one in read(path, groups={"test"}).dependencies if one.origin]
    assert sub.name == "sub"


UV = """
version = 1
[[package]]
name = "app"
source = { editable = "." }
dependencies = [
  { name = "web", extra = ["fast"] },
  { name = "winonly", marker = "sys_platform == 'win32'" },
]
[package.optional-dependencies]
docs = [{ name = "sphinx" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[[package]]
name = "web"
version = "1"
dependencies = [{ name = "core" }]
[package.optional-dependencies]
fast = [{ name = "speedups" }]
slow = [{ name = "snail" }]
[[package]]
name = "core"
version = "1"
[[package]]
name = "speedups"
version = "1"
[[package]]
name = "snail"
version = "1"
[[package]]
name = "winonly"
version = "1"
dependencies = [{ name = "windeep" }]
[[package]]
name = "windeep"
version = "1"
[[package]]
name = "sphinx"
version = "1"
dependencies = [{ name = "core" }, { name = "jinja" }]
[[package]]
name = "jinja"
version = "1"
[[package]]
name = "pytest"
version = "1"
"""


def test_a_uv_lock_is_walked_from_its_project(tmp_path):
    path = tmp_path / "uv.lock"
    path.write_text(UV)
    listing = read(path)
    assert [name for name, _ in said(listing)] == ["core", "speedups", "web"]
    assert {each.name for each in listing.skipped} == {"winonly", "windeep", "snail"}
    assert left(listing) == [(Lack.EXTRA, "docs", 2), (Lack.GROUP, "dev", 1)]
    windows = files.read(path, Target(line="3.14t", platform="win_amd64"), Selection())
    assert {each.name for each in windows.dependencies} >= {"winonly", "windeep"}
    chosen = {name for name, _ in said(read(path, extras={"docs"}, groups={"dev"}))}
    assert {"sphinx", "jinja", "pytest"} <= chosen
    direct = read(path, direct=True)
    assert [name for name, _ in said(direct)] == ["web"]
    assert (Lack.INDIRECT, 2) in [(one.lack, one.count) for one in direct.remarks]


def test_a_poetry_lock_knows_pythons_groups_and_extras(tmp_path):
    path = tmp_path / "poetry.lock"
    path.write_text(
        "".join(
            f'[[package]]\nname = "{name}"\nversion = "1"\n{more}\n'
            for name, more in {
                "main": 'groups = ["main"]\npython-versions = ">=3.9"',
                "old": 'groups = ["main"]\npython-versions = ">=3.7,<3.8"',
                "tool": 'groups = ["dev"]',
                "xml": 'groups = ["main"]\noptional = true\n[package.dependencies]\nxmldeep = "*"',
                "xmldeep": 'groups = ["main"]\noptional = true',
                "category": 'category = "dev"',
            }.items()
        )
        + '[extras]\nxml = ["xml (>=1)"]\n[metadata]\nlock-version = "2.1"\n'
    )
    listing = read(path)
    assert [name for name, _ in said(listing)] == ["main", "old"]
    (old,) = [each for each in listing.dependencies if each.name == "old"]
    assert not TARGET.runs(old.requires_python)
    assert left(listing) == [(Lack.EXTRA, "xml", 2), (Lack.GROUP, "dev", 2)]
    assert len(read(path, extras={"xml"}).dependencies) == 4
    with pytest.raises(
        DependencyError, match="does not say which packages the project names itself"
    ):
        read(path, direct=True)


@pytest.mark.slow
def test_a_lock_of_twenty_megabytes_is_read(tmp_path):
    """As large as they come: many files per package, edges in a circle, the same markers over and over."""
    wheels = "".join(
        f'  {{ url = "https://files.example/{"a" * 60}/pkg-1-cp3{n}-cp3{n}-win_amd64.whl", size = 1 }},\n'
        for n in range(400)
    )
    packages = [
        f'[[package]]\nname = "pkg-{n}"\nversion = "1"\nwheels = [\n{wheels}]\n'
        f'dependencies = [{{ name = "pkg-{(n + 1) % 400}", marker = "os_name == \'posix\'" }}]\n'
        for n in range(400)
    ]
    root = '[[package]]\nname = "app"\nsource = { virtual = "." }\ndependencies = [{ name = "pkg-0" }]\n'
    path = tmp_path / "uv.lock"
    path.write_text(f"version = 1\n{root}{''.join(packages)}")
    assert path.stat().st_size > 20_000_000
    listing = read(path)
    assert len(listing.dependencies) == 400
    assert all(len(each.wheels) == 400 for each in listing.dependencies)


def test_includes_that_explode_are_cut_off(tmp_path):
    for number in range(7):
        (tmp_path / f"r{number}.txt").write_text(f"-r r{number + 1}.txt\n" * 12)
    (tmp_path / "r7.txt").write_text("numpy\n")
    with pytest.raises(DependencyError, match="more than 200 files included"):
        read(tmp_path / "r0.txt")


def test_a_folder_with_nothing_to_read(tmp_path):
    with pytest.raises(DependencyError, match="neither a list of dependencies nor an environment"):
        read(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["a"]\n')
    (tmp_path / "uv.lock").write_text("version = 1\n")
    (chosen,) = [one for one in read(tmp_path).remarks if one.lack is Lack.CHOSEN]
    assert chosen.about == str(tmp_path / "uv.lock")  # the most exact list
