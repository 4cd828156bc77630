"""Build a pair of interpreters from a release tarball: the same way, but for --disable-gil."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftguide.ground.vocabulary import Build
from ftguide.interpreters import toolchain
from ftguide.interpreters.model import Setting
from ftguide.interpreters.shelf import Built, Shelf, write_wrapper
from ftguide.interpreters.tree import Tree, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ftguide.interpreters.discover import Say
    from ftguide.interpreters.sources import Tarball


#: Neither changes the interpreter: packages come from the host, and a library to embed it would weigh
#: 300 MB.
_ALWAYS = ("--with-ensurepip=no", "--without-static-libpython")
#: CPython's own test modules take time to compile, but PGO is trained on the tests that use them.
ARGUMENTS = {
    Setting.QUICK: (*_ALWAYS, "--disable-test-modules"),
    Setting.OPTIMIZED: (*_ALWAYS, "--enable-optimizations", "--with-lto"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to build, where, and with what."""

    tarball: Tarball
    setting: Setting
    shelf: Shelf
    compiler: toolchain.Compiler
    environ: Mapping[str, str]
    say: Say

    @property
    def folder(self) -> Path:
        """The pair's folder, named after version, setting and compiler."""
        version = self.tarball.release.version
        return self.shelf.root / f"{version}-{self.setting}-{self.compiler.name}"

    def tree(self, build: Build) -> Tree:
        """Return one of the two builds."""
        free_threaded = ("--disable-gil",) if build is Build.FREE_THREADED else ()
        return Tree(
            name=f"{build.words} {self.tarball.release.version}, {self.setting}",
            path=self.folder / build.value,
            release=self.tarball.release,
            build=build,
            arguments=(*ARGUMENTS[self.setting], *free_threaded),
            environ=self.environ,
            say=self.say,
        )


def build_pair(order: Order) -> dict[Build, Path]:
    """Build what is not built yet and return both interpreters; the caller holds the shelf's lock.

    Raises `InterpreterError` with the end of the log when a step fails. Whatever happens, a tree is
    either whole or absent, and a later call goes on where this one stopped.
    """
    trees = {build: order.tree(build) for build in Build}
    wanted = [tree for tree in trees.values() if not tree.finished(Built)]
    if wanted:
        with unpacked(order.tarball, order.shelf, order.say) as (source, work):
            line = order.tarball.release.line
            missing = toolchain.missing_libraries(order.compiler, line, order.environ)
            if text := toolchain.missing_line(missing, order.environ):
                order.say(text)
            for tree in wanted:
                _build(order, tree, source, work)
    for tree in trees.values():
        write_wrapper(order.folder / "bin" / tree.interpreter.name, tree.interpreter)
    return {build: tree.interpreter for build, tree in trees.items()}


def _build(order: Order, tree: Tree, source: Path, work: Path) -> None:
    """Make one build and put it on the shelf."""
    started = time.monotonic()
    staged = tree.make(source, work)
    built = Built(
        version=tree.release.version,
        build=tree.build,
        setting=order.setting,
        compiler=order.compiler.name,
        tarball_sha256=tree.release.sha256,
        arguments=tree.arguments,
        origin=order.tarball.origin,
    )
    order.shelf.put(staged, tree.path, built, work)
    order.say(f"{tree.name}: done in {time.monotonic() - started:.0f} s")
