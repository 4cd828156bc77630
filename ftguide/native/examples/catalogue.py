"""Which examples there are and what each needs; the projects themselves are in `examples/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ftguide.vocabulary import ExpectedError


class Variant(StrEnum):
    """The two states in which an example is kept."""

    BEFORE = "before"  #: written for the GIL
    AFTER = "after"  #: ported


class UnknownExampleError(ExpectedError):
    """An example was asked for that does not exist; the message lists those that do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One binding tool's version of the toy extension, in `examples/<name>/{before,after}`."""

    name: str
    tool: str  #: several examples may show one tool
    title: str
    backend: str  #: the build back end of its pyproject.toml
    packages: tuple[str, ...]  #: to build with, their dependencies included; pinned in the lock
    programs: tuple[str, ...] = ("cc",)  #: keys of `workshop.PROGRAMS`
    runtime: tuple[str, ...] = ()  #: packages the built module imports, dependencies included
    crate: str | None = None  #: the Rust crate whose version counts
    since: tuple[int, int] = (3, 13)  #: first line it builds on
    declared_by_tool: str = (
        ""  #: why even `before` keeps the GIL off, for tools that declare support
    )
    races_with_gil: str = ""  #: why `before` may fail on the GIL-enabled build too


_SETUPTOOLS = ("setuptools",)
_MESON = ("meson-python", "meson", "ninja", "packaging", "pyproject-metadata")
_SKBUILD = ("scikit-build-core", "packaging", "pathspec", "cmake", "ninja")

EXAMPLES = (
    Example(
        name="capi",
        tool="C API",
        title="C API, multi-phase",
        backend="setuptools",
        packages=_SETUPTOOLS,
    ),
    Example(
        name="capi-single",
        tool="C API",
        title="C API, single-phase",
        backend="meson-python",
        packages=_MESON,
    ),
    Example(
        name="capi-abi3t",
        tool="C API",
        title="C API, stable ABI (abi3t)",
        backend="setuptools",
        packages=_SETUPTOOLS,
        since=(3, 15),
    ),
    Example(
        name="cython",
        tool="Cython",
        title="Cython",
        backend="setuptools",
        packages=(*_SETUPTOOLS, "cython"),
        programs=("c++",),
        races_with_gil="making the type is Python code, during which threads may take turns",
    ),
    Example(
        name="pybind11",
        tool="pybind11",
        title="pybind11",
        backend="scikit-build-core",
        packages=(*_SKBUILD, "pybind11"),
        programs=("c++",),
        races_with_gil="making the type is Python code, during which threads may take turns",
    ),
    Example(
        name="nanobind",
        tool="nanobind",
        title="nanobind",
        backend="scikit-build-core",
        packages=(*_SKBUILD, "nanobind"),
        programs=("c++",),
        races_with_gil="making the type is Python code, during which threads may take turns",
    ),
    Example(
        name="cffi",
        tool="CFFI",
        title="CFFI",
        backend="setuptools",
        packages=(*_SETUPTOOLS, "cffi", "pycparser"),
        runtime=("cffi", "pycparser"),
        since=(3, 14),
        declared_by_tool="CFFI declares support for every module it makes",
        races_with_gil="CFFI detaches around every call, so C code ran in parallel all along",
    ),
    Example(
        name="f2py",
        tool="f2py",
        title="Fortran through f2py",
        backend="meson-python",
        packages=(*_MESON, "numpy"),
        programs=("cc", "fortran"),
        runtime=("numpy",),
        races_with_gil="making the type is Python code, during which threads may take turns",
    ),
    Example(
        name="swig",
        tool="SWIG",
        title="SWIG",
        backend="setuptools",
        packages=(*_SETUPTOOLS, "swig"),
        programs=("c++",),
        races_with_gil="making the type is Python code, during which threads may take turns",
    ),
    Example(
        name="pyo3",
        tool="PyO3",
        title="PyO3",
        backend="maturin",
        packages=("maturin",),
        programs=("cargo", "cc"),
        crate="pyo3",
        declared_by_tool="PyO3 declares support by default since 0.28",
        races_with_gil="a callback may give way to a thread that finds the object borrowed",
    ),
)


def select(names: list[str]) -> tuple[Example, ...]:
    """Return the examples of these names in the catalogue's order, all for an empty list."""
    known = {one.name: one for one in EXAMPLES}
    unknown = sorted(set(names) - known.keys())
    if unknown:
        raise UnknownExampleError(
            f"no example is called {unknown[0]!r}; there are {', '.join(known)}."
        )
    return tuple(one for one in EXAMPLES if not names or one.name in names)
