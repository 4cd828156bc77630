"""Lists of dependencies: every format, what it says, and what happens when it is damaged."""

import re

import pytest
from packaging.utils import canonicalize_name

from ftguide.tracker.check import dependency, files
from ftguide.tracker.check.dependency import DependencyError, Selection
from tests.tracker.check.conftest import TARGET

HASH = "ab" * 32
WHEEL = "lxml-6.1.3-cp314-cp314t-manylinux_2_26_x86_64.manylinux_2_28_x86_64.whl"


def listed(path, **selection):
    return files.read(path, TARGET, Selection(**selection))


def read(path):
    return listed(path).dependencies


def save(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def test_requirements_with_everything(tmp_path):
    save(tmp_path, "pins.txt", "greenlet==3.5.6\nunused==1\n")
    (tmp_path / "more").mkdir()
    save(tmp_path, "more/extra.txt", "regex\n")
    path = save(
        tmp_path,
        "requirements.txt",
        f"""\ufeff# a comment
--index-url https://index.example/simple
-c pins.txt
-r more/extra.txt
LXML==6.1.3 \\
    --hash=sha256:{HASH} \\
    --hash=sha256:{HASH.upper()}   # twice
greenlet>=3  # pinned by the constraint
Pillow[xmp]>=11,<14 ; python_version >= "3.10"
local @ file:///somewhere/local
git+https://example.org/team/tool.git@main#egg=Tool
./wheels/{WHEEL}
-e .
numpy==2.*
""",
    )
    found = {one.name: one for one in read(path)}
    assert list(found) == [
        "regex",
        "lxml",
        "greenlet",
        "pillow",
        "local",
        "tool",
        canonicalize_name(tmp_path.name),  # a folder without a name of its own
        "numpy",
    ]
    assert found["greenlet"].version == "3.5.6"
    assert found["pillow"].version is None
    assert not found["pillow"].marker.evaluate({"python_version": "3.9"})
    assert found["local"].origin
    assert found["tool"].origin == "a repository"
    assert found["lxml"].wheels == (WHEEL,)  # the later line, a file
    assert found["numpy"].version is None
    assert found["regex"].where.endswith("extra.txt, line 1")


def test_hashes_and_line_numbers(tmp_path):
    path = save(tmp_path, "r.txt", f"\nlxml==6.1.3 \\\n  --hash=sha256:{HASH}\nregex\n")
    lxml, regex = read(path)
    assert lxml.hashes == {HASH}
    assert (lxml.where, regex.where) == (f"{path}, line 2", f"{path}, line 4")


PYLOCK = f"""
lock-version = "1.0"
created-by = "test"
[[packages]]
name = "lxml"
version = "6.1.3"
marker = "python_version >= '3.9'"
[[packages.wheels]]
name = "{WHEEL}"
url = "https://files.example/{WHEEL}"
hashes = {{ sha256 = "{HASH}" }}
[[packages]]
name = "mine"
directory = {{ path = "." }}
"""
UV = f"""
version = 1
revision = 3
[[package]]
name = "me"
source = {{ editable = "." }}
[[package]]
name = "lxml"
version = "6.1.3"
source = {{ registry = "https://index.example/simple" }}
sdist = {{ url = "https://files.example/lxml-6.1.3.tar.gz", hash = "sha256:{HASH}", size = 1 }}
wheels = [ {{ url = "https://files.example/a/{WHEEL}#frag", hash = "sha256:{HASH}", size = 1 }} ]
"""
POETRY = f"""
[[package]]
name = "lxml"
version = "6.1.3"
markers = {{ main = "python_version < '3.4'", dev = "python_version >= '3.9'" }}
files = [
  {{ file = "lxml-6.1.3.tar.gz", hash = "sha256:{HASH}" }},
  {{ file = "{WHEEL}", hash = "sha256:{HASH}" }},
]
[metadata]
lock-version = "2.1"
"""
PDM = f"""
[metadata]
lock_version = "4.5.0"
[[package]]
name = "lxml"
version = "6.1.3"
marker = "python_version >= '3.9'"
files = [ {{ file = "{WHEEL}", hash = "sha256:{HASH}" }} ]
[[package]]
name = "mine"
version = "1.0"
path = "./mine"
"""
PYPROJECT = '[project]\nname = "x"\ndependencies = ["lxml==6.1.3"]\n'


@pytest.mark.parametrize(
    ("name", "text", "complete", "origins", "since"),
    [
        ("pylock.toml", PYLOCK, False, {"lxml": False, "mine": True}, ""),  # evaluated already
        ("pylock.dev.toml", PYLOCK, False, {"lxml": False, "mine": True}, ""),
        ("uv.lock", UV, True, {"lxml": False}, ""),
        ("poetry.lock", POETRY, True, {"lxml": False}, "3.9"),
        ("pdm.lock", PDM, True, {"lxml": False, "mine": True}, "3.9"),
    ],
)
def test_locks(tmp_path, name, text, complete, origins, since):
    found = read(save(tmp_path, name, text))
    assert {one.name: bool(one.origin) for one in found} == origins
    lxml = found[0]
    assert (lxml.name, lxml.version, lxml.wheels) == ("lxml", "6.1.3", (WHEEL,))
    assert (lxml.hashes, lxml.complete) == ({HASH}, complete)
    assert (lxml.marker is not None) is bool(since)
    for version, installed in {"3.8": not since, "3.9": True, "3.14": True}.items():
        marker = lxml.marker
        assert (marker is None or marker.evaluate({"python_version": version})) is installed


def test_a_project_lists_no_files(tmp_path):
    (lxml,) = read(save(tmp_path, "pyproject.toml", PYPROJECT))
    assert (lxml.name, lxml.version, lxml.wheels) == ("lxml", "6.1.3", None)
    assert not lxml.complete


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("r.txt", "ok\nfoo=1\n", "r.txt, line 2: 'foo=1' is not a requirement"),
        ("r.txt", "a==1 --hash=sha256:zz\n", "line 1: 'sha256:zz' is not a hash"),
        ("r.txt", "a===moon\n", "line 1: 'moon' is not a version"),
        ("r.txt", "a==not-a-version\n", "line 1: 'not-a-version' is not a version"),
        ("r.txt", "-r r.txt\n", "r.txt: includes itself"),
        ("r.txt", "-r https://example.org/r.txt\n", "download it and name its path"),
        ("r.txt", "-r absent.txt\n", "absent.txt: No such file"),
        (
            "r.txt",
            "<script>alert(1)</script>\n",
            "'<script>alert(1)</script>' is not a requirement",
        ),
        ("r.txt", "\x1b[31mred\n", "'\\x1b[31mred' is not a requirement"),
        ("r.txt", "x-1.whl\n", "'x-1.whl' is not the file name of a wheel"),
        ("uv.lock", "package = 3\n", "uv.lock: has no list 'package'"),
        ("uv.lock", "[[package]\n", "uv.lock: not TOML"),
        ("uv.lock", "package = [3]\n", "package[0]: 3 is not a table"),
        ("uv.lock", '[[package]]\nname = "../x"\n', "package[0]: '../x' is not the name"),
        ("uv.lock", '[[package]]\nname = "x"\nversion = "v?"\n', "(x): 'v?' is not a version"),
        ("uv.lock", '[[package]]\nname = "x"\nwheels = [{url = 3}]\n', "(x): 3 is not a file"),
        ("pylock.toml", 'lock-version = "1.0"\n', "has no list 'packages'"),
        (
            "pylock.toml",
            'lock-version = "1.0"\ncreated-by = "t"\n[[packages]]\nname = "x"\nmarker = "moon"\n',
            "pylock.toml, packages[0].marker: 'moon' is not valid (Expected a marker",
        ),
        (
            "pylock.toml",
            'lock-version = "1.0"\npackages = []\n',
            "created-by: None is not valid (Missing required value); write the lock again",
        ),
        (
            "pylock.toml",
            'lock-version = "2.0"\ncreated-by = "t"\npackages = []\n',
            "lock-version: '2.0' is not valid (pylock version 2.0 is not supported)",
        ),
        ("uv.lock", '[[package]]\nname = "x"\nmarker = "moon"\n', "(x): 'moon' is not a marker"),
        ("pyproject.toml", "[project]\ndependencies = 3\n", "project.dependencies: not a list"),
        ("pyproject.toml", "[project]\ndependencies = [3]\n", "dependencies[0]: 3 is not a string"),
        ("other.toml", "[tool]\n", "supported are requirements files, pylock.toml"),
    ],
)
def test_damaged_files_name_file_place_value_and_fix(tmp_path, name, text, said):
    path = save(tmp_path, name, text)
    with pytest.raises(DependencyError, match=re.escape(said)) as caught:
        read(path)
    assert str(tmp_path) in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_files_that_are_no_files(tmp_path):
    with pytest.raises(DependencyError, match="a folder with neither a list"):
        read(tmp_path)
    (tmp_path / "b.txt").write_bytes(b"numpy\n\xff\xfe")
    with pytest.raises(DependencyError, match="not UTF-8 at byte 6"):
        read(tmp_path / "b.txt")


def test_huge_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(dependency, "MAX_BYTES", 10)
    with pytest.raises(DependencyError, match="no list of dependencies"):
        read(save(tmp_path, "r.txt", "numpy==2.5.5\n"))


def test_deep_includes_end(tmp_path):
    for number in range(12):
        save(tmp_path, f"r{number}.txt", f"-r r{number + 1}.txt\n")
    with pytest.raises(DependencyError, match="8 files deep"):
        read(tmp_path / "r0.txt")
