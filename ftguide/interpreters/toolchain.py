"""What a source build needs from the machine: a C compiler, make, and headers."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ftguide.interpreters import tools
from ftguide.interpreters.model import InterpreterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Variables configure reads; another value makes another interpreter.
FLAG_VARIABLES = ("CFLAGS", "CPPFLAGS", "LDFLAGS", "LIBS", "PKG_CONFIG_PATH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiler:
    """A C compiler and the flags the environment asks for."""

    command: tuple[str, ...]
    name: str  #: "gcc-12.2.0", for the name of a folder


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """A library that part of the standard library is built on."""

    name: str
    header: str
    pkg_config: str
    brings: str  #: what is missing without it
    apt: str
    dnf: str
    brew: str
    since: tuple[int, int] = (3, 13)


LIBRARIES = msgspec.toml.decode(
    Path(__file__).with_name("libraries.toml").read_bytes(), type=dict[str, tuple[Library, ...]]
)["library"]

#: What installs packages, and what it calls a compiler and make.
_MANAGERS = {"apt": "apt-get install", "dnf": "dnf install", "brew": "brew install"}
_COMPILER = {"apt": ["gcc make"], "dnf": ["gcc make"], "brew": ["make"]}


def _install_line(packages: Mapping[str, Sequence[str]], path: str | None) -> str:
    """Return the command that installs packages, by the manager found, or all three."""
    lines = {
        command: f"`{command} {' '.join(packages[manager])}`"
        for manager, command in _MANAGERS.items()
    }
    here = (lines[command] for command in lines if shutil.which(command.split()[0], path=path))
    return next(here, " or ".join(lines.values()))


def find_compiler(environ: Mapping[str, str]) -> Compiler:
    """Find CC (or gcc, cc, clang) and make.

    Raises `InterpreterError` with the line that installs them.
    """
    path = environ.get("PATH")
    named = shlex.split(environ.get("CC", ""))
    tried = [named] if named else [["gcc"], ["cc"], ["clang"]]  # in configure's order
    for command in tried:
        if not shutil.which(command[0], path=path) or not shutil.which("make", path=path):
            continue
        try:
            banner = tools.ask([*command, "--version"], environ=environ)
        except tools.ToolError:
            continue
        return Compiler(command=tuple(command), name=_name(banner, environ))
    wanted = " ".join(named) or "a C compiler"
    raise InterpreterError(
        f"Building CPython needs {wanted} and make, and they are not both on PATH: "
        f"{_install_line(_COMPILER, path)} brings them."
    )


def _name(banner: str, environ: Mapping[str, str]) -> str:
    """Name a compiler after its family and version, and after flags that change what it makes."""
    family = "clang" if "clang" in banner.lower() else "gcc"
    first = banner.splitlines()[0] if banner else ""
    numbers = re.findall(r"\d+\.\d+(?:\.\d+)?", re.sub(r"\([^)]*\)", "", first))
    name = f"{family}-{numbers[-1] if numbers else 'unknown'}"
    flags = "\0".join(f"{key}={environ.get(key, '')}" for key in FLAG_VARIABLES if environ.get(key))
    if flags:
        name += f"-{hashlib.sha256(flags.encode()).hexdigest()[:8]}"
    return name


def missing_libraries(
    compiler: Compiler, line: str, environ: Mapping[str, str]
) -> tuple[Library, ...]:
    """Return the libraries whose headers neither the compiler nor pkg-config finds."""
    wanted = (each for each in LIBRARIES if tuple(map(int, line.split("."))) >= each.since)
    return tuple(library for library in wanted if not _has(library, compiler, environ))


def _has(library: Library, compiler: Compiler, environ: Mapping[str, str]) -> bool:
    flags = [*shlex.split(environ.get("CPPFLAGS", "")), *shlex.split(environ.get("CFLAGS", ""))]
    source = f"#include <stdio.h>\n#include <{library.header}>\n"
    checks = (
        ([*compiler.command, *flags, "-E", "-x", "c", "-"], source),
        (["pkg-config", "--exists", library.pkg_config], ""),
    )
    for command, text in checks:
        with contextlib.suppress(tools.ToolError):
            tools.ask(command, environ=environ, request=text)
            return True
    return False


def missing_line(missing: Sequence[Library], environ: Mapping[str, str]) -> str:
    """Say in one line what the builds will lack and what brings it; empty when they lack nothing."""
    if not missing:
        return ""
    packages = {manager: [getattr(lib, manager) for lib in missing] for manager in _MANAGERS}
    return (
        f"no headers of {', '.join(lib.name for lib in missing)}: both builds will lack "
        f"{', '.join(lib.brings for lib in missing)}; "
        f"{_install_line(packages, environ.get('PATH'))} brings them"
    )
