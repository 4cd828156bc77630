"""The workshop: pinned tools, skipping by name, failing with a reason, building once."""

import shutil
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from ftguide.interpreters import tools
from ftguide.interpreters.model import Interpreter
from ftguide.native.examples import workshop as workshops
from ftguide.native.examples.catalogue import EXAMPLES, UnknownExampleError, Variant, select
from ftguide.native.examples.workshop import BuildError, SkippedError, Workshop

BY_NAME = {one.name: one for one in EXAMPLES}
LOCK = (ROOT / "examples" / "requirements.txt").read_text()


def here(tmp_path, monkeypatch=None, sources=ROOT / "examples") -> Workshop:
    import os

    root = tmp_path / "built"
    root.mkdir(exist_ok=True)
    return Workshop(sources=sources, root=root, environ=dict(os.environ))


def test_every_example_is_whole():
    lock = workshops.locked(LOCK)
    for one in EXAMPLES:
        folder = ROOT / "examples" / one.name
        assert (folder / "README.md").exists()
        assert (ROOT / "source" / "examples" / f"{one.name}.md").exists()
        for variant in Variant:
            text = (folder / variant / "pyproject.toml").read_text()
            backend = "mesonpy" if one.backend == "meson-python" else one.backend.replace("-", "_")
            assert f'build-backend = "{backend}' in text
        assert set(one.packages) | set(one.runtime) <= lock.keys()


def test_three_back_ends_are_used():
    used = {one.backend for one in EXAMPLES}
    assert {"setuptools", "meson-python", "scikit-build-core", "maturin"} <= used


def test_the_lock_is_split_into_packages():
    lock = workshops.locked(LOCK)
    assert "".join(lock.values()).count("==") == LOCK.count("==")
    assert workshops.pinned(lock["cython"]).startswith("3.")
    for block in lock.values():
        assert "--hash=sha256:" in block
    assert "://" not in LOCK


def test_the_crate_is_pinned():
    for variant in Variant:
        manifest = (ROOT / "examples" / "pyo3" / variant / "Cargo.toml").read_text()
        assert workshops.crate_version(manifest, "pyo3")[0].isdigit()
    assert workshops.crate_version('pyo3 = "1"', "pyo3") == "unknown"


def test_selecting():
    assert [one.name for one in select(["swig", "capi"])] == ["capi", "swig"]
    assert select([]) == EXAMPLES
    with pytest.raises(UnknownExampleError, match="no example is called 'cpai'; there are capi, "):
        select(["capi", "cpai"])


@pytest.fixture
def ft(pair) -> Interpreter:
    return pair.ft


@pytest.mark.interpreters
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("capi", "no cc here (`apt-get install gcc` on Debian)"),
        ("cython", "no c++ here (`apt-get install g++` on Debian)"),
        ("pyo3", "no cargo here (`apt-get install cargo` on Debian)"),
        ("capi-abi3t", "needs CPython 3.15; the pair is 3.14."),
    ],
)
def test_what_is_missing_skips_by_name(tmp_path, ft, name, said):
    empty = Workshop(
        sources=ROOT / "examples", root=tmp_path, environ={"PATH": str(tmp_path / "nothing")}
    )
    with pytest.raises(SkippedError) as caught:
        empty.build(BY_NAME[name], Variant.AFTER, ft)
    assert str(caught.value).startswith(said)


@pytest.mark.interpreters
def test_a_compiler_is_taken_from_the_environment(tmp_path):
    fake = tmp_path / "my-cc"
    fake.write_text("#!/bin/sh\necho my-cc 9.8.7\n")
    fake.chmod(0o755)
    shop = Workshop(
        sources=tmp_path, root=tmp_path, environ={"CC": str(fake), "PATH": "/usr/bin:/bin"}
    )
    assert shop.program("cc") == str(fake)
    assert shop.version("cc") == "my-cc 9.8.7"


def copied(tmp_path: Path) -> Path:
    """Copy what building the C API example takes."""
    sources = tmp_path / "examples"
    shutil.copytree(ROOT / "examples" / "capi", sources / "capi")
    shutil.copy(ROOT / "examples" / "requirements.txt", sources)
    return sources


@pytest.mark.interpreters
def test_builds_once_and_only_what_changed(tmp_path, ft, monkeypatch):
    sources = copied(tmp_path)
    shop = here(tmp_path, sources=sources)
    built = shop.build(BY_NAME["capi"], Variant.AFTER, ft)
    assert built.wheel.endswith("t-" + ft.facts.platform.replace("-", "_") + ".whl")

    commands = []
    real = tools.ask

    def counted(command, **options):
        commands.append(command[1] if len(command) > 1 else command[0])
        return real(command, **options)

    monkeypatch.setattr(tools, "ask", counted)
    assert shop.build(BY_NAME["capi"], Variant.AFTER, ft) == built
    assert set(commands) == {"--version"}
    assert not list(shop.root.glob(".work-*"))

    (shop.root / ".work-of-a-killed-build.kept").mkdir()
    source = sources / "capi" / "after" / "tally.c"
    source.write_text(source.read_text() + "#error this does not compile\n")
    with pytest.raises(BuildError, match="does not build on the free-threaded build") as caught:
        shop.build(BY_NAME["capi"], Variant.AFTER, ft)
    assert "this does not compile" in str(caught.value)
    assert not list(shop.root.glob(".work-*"))


@pytest.mark.interpreters
def test_tools_that_cannot_be_installed_skip(tmp_path, ft):
    sources = copied(tmp_path)
    lock = sources / "requirements.txt"
    lock.write_text(lock.read_text().replace("setuptools==", "setuptools==99999."))
    with pytest.raises(SkippedError, match="its tools cannot be installed"):
        here(tmp_path, sources=sources).build(BY_NAME["capi"], Variant.AFTER, ft)
