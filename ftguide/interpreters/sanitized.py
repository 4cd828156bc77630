"""Build a free-threaded interpreter with a sanitizer compiled in, for finding bugs only.

It lies on the same shelf as the measured interpreters, in a folder of its own name and with a marker
file of its own, so that nothing which looks for interpreters to measure can take it for one:

    <cache>/interpreters/3.14.7-sanitize-thread-clang-19.1.7/thread/   with `sanitized.json`
"""

from __future__ import annotations

import shlex
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ftguide.ground.process.keeper import kept_folder
from ftguide.ground.vocabulary import Build
from ftguide.interpreters import sources, toolchain, tools
from ftguide.interpreters.build import ARGUMENTS
from ftguide.interpreters.model import InterpreterError, Sanitizer, Setting
from ftguide.interpreters.provide import DEFAULT_LINE, Means, check_line
from ftguide.interpreters.shelf import Marker
from ftguide.interpreters.tree import Tree, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftguide.interpreters.discover import Say

#: An instrumented interpreter starts and imports several times slower than a plain one.
PATIENCE_SECONDS = 120.0
#: Versioned names, as Debian and Ubuntu install them; the newest found is taken.
_CLANG = ("clang", *(f"clang-{number}" for number in range(14, 31)))


class Instrumented(Marker, frozen=True, kw_only=True):
    """What is said about an interpreter with a sanitizer."""

    FILE: ClassVar[str] = "sanitized.json"

    sanitizer: Sanitizer
    seconds: float  #: what the build took here


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanitized:
    """An instrumented interpreter and the compiler that extensions for it need."""

    executable: Path
    include: Path
    compiler: tuple[str, ...]
    marker: Instrumented


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
    order = _Order(sanitizer, compiler, means, say)
    with means.shelf.locked(say):
        if not handed and (kept := order.kept(line)):
            return kept
        return order.build(handed or means.fetch(line, say))


def find_clang(environ: Mapping[str, str]) -> toolchain.Compiler:
    """Find the newest clang on PATH, or what CC names; raises `InterpreterError`."""
    names = [environ["CC"]] if environ.get("CC") else list(reversed(_CLANG))
    path = environ.get("PATH")
    name = next((name for name in names if shutil.which(shlex.split(name)[0], path=path)), None)
    if name is None:
        raise InterpreterError(
            "A sanitizer build needs clang, and there is none on PATH: `apt-get install clang llvm`, "
            "`dnf install clang llvm compiler-rt` or `brew install llvm` brings it."
        )
    compiler = toolchain.find_compiler({**environ, "CC": name})
    if not compiler.name.startswith("clang-"):
        raise InterpreterError(
            f"CC is {name!r}, which is {compiler.name}. CPython's sanitizer builds are made with "
            "clang here; unset CC, or name a clang."
        )
    return compiler


def check_runtime(
    compiler: toolchain.Compiler, sanitizer: Sanitizer, environ: Mapping[str, str]
) -> None:
    """Compile and run an empty program; raises `InterpreterError` where the sanitizer cannot work."""
    with kept_folder("ftguide-sanitizer-") as folder:
        source, out = folder / "empty.c", folder / "empty"
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


@dataclass(frozen=True, slots=True)
class _Order:
    """What to build, and with what."""

    sanitizer: Sanitizer
    compiler: toolchain.Compiler
    means: Means
    say: Say

    def tree(self, release: sources.Release) -> Tree:
        """Return the instrumented build of a release."""
        key = f"{release.version}-sanitize-{self.sanitizer}-{self.compiler.name}"
        return Tree(
            name=f"{self.sanitizer.words} build of {release.version}",
            path=self.means.shelf.root / key / self.sanitizer.value,
            release=release,
            build=Build.FREE_THREADED,
            arguments=(
                *(*ARGUMENTS[Setting.QUICK], "--disable-gil"),
                f"--with-{self.sanitizer}-sanitizer",
            ),
            # What configure's little programs and the interpreter itself do is not what we look for.
            environ={
                **self.means.environ,
                "CC": shlex.join(self.compiler.command),
                "TSAN_OPTIONS": "report_bugs=0",
                "ASAN_OPTIONS": "detect_leaks=0",
            },
            say=self.say,
            # An instrumented interpreter takes minutes to compile packages nobody imports here.
            install=("COMPILEALL_OPTS=-l -j0",),
            patience_seconds=PATIENCE_SECONDS,
        )

    def kept(self, line: str) -> Sanitized | None:
        """Return the newest finished tree of a line that runs, or None."""
        for release in self.means.releases:
            tree = self.tree(release)
            if release.line == line and (marker := tree.finished(Instrumented)):
                self.say(f"{tree.name}: built here earlier")
                return self.sanitized(tree, marker)
        return None

    def build(self, tarball: sources.Tarball) -> Sanitized:
        """Build from a tarball and put the tree in its place; the caller holds the shelf."""
        tree, shelf = self.tree(tarball.release), self.means.shelf
        begun = time.monotonic()
        with unpacked(tarball, shelf, self.say) as (source, work):
            staged = tree.make(source, work)
            marker = Instrumented(
                version=tree.release.version,
                sanitizer=self.sanitizer,
                compiler=self.compiler.name,
                tarball_sha256=tree.release.sha256,
                arguments=tree.arguments,
                seconds=round(time.monotonic() - begun, 1),
            )
            shelf.put(staged, tree.path, marker, work)
        self.say(f"{tree.name}: done in {marker.seconds:.0f} s")
        return self.sanitized(tree, marker)

    def sanitized(self, tree: Tree, marker: Instrumented) -> Sanitized:
        """Return what a finished tree offers."""
        return Sanitized(
            executable=tree.interpreter,
            include=tree.path / "include" / tree.interpreter.name,
            compiler=self.compiler.command,
            marker=marker,
        )
