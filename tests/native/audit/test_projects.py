"""Declarations that stand in build files, and sources that are parts of others."""

from pathlib import Path

import pytest

from ftguide.native.audit.scan import audit


def rules(folder: Path) -> list[str]:
    return [one.rule.id for one in audit(folder).findings]


@pytest.mark.parametrize(
    ("source", "text", "build", "without", "declared"),
    [
        (
            "a.cpp",
            "NB_MODULE(a, m) {}\n",
            "CMakeLists.txt",
            "nanobind_add_module(a)",
            "FREE_THREADED",
        ),
        ("a.pyx", "x = 1\n", "setup.py", "cythonize()", "freethreading_compatible"),
        ("a.i", "%module a\n", "setup.py", "swig_opts=['-c++']", "'-nogil'"),
        ("a.f90", "subroutine f\n", "meson.build", "f2py", "--freethreading-compatible"),
    ],
)
def test_a_build_file_declares(tmp_path, source, text, build, without, declared):
    (tmp_path / source).write_text(text)
    (tmp_path / build).write_text(without)
    assert [rule.partition("-")[0] for rule in rules(tmp_path)] == ["undeclared"]
    (tmp_path / build).write_text(f"{without} {declared}")
    assert rules(tmp_path) == []
    (tmp_path / build).write_text(f"{without}\n# {declared}: not yet")
    assert len(rules(tmp_path)) == 1


@pytest.mark.parametrize(("version", "expected"), [("0.27", ["pyo3-gil-used"]), ("0.28.2", [])])
def test_pyo3_changed_its_default(tmp_path, version, expected):
    (tmp_path / "lib.rs").write_text("#[pymodule]\nfn a() {}\n")
    (tmp_path / "Cargo.toml").write_text(f'[dependencies]\npyo3 = {{ version = "{version}" }}\n')
    assert rules(tmp_path) == expected
    (tmp_path / "lib.rs").write_text("#[pymodule(gil_used = false)]\nfn a() {}\n")
    assert rules(tmp_path) == []


def test_an_included_cython_file_declares_nothing_itself(tmp_path):
    (tmp_path / "_part.pyx").write_text("x = 1\n")
    (tmp_path / "whole.pyx").write_text(
        '# cython: freethreading_compatible=True\ninclude "_part.pyx"\n'
    )
    assert rules(tmp_path) == []
