"""A pixi.lock of every version that is read: what the target's environment installs, and nothing else."""

import json
import re
import time

import pytest

from ftguide.cli.main import main
from ftguide.tracker.check import files
from ftguide.tracker.check.dependency import CONDA, DependencyError, Lack, Selection
from ftguide.tracker.check.pixi import platform_of
from ftguide.tracker.check.target import Target
from ftguide.tracker.observe.artifacts import ALL_PLATFORMS
from tests import tracked
from tests.chance import seen
from tests.tracker.check.conftest import TARGET

WHEEL = "https://files.example/8c/40/lxml-6.1.3-cp314-cp314-manylinux_2_28_x86_64.whl"
SDIST = "https://files.example/aa/odd-1.0.tar.gz"
CONDA_FILE = "https://conda.example/linux-64"

#: Versions 6 and 7 name a package by its address.
SIX = f"""version: 6
environments:
  default:
    channels:
    - url: https://conda.example/
    indexes:
    - https://index.example/simple
    options:
      pypi-prerelease-mode: if-necessary-or-explicit
    packages:
      linux-64:
      - conda: {CONDA_FILE}/numpy-2.4.0-py314h1_0.conda
      - conda: {CONDA_FILE}/libzlib-1.3.1-hb9d3cd8_2.conda
      - conda: {CONDA_FILE}/python-3.14.2-h32b2ec7_100_cp314.conda
      - pypi: {WHEEL}
      - pypi: {SDIST}
      - pypi: ./
      osx-arm64:
      - pypi: https://files.example/greenlet-3.5.6-cp314-cp314-macosx_11_0_arm64.whl
  test:
    packages:
      linux-64:
      - pypi: https://files.example/pytest-9.1.0-py3-none-any.whl
packages:
- conda: {CONDA_FILE}/numpy-2.4.0-py314h1_0.conda
  sha256: {"a" * 64}
  depends:
  - libzlib >=1.3.1,<2.0a0
  - python >=3.14,<3.15.0a0
  - python_abi 3.14.* *_cp314
  constrains:
  - numpy-base <0a0
  purls:
  - pkg:pypi/numpy?source=hash-mapping
  size: 8000000
- conda: {CONDA_FILE}/libzlib-1.3.1-hb9d3cd8_2.conda
  depends:
  - libgcc >=13
  constrains:
  - python >=3
  purls: []
- conda: {CONDA_FILE}/python-3.14.2-h32b2ec7_100_cp314.conda
  depends:
  - libzlib
  - python_abi 3.14.* *_cp314
- pypi: {WHEEL}
  name: lxml
  version: 6.1.3
  sha256: {"b" * 64}
  requires_dist:
  - cssselect>=0.7 ; extra == 'cssselect'
  requires_python: '>=3.8'
- pypi: {SDIST}
  name: Odd
  version: '1.0'
- pypi: ./
  name: mine
  version: 0.1.0
  sha256: {"c" * 64}
  editable: true
- pypi: https://files.example/pytest-9.1.0-py3-none-any.whl
  name: pytest
  version: 9.1.0
- pypi: https://files.example/greenlet-3.5.6-cp314-cp314-macosx_11_0_arm64.whl
  name: greenlet
  version: 3.5.6
"""

#: Versions 4 and 5 say what each package is.
FIVE = f"""version: 5
environments:
  default:
    channels:
    - url: https://conda.example/
    packages:
      linux-64:
      - conda: {CONDA_FILE}/numpy-2.4.0-py314h1_0.conda
      - pypi: {WHEEL}
      - pypi: ./links/regex-2026.11.15-py3-none-any.whl
packages:
- kind: conda
  name: numpy
  version: 2.4.0
  build: py314h1_0
  url: {CONDA_FILE}/numpy-2.4.0-py314h1_0.conda
  depends:
  - python >=3.14
- kind: pypi
  name: lxml
  version: 6.1.3
  url: {WHEEL}
  requires_python: '>=3.8'
- kind: pypi
  name: regex
  version: 2026.11.15
  path: ./links/regex-2026.11.15-py3-none-any.whl
"""

#: Version 7 may call platforms as it likes, and lists sources; indented, as YAML allows it.
SEVEN = f"""---
version: 7
platforms:
  - name: linux-64
  - name: old-linux
    subdir: linux-64
    virtual-packages:
      - __glibc=2.17
environments:
  default:
    channels:
      - url: https://conda.example/
    packages:
      old-linux:
        - source: "child-package[87dc0b8a] @ child-package"
        - pypi: {WHEEL}
packages:
  - source: "child-package[87dc0b8a] @ child-package"
    version: 0.1.0
    depends:
      - python
    sources:
      path:
        path: "foobar"
  - pypi: {WHEEL}
    name: lxml
    version: 6.1.3
    index: https://index.example/simple
"""


def read(folder, text, target=TARGET, **selection):
    path = folder / "pixi.lock"
    path.write_text(text)
    return files.read(path, target, Selection(**selection))


def said(listing):
    return {one.name: (one.version, one.origin, one.wheels) for one in listing.dependencies}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_lock_of_version_6_lists_what_its_default_environment_installs(tmp_path, end):
    listing = read(tmp_path, SIX.replace("\n", end))
    assert said(listing) == {
        "numpy": ("2.4.0", CONDA, None),
        "lxml": ("6.1.3", "", (WHEEL.rpartition("/")[2],)),
        "odd": ("1.0", "", None),
        "mine": ("0.1.0", "a repository, a path or an address", None),
    }
    (lxml,) = [one for one in listing.dependencies if one.name == "lxml"]
    assert lxml.requires_python == ">=3.8"
    line = 1 + SIX.split("\n").index(f"- pypi: {WHEEL}")
    assert f", line {line} (lxml)" in lxml.where
    # The file is the one for the interpreter that the environment has, so its hash excludes no evidence.
    assert lxml.hashes == frozenset()
    assert [(one.lack, one.about, one.count) for one in listing.remarks] == [
        (Lack.GROUP, "test", 1)
    ]


