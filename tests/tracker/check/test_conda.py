"""An environment of conda: its pip part is looked up, its own packages are named, hostile files refused."""

import json
import re

import pytest

from ftguide.cli.main import main
from ftguide.tracker.check import conda, files
from ftguide.tracker.check.dependency import CONDA, DependencyError, Lack, Selection
from tests import tracked
from tests.tracker.check.conftest import DATA, TARGET

FILE = """# as `conda env export` writes it, and as people do
name: demo
channels: &channels
  - conda-forge
dependencies:
  - python=3.14=h5b13b51_102_cp314t
  - _openmp_mutex=4.5=2_gnu
  - conda-forge::NumPy >=2.1,<3   # a range
  - openssl==3.6.0
  - "scipy[version='>=1.17',build=py314*]"
  - pip
  - pip:
      - -r more.txt
      - lxml==6.1.3
      - numpy ; python_version > "3"
      - >-
        regex
        >=2026
  - libblas=3.9.0=*openblas
  - conda-forge/linux-64::lz4=4
channels_again: *channels
"""


def save(folder, text, name="environment.yml"):
    path = folder / name
    path.write_text(text)
    return path


def read(path):
    return files.read(path, TARGET, Selection())


def test_both_parts_are_read_at_their_places(tmp_path):
    (tmp_path / "more.txt").write_text("\ngreenlet==3.5.6\n")
    path = save(tmp_path, FILE)
    listing = read(path)
    said = {
        one.name: (one.version, one.origin, one.where.removeprefix(str(path)))
        for one in listing.dependencies
    }
    included = f"{tmp_path / 'more.txt'}, line 2"
    assert said == {
        "_openmp_mutex": ("4.5", CONDA, ", line 7"),
        "openssl": ("3.6.0", CONDA, ", line 9"),
        "scipy": (None, CONDA, ", line 10"),
        "libblas": ("3.9.0", CONDA, ", line 19"),
        "lz4": (None, CONDA, ", line 20"),
        "greenlet": ("3.5.6", "", included),
        "lxml": ("6.1.3", "", ", line 14"),
        "numpy": (None, "", ", line 15"),
        "regex": (None, "", ", line 16"),
    }
    both = [(one.about, one.detail) for one in listing.remarks if one.lack is Lack.CONDA_TOO]
    assert both == [("numpy", f"{path}, line 8")]  # and its row is that of the pip part alone
    (regex,) = [one for one in listing.dependencies if one.name == "regex"]
    assert str(regex.accepts) == ">=2026"


def test_conda_s_own_packages_are_unknown_and_strict_counts_them(tmp_path, capsys):
    known = ("--evidence", str(tmp_path / "none"), "--today", tracked.TODAY, "--offline")
    path = save(tmp_path, "dependencies: [python, lxml=6.1]\n")
    for more, expected in (((), 0), (("--strict",), 1)):
        code = main(["check", str(path), *known, "--platform", tracked.LINUX, "--json", *more])
        data = json.loads(capsys.readouterr().out)
        assert (code, data["exit_code"]) == (expected, expected)
        (lxml,) = data["dependencies"]
        assert (lxml["answer"], lxml["reasons"]) == (
            "unknown",
            ["a conda package: not looked up on the index"],
        )
    assert data["left_out"] == []


def test_evidence_about_a_file_of_the_same_name_is_none_about_a_conda_package(capsys):
    """The tracker has probed lxml of the index; conda's is another build."""
    path = str(DATA / "conda" / "environment.yml")
    main(["check", path, "--offline", "--platform", tracked.LINUX, "--json"])
    answers = {
        one["name"]: (one["answer"], bool(one["proof"]))
        for one in json.loads(capsys.readouterr().out)["dependencies"]
    }
    assert answers == {
        "numpy": ("unknown", False),
        "lxml": ("unknown", False),
        "regex": ("gil-stays-off", True),
    }


