"""Build a free-threaded interpreter with a sanitizer compiled in, for finding bugs only.

It lies on the same shelf as the measured interpreters, in a folder of its own name and with a marker
file of its own, so that nothing which looks for interpreters to measure can take it for one:

    <cache>/interpreters/3.14.7-sanitize-thread-clang-19.1.7/thread/   with `sanitized.json`
"""

from __future__ import annotations

import shlex
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ftguide.files import to_json, write_atomic
from ftguide.interpreters import build as source_build
from ftguide.interpreters import sources, toolchain, tools
from ftguide.interpreters.discover import inspect
from ftguide.interpreters.model import InterpreterError, Sanitizer
from ftguide.interpreters.provide import DEFAULT_LINE, Means, check_line
from ftguide.interpreters.shelf import Shelf, program
from ftguide.vocabulary import Build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftguide.interpreters.discover import Say

MARKER = "sanitized.json"
#: An instrumented interpreter starts and imports several times slower than a plain one.
PATIENCE_SECONDS = 120.0
#: Versioned names, as Debian and Ubuntu install them; the newest found is taken.
_CLANG = ("clang", *(f"clang-{number}" for number in range(14, 31)))


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """What `sanitized.json` says about a tree."""

    version: str
    sanitizer: Sanitizer
    compiler: str
    tarball_sha256: str
    arguments: tuple[str, ...]
    seconds: float  #: what the build took here


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanitized:
    """An instrumented interpreter and the compiler that extensions for it need."""

    executable: Path
    include: Path
    compiler: tuple[str, ...]
    marker: Marker


def provide(
    sanitizer: Sanitizer,
    line: str | None = None,
    *,
    tarball: Path | None = None,
    say: Say,
    means: Means | None = None,
) -> Sanitized:
    """Return the instrumented free-threaded interpreter of a line, building it where there is none.

    Needs clang, make and a release tarball (fetched, or handed over). Raises `InterpreterError`.
    """
    means = means or Means()
    check_line(line)
    line = line or DEFAULT_LINE
    compiler = find_clang(means.environ)
    check_runtime(compiler, sanitizer, means.environ)
    handed = sources.recognise(tarball, line, means.releases) if tarball else None
    with means.shelf.locked(say):
        if not handed and (kept := _kept(sanitizer, line, compiler, means, say)):
            return kept
        used = handed or sources.fetch(
            line,
            means.shelf.downloads,
            say=say,
            network=means.network,
            python_org=means.network.reachable(sources.PYTHON_ORG)[0],
            releases=means.releases,
            targets=means.apt_targets,
        )
        return _build(sanitizer, used, compiler, means, say)


def find_clang(environ: Mapping[str, str]) -> toolchain.Compiler:
    """Find the newest clang on PATH, or what CC names; raises `InterpreterError`."""
    path = environ.get("PATH")
    names = [environ["CC"]] if environ.get("CC") else list(reversed(_CLANG))
    for name in names:
        if not shutil.which(shlex.split(name)[0], path=path):
            continue
        compiler = toolchain.find_compiler({**environ, "CC": name})
        if compiler.name.startswith("clang-"):
            return compiler
        raise InterpreterError(
            f"CC is {name!r}, which is {compiler.name}. CPython's sanitizer builds are made with "
            "clang here; unset CC, or name a clang."
        )
    raise InterpreterError(
        "A sanitizer build needs clang, and there is none on PATH: `apt-get install clang llvm`, "
        "`dnf install clang llvm compiler-rt` or `brew install llvm` brings it."
    )


def check_runtime(
    compiler: toolchain.Compiler, sanitizer: Sanitizer, environ: Mapping[str, str]
) -> None:
    """Compile and run an empty program; raises `InterpreterError` where the sanitizer cannot work."""
    with tempfile.TemporaryDirectory(prefix="ftguide-sanitizer-") as folder:
        source, out = Path(folder) / "empty.c", Path(folder) / "empty"
        source.write_text("int main(void) { return 0; }\n", encoding="ascii")
        command = [*compiler.command, f"-fsanitize={sanitizer}", str(source), "-o", str(out)]
        for step, words in (("link", command), ("run", [str(out)])):
            try:
                tools.ask(words, environ=environ, seconds=60)
            except tools.ToolError as error:
                remedy = (
                    f"install the runtime of {' '.join(compiler.command)} (Debian: "
                    "libclang-rt-…-dev)"
                    if step == "link"
                    else "with `unexpected memory mapping`, lower the address space's randomness: "
                    "`sysctl vm.mmap_rnd_bits=28` as root, or run under `setarch -R`"
                )
                raise InterpreterError(
                    f"An empty program with -fsanitize={sanitizer} does not {step} "
                    f"({error.words.splitlines()[0][:200]}): {remedy}."
                ) from None


