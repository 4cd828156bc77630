"""What is known about an interpreter, and when two of them make a pair.

Pure records. `inspect_target.py` gathers the facts inside the interpreter, `provide.py` decides
where interpreters come from, `build.py` makes them; all three speak in these terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from ftguide.ground.vocabulary import Build, ExpectedError


class Route(StrEnum):
    """How an interpreter came to be used, in the order in which routes are tried."""

    GIVEN = "given"  #: a path on the command line
    INSTALLED = "installed"  #: found on PATH, in pyenv, managed by uv
    UV = "uv"  #: downloaded by uv for this purpose
    SOURCE = "source"  #: built here from the release tarball


class Setting(StrEnum):
    """How much time a build may take."""

    QUICK = "quick"  #: no PGO, no LTO: minutes; reports made with it are not for citing
    OPTIMIZED = "optimized"  #: PGO and LTO: a quarter of an hour for each build


class Sanitizer(StrEnum):
    """What the interpreter is instrumented for."""

    THREAD = "thread"  #: ThreadSanitizer: accesses to memory that nothing orders
    ADDRESS = "address"  #: AddressSanitizer: memory used after it was freed, or outside its bounds

    @property
    def words(self) -> str:
        """The name in prose."""
        return {Sanitizer.THREAD: "ThreadSanitizer", Sanitizer.ADDRESS: "AddressSanitizer"}[self]


class InterpreterError(ExpectedError):
    """An interpreter is missing, is not what was asked for, or could not be made.

    The message names the interpreter, what is wrong with it, and what to do.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an interpreter says about itself; published, so it holds no path, host or user name."""

    implementation: str  #: "cpython"
    version: str  #: "3.14.7", "3.15.0rc2"
    version_text: str  #: sys.version on one line
    build: Build
    gil_enabled_at_start: bool
    gil_enabled_after_imports: bool  #: of every extension module of its standard library
    debug: bool
    compiler: str  #: platform.python_compiler(): "GCC 12.2.0"
    configure_arguments: tuple[str, ...]  #: sorted; values that are paths are replaced by "<path>"
    cflags: str  #: optimisation-relevant flags, paths removed
    pgo: bool
    lto: bool
    libc: str  #: "glibc 2.36"
    allocator: str  #: "mimalloc", "pymalloc", "malloc"
    extension_modules: tuple[str, ...]  #: sorted standard-library extension modules that import
    flags: dict[str, str]  #: sys.flags and runtime settings that matter, as text
    platform: str  #: sysconfig.get_platform(): "linux-x86_64"
    binary_sha256: str  #: of the interpreter, or of its shared libpython where it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """An interpreter on this machine."""

    executable: str  #: absolute path of sys.executable, never a shim
    route: Route
    detail: str  #: one line: which way it was found
    facts: Facts


#: What --disable-gil brings with it; these never count as differences.
_EXPECTED_ARGUMENTS = frozenset({"--disable-gil", "--enable-gil"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A GIL-enabled and a free-threaded build of the same CPython."""

    gil: Interpreter
    ft: Interpreter

    @classmethod
    def of(cls, one: Interpreter, other: Interpreter) -> Self:
        """Make a pair of the two builds, in either order."""
        gil, ft = sorted((one, other), key=lambda each: each.facts.build is Build.FREE_THREADED)
        return cls(gil=gil, ft=ft)

    @property
    def builds(self) -> dict[Build, Interpreter]:
        """Both interpreters, by build."""
        return {Build.GIL: self.gil, Build.FREE_THREADED: self.ft}

    @property
    def version(self) -> str:
        """The version both builds share."""
        return self.gil.facts.version

    @property
    def citable(self) -> bool:
        """Both builds optimised with PGO, and alike but for the GIL."""
        return not self.differences and self.optimised

    @property
    def optimised(self) -> bool:
        """Whether both builds are made with PGO."""
        return self.gil.facts.pgo and self.ft.facts.pgo

    @property
    def differences(self) -> tuple[str, ...]:
        """Every difference other than --disable-gil, in words; empty for a like-for-like pair."""
        gil, ft = self.gil.facts, self.ft.facts
        found = []
        for name in ("version", "compiler", "cflags", "pgo", "lto", "debug", "libc", "platform"):
            left, right = getattr(gil, name), getattr(ft, name)
            if left != right:
                found.append(f"{name}: GIL-enabled {left!s}, free-threaded {right!s}")
        arguments = [set(each.configure_arguments) - _EXPECTED_ARGUMENTS for each in (gil, ft)]
        if arguments[0] != arguments[1]:
            common = arguments[0] & arguments[1]
            left, right = (" ".join(sorted(each - common)) or "none" for each in arguments)
            found.append(
                f"configure arguments: GIL-enabled only {left}, free-threaded only {right}"
            )
        if missing := set(gil.extension_modules) ^ set(ft.extension_modules):
            found.append(f"extension modules in one build only: {', '.join(sorted(missing))}")
        return tuple(found)