def test_the_index_is_asked_about_the_pip_part_alone(tmp_path, loopback, capsys):
    loopback.offer("thing", "thing-1.0-py3-none-any.whl")
    path = save(tmp_path, "dependencies:\n- other\n- pip: [thing]\n")
    known = ("--evidence", str(tmp_path / "none"), "--today", tracked.TODAY)
    assert main(["check", str(path), *known, "--platform", tracked.LINUX, "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert (counts["pure-python"], counts["unknown"]) == (1, 1)
    assert [name for name, _ in loopback.asked] == ["thing"]


@pytest.mark.parametrize(
    "text", ["dependencies:\n", "dependencies: []\n", "dependencies: [python]\n"]
)
def test_an_environment_without_packages(tmp_path, text):
    assert read(save(tmp_path, text)).dependencies == ()


LAUGHS = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LAUGHS + "dependencies: *a9\n", "its aliases (such as *name) repeat each other until"),
        ("dependencies: &a [*a]\n", "its aliases (such as *name) repeat each other until"),
        ("dependencies: " + "[" * 3_000, "nested too deeply"),
        (
            "dependencies:\n" + "- a\n" * 40_000,
            "more than 128 KiB; that is no environment of conda",
        ),
        ("services:\n  web: {}\n", "has no list 'dependencies', so it is no environment of conda"),
        ("- a\n", "has no list 'dependencies'"),
        ("", "has no list 'dependencies'"),
        ("dependencies: {a: b}\n", "dependencies (line 1): not a list"),
        ("dependencies: numpy\n", "dependencies (line 1): not a list"),
        ("dependencies:\n- a\n- [b]\n", "line 3: neither a package nor a list behind 'pip:'"),
        ("dependencies:\n- npm: [b]\n", "line 2: neither a package nor a list behind 'pip:'"),
        ("dependencies:\n- pip: b\n", "pip (line 2): not a list"),
        ("dependencies:\n- pip: [[b]]\n", "line 2: not a requirement"),
        ("dependencies:\n- pip:\n  - a\n  - b c\n", "line 4: 'b c' is not a requirement"),
        ("dependencies:\n- pip:\n  - -r https://x/y.txt\n", "download it and name its path"),
        ("dependencies:\n- ../x\n", "line 2: '../x' is not a package"),
        ("dependencies:\n- a\n- 'x y'\n- \"\\e[31m\"\n", "line 4: '\\x1b[31m' is not a package"),
        (
            "dependencies:\n- \x1b[31m\n",
            "line 2: not YAML (special characters are not allowed: '\\x1b')",
        ),
        ("dependencies:\n- a\n -b: c\n", "not YAML ("),
        ("dependencies: *nobody\n", "line 1: not YAML (found undefined alias 'nobody')"),
        ("a: 1\n---\nb: 2\n", "line 2: not YAML (but found another document)"),
    ],
)
def test_damaged_and_hostile_files_are_refused_by_name(tmp_path, text, says):
    path = save(tmp_path, text)
    with pytest.raises(DependencyError, match=re.escape(says)) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_tags_make_nothing(tmp_path):
    """A tag of PyYAML that would call a function stays a name that is not looked at."""
    made = tmp_path / "made"
    path = save(
        tmp_path,
        f"dependencies:\n- !!python/object/apply:os.mkdir [{made}]\n- !!int numpy\n",
    )
    with pytest.raises(DependencyError, match="line 2: neither a package nor a list"):
        read(path)
    assert not made.exists()


def test_the_limit_is_of_the_file_and_counts_characters(tmp_path, monkeypatch):
    monkeypatch.setattr(conda, "MAX_BYTES", 20)
    assert len(read(save(tmp_path, "dependencies: [abc]\n")).dependencies) == 1
    with pytest.raises(DependencyError, match="that is no environment of conda"):
        read(save(tmp_path, "dependencies: [abcd]\n"))


def test_a_lock_of_conda_says_what_to_do(tmp_path):
    with pytest.raises(DependencyError, match=re.escape("this format is not read; list")) as caught:
        read(save(tmp_path, "version: 6\n", "conda-lock.yml"))
    assert "`--python PATH`" in str(caught.value)


def test_a_project_s_folder_with_nothing_better(tmp_path):
    path = save(tmp_path, "dependencies: [numpy]\n", "environment.yaml")
    (chosen,) = [one for one in read(tmp_path).remarks if one.lack is Lack.CHOSEN]
    assert chosen.about == str(path)