def arguments(sanitizer: Sanitizer) -> tuple[str, ...]:
    """Return what configure is told, but for the prefix."""
    return (
        "--with-ensurepip=no",
        "--without-static-libpython",
        "--disable-test-modules",
        "--disable-gil",
        f"--with-{sanitizer}-sanitizer",
    )


def _tree(shelf: Shelf, version: str, sanitizer: Sanitizer, compiler: toolchain.Compiler) -> Path:
    return shelf.root / f"{version}-sanitize-{sanitizer}-{compiler.name}" / sanitizer.value


def _kept(
    sanitizer: Sanitizer,
    line: str,
    compiler: toolchain.Compiler,
    means: Means,
    say: Say,
) -> Sanitized | None:
    """Return the newest finished tree of a line that runs, or None."""
    for release in means.releases:
        tree = _tree(means.shelf, release.version, sanitizer, compiler)
        if release.line != line or not (marker := _marker(tree)):
            continue
        if (marker.tarball_sha256, marker.arguments) != (release.sha256, arguments(sanitizer)):
            continue
        try:
            _check(tree, release.version, sanitizer, means.environ)
        except InterpreterError as error:
            say(f"building again: {error}")
            continue
        say(f"{sanitizer.words} build of {release.version}: built here earlier")
        return _sanitized(tree, compiler, marker)
    return None


def _marker(tree: Path) -> Marker | None:
    try:
        return msgspec.json.decode((tree / MARKER).read_bytes(), type=Marker)
    except (OSError, msgspec.DecodeError):
        return None


def _build(
    sanitizer: Sanitizer,
    tarball: sources.Tarball,
    compiler: toolchain.Compiler,
    means: Means,
    say: Say,
) -> Sanitized:
    shelf, environ = means.shelf, means.environ
    source_build.refuse_impossible(shelf.root)
    version = tarball.release.version
    tree = _tree(shelf, version, sanitizer, compiler)
    begun = time.monotonic()
    try:
        with shelf.work_folder() as work:
            staged = source_build.make_tree(
                f"{sanitizer.words} build of {version}",
                source=source_build.unpack(tarball, work, say),
                work=work,
                tree=tree,
                arguments=arguments(sanitizer),
                # Leaks at the end of configure's little programs are not what we look for.
                environ={
                    **source_build.build_environment(environ),
                    "CC": shlex.join(compiler.command),
                    "ASAN_OPTIONS": "detect_leaks=0",
                },
                log=tree.parent / f"{sanitizer}.log",
                say=say,
                # An instrumented interpreter takes minutes to compile packages nobody imports here.
                install=("COMPILEALL_OPTS=-l -j0",),
            )
            _check(staged, version, sanitizer, environ)
            marker = Marker(
                version=version,
                sanitizer=sanitizer,
                compiler=compiler.name,
                tarball_sha256=tarball.release.sha256,
                arguments=arguments(sanitizer),
                seconds=round(time.monotonic() - begun, 1),
            )
            write_atomic(staged / MARKER, to_json(marker))
            if tree.exists():
                tree.rename(work / "replaced")
            staged.rename(tree)
    except OSError as error:
        raise InterpreterError(
            f"{shelf.root}: {error.strerror or error}. A sanitizer build needs about 1 GB there; "
            "set XDG_CACHE_HOME to use another folder."
        ) from error
    say(f"{sanitizer.words} build of {version}: done in {marker.seconds:.0f} s")
    return _sanitized(tree, compiler, marker)


def _check(tree: Path, version: str, sanitizer: Sanitizer, environ: Mapping[str, str]) -> None:
    """Run the interpreter; raises `InterpreterError` when it is not what it should be."""
    interpreter = tree / "bin" / program(version, Build.FREE_THREADED)
    options = {"TSAN_OPTIONS": "report_bugs=0", "ASAN_OPTIONS": "detect_leaks=0"}
    _, facts = inspect(
        str(interpreter), environ={**environ, **options}, patience_seconds=PATIENCE_SECONDS
    )
    if facts.build is not Build.FREE_THREADED or facts.version != version:
        raise InterpreterError(
            f"{interpreter} is a {facts.build.words} build of {facts.version}, "
            f"not a free-threaded build of {version}."
        )
    if f"--with-{sanitizer}-sanitizer" not in facts.configure_arguments:
        raise InterpreterError(f"{interpreter} was built without {sanitizer.words}.")


def _sanitized(tree: Path, compiler: toolchain.Compiler, marker: Marker) -> Sanitized:
    name = program(marker.version, Build.FREE_THREADED)
    return Sanitized(
        executable=tree / "bin" / name,
        include=tree / "include" / name,
        compiler=compiler.command,
        marker=marker,
    )


__all__ = ["Marker", "Sanitized", "find_clang", "provide"]
