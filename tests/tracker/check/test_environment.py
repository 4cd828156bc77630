"""Installed environments: their metadata are read, their code is not run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ftguide.tracker.check import environment
from ftguide.tracker.check.dependency import DependencyError
from ftguide.tracker.observe import artifacts


def install(root, name, version="1.0", *, tag="py3-none-any", files=(), classifier="", url=False):
    packages = root / "lib" / "python3.14" / "site-packages"
    info = packages / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    stated = f"Classifier: {classifier}\n" if classifier else ""
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{stated}"
    )
    (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {tag}\n")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    if url:
        (info / "direct_url.json").write_text("{}")


@pytest.fixture
def root(tmp_path):
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


def test_what_metadata_say(root):
    claim = "Programming Language :: Python :: Free Threading :: 2 - Beta"
    install(root, "Pure.Thing", files=["pure/__init__.py"])
    install(root, "with-gil", tag="cp314-cp314-linux_x86_64", files=["w/_c.so"])
    install(root, "without", tag="cp314-cp314t-linux_x86_64", files=["w/_c.so"], classifier=claim)
    install(root, "hidden", files=["hidden/_c.so.1"])
    install(root, "mine", url=True)
    install(root, "pip")
    found = {one.name: one for one in environment.read(root)}
    assert sorted(found) == ["hidden", "mine", "pure-thing", "with-gil", "without"]
    assert found["pure-thing"].wheels == ("Pure_Thing-1.0-py3-none-any.whl",)
    assert found["with-gil"].wheels is None  # says nothing about a free-threaded build
    assert found["without"].wheels == ("without-1.0-cp314-cp314t-linux_x86_64.whl",)
    assert found["without"].claim == claim
    assert found["hidden"].wheels is None  # its tag says pure Python, its files do not
    assert found["mine"].origin
    assert environment.read(root / "bin" / "python") == environment.read(root)


def test_real_environment_runs_nothing(tmp_path):
    root = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root], check=True)
    (packages,) = artifacts.site_packages_of(root)
    trace = tmp_path / "ran"
    run = f"import sys; open({str(trace)!r}, 'w').close()\n"
    (packages / "evil.pth").write_text(run)
    (packages / "sitecustomize.py").write_text(run)
    assert environment.read(root / "bin" / "python") == []
    assert not trace.exists()


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        ("<script>", "1.0", "names itself '<script>'"),
        ("../../x", "1.0", "names itself '../../x'"),
        ("fine", "moon", "has version 'moon'"),
    ],
)
def test_damaged_metadata_are_named(root, name, version, said):
    info = root / "lib" / "python3.14" / "site-packages" / "x-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
    with pytest.raises(DependencyError, match=re.escape(said)) as caught:
        environment.read(root)
    assert str(info) in str(caught.value)


def test_what_is_no_environment(tmp_path):
    with pytest.raises(DependencyError, match="does not exist"):
        environment.read(tmp_path / "absent")
    with pytest.raises(DependencyError, match="no virtual environment"):
        environment.read(tmp_path)
    text = tmp_path / "bin" / "python"
    text.parent.mkdir()
    text.write_text("#!/bin/sh\necho nonsense\n")
    text.chmod(0o755)
    with pytest.raises(DependencyError, match="and no Python"):
        environment.read(text)


def test_an_interpreter_outside_of_an_environment_is_asked_where_its_packages_lie(root, tmp_path):
    """It prints the folder; nothing in that folder is imported to find out."""
    install(root, "pure-thing")
    (packages,) = artifacts.site_packages_of(root)
    (packages / "sitecustomize.py").write_text("raise SystemExit('ran')\n")
    python = tmp_path / "elsewhere" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\n[ "$2" = -S ] || exit 3\necho \'["{packages}", "/nowhere"]\'\n')
    python.chmod(0o755)
    assert [one.name for one in environment.read(python)] == ["pure-thing"]
    base = Path(sys._base_executable)
    assert environment.folders_of(base)[1]  # a real one answers, too