def test_other_environments_are_asked_for_by_name(tmp_path):
    assert "pytest" in said(read(tmp_path, SIX, groups=frozenset({"test"})))
    assert "pytest" in said(read(tmp_path, SIX, everything=True))
    with pytest.raises(DependencyError, match="nothing is called that; there are test"):
        read(tmp_path, SIX, groups=frozenset({"docs"}))
    with pytest.raises(DependencyError, match="does not say which packages the project names"):
        read(tmp_path, SIX, direct=True)


def test_the_platform_is_the_target_s(tmp_path):
    mac = Target(line="3.14t", platform="macosx_arm64")
    assert said(read(tmp_path, SIX, mac)).keys() == {"greenlet"}
    windows = Target(line="3.14t", platform="win_amd64")
    with pytest.raises(DependencyError, match="no packages for win-64, only for linux-64, osx-arm"):
        read(tmp_path, SIX, windows)


def test_every_platform_has_a_name_of_conda_s():
    names = {one: platform_of(Target(line="3.14t", platform=one)) for one in ALL_PLATFORMS}
    assert names == {
        "manylinux_x86_64": "linux-64",
        "manylinux_aarch64": "linux-aarch64",
        "musllinux_x86_64": "linux-64",
        "musllinux_aarch64": "linux-aarch64",
        "macosx_arm64": "osx-arm64",
        "macosx_x86_64": "osx-64",
        "win_amd64": "win-64",
        "win_arm64": "win-arm64",
        "win32": "win-32",
    }


@pytest.mark.parametrize("number", [4, 5])
def test_older_versions_say_what_a_package_is(tmp_path, number):
    listing = read(tmp_path, FIVE.replace("version: 5", f"version: {number}", 1))
    assert said(listing) == {
        "numpy": ("2.4.0", CONDA, None),
        "lxml": ("6.1.3", "", (WHEEL.rpartition("/")[2],)),
        "regex": (
            "2026.11.15",
            "a repository, a path or an address",
            ("regex-2026.11.15-py3-none-any.whl",),
        ),
    }


def test_version_7_has_sources_and_names_for_platforms(tmp_path):
    assert said(read(tmp_path, SEVEN)) == {
        "child-package": ("0.1.0", "a repository, a path or an address", None),
        "lxml": ("6.1.3", "", (WHEEL.rpartition("/")[2],)),
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "version: 6",
            "version: 3",
            "'3' is not a version of pixi.lock that is read here (4 to 7)",
        ),
        ("version: 6", "version: 12", "'12' is not a version"),
        ("version: 6\n", "", "'' is not a version"),
        ("environments:", "surroundings:", "has no environments"),
        ("  name: lxml\n", "", "'' is not the name of a package"),
        ("  version: 6.1.3", "  version: six", "'six' is not a version"),
        (f"- pypi: {WHEEL}\n  name", "- pypi: other.whl\n  name", "not described among the"),
        ("  default:", "  {default}:", "line 3: '{default}:' is not written as pixi writes a lock"),
        ("  default:", "\tdefault:", "is not written as pixi"),
        (f"{CONDA_FILE}/numpy-2.4.0-py314h1_0.conda", "'[x]'", "is not a package of conda"),
    ],
)
def test_what_is_no_lock_of_pixi_is_refused_with_its_place(tmp_path, old, new, says):
    assert old in SIX
    with pytest.raises(DependencyError, match=re.escape(says)) as caught:
        read(tmp_path, SIX.replace(old, new))
    assert str(tmp_path / "pixi.lock") in str(caught.value)


def test_a_lock_is_answered_from_its_files_and_strict_counts_the_rest(tmp_path, capsys):
    path = tmp_path / "pixi.lock"
    path.write_text(SIX)
    known = ("--evidence", str(tmp_path / "none"), "--today", tracked.TODAY, "--offline")
    words = ["check", str(path), *known, "--platform", tracked.LINUX, "--format", "json"]
    assert main(words) == 0
    answers = {one["name"]: one for one in json.loads(capsys.readouterr().out)["dependencies"]}
    assert answers.keys() == {"numpy", "lxml", "odd", "mine"}
    assert {one["answer"] for one in answers.values()} == {"unknown"}
    assert "conda package" in answers["numpy"]["reasons"][0]
    assert main([*words, "--strict"]) == 1


def test_a_folder_with_a_lock_of_pixi_is_read_by_it(tmp_path):
    (tmp_path / "pixi.lock").write_text(FIVE)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["regex"]\n')
    listing = files.read(tmp_path, TARGET, Selection())
    assert len(listing.dependencies) == 3


def test_a_lock_of_20_mb_is_read_in_one_pass(tmp_path):
    """Twice the lines take about twice as long: the limit is far above that, and far below its square.

    Who else uses the CPU can slow the longer lock down further; it does not do so each time.
    """
    lines = "".join(
        f"- conda: {CONDA_FILE}/lib{n}-1.0-h_0.conda\n  depends:\n  - libgcc\n" for n in range(5000)
    )

    def seconds(times):
        begun = time.thread_time()
        assert len(read(tmp_path, SIX + lines * times).dependencies) == 4
        return time.thread_time() - begun

    seen(lambda: seconds(8) / seconds(1), lambda ratio: ratio < 8 * 5)
