"""Build a pair of interpreters from a release tarball: the same way, but for --disable-gil."""

from __future__ import annotations

import os
import tarfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftguide.interpreters import toolchain
from ftguide.interpreters.discover import Say, inspect
from ftguide.interpreters.model import InterpreterError, Setting
from ftguide.interpreters.shelf import Built, Shelf, program, write_wrapper
from ftguide.process import run_step, without
from ftguide.vocabulary import Build

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ftguide.interpreters.sources import Tarball
    from ftguide.process.steps import Heartbeat


#: CPython's own test modules take time to compile, but PGO is trained on the tests that use them.
_ARGUMENTS = {
    Setting.QUICK: ("--disable-test-modules",),
    Setting.OPTIMIZED: ("--enable-optimizations", "--with-lto"),
}
#: Neither changes the interpreter: packages come from the host, and a library to embed it would
#: weigh 300 MB.
_ALWAYS = ("--with-ensurepip=no", "--without-static-libpython")

#: Variables that would make configure, make or the new interpreter do something else.
_UNWANTED = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "DESTDIR", "CONFIG_SITE")
_TAIL_LINES = 15


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
    def key(self) -> str:
        """The name of the pair's folder: version, setting and compiler."""
        return f"{self.tarball.release.version}-{self.setting}-{self.compiler.name}"

    def tree(self, build: Build) -> Path:
        """Return the prefix of a build."""
        return self.shelf.tree(self.key, build)

    def interpreter(self, build: Build) -> Path:
        """Return the interpreter of a build."""
        return self.tree(build) / "bin" / program(self.tarball.release.version, build)

    def arguments(self, build: Build) -> tuple[str, ...]:
        """Return what configure is told, but for the prefix."""
        free_threaded = ("--disable-gil",) if build is Build.FREE_THREADED else ()
        return (*_ALWAYS, *_ARGUMENTS[self.setting], *free_threaded)

    def wrapper(self, build: Build) -> Path:
        """Return the name of a build that is handed out for use on PATH."""
        return self.shelf.root / self.key / "bin" / self.interpreter(build).name


def build_pair(order: Order) -> dict[Build, Path]:
    """Build what is not built yet and return both interpreters; the caller holds the shelf's lock.

    Raises `InterpreterError` with the end of the log when a step fails. Whatever happens, a tree is
    either whole or absent, and a later call goes on where this one stopped.
    """
    refuse_impossible(order.shelf.root)
    wanted = [build for build in Build if not _works(order, build)]
    if wanted:
        line = order.tarball.release.line
        missing = toolchain.missing_libraries(order.compiler, line, order.environ)
        if text := toolchain.missing_line(missing, order.environ):
            order.say(text)
        try:
            with order.shelf.work_folder() as work:
                source = unpack(order.tarball, work, order.say)
                for build in wanted:
                    _build(order, build, source, work)
        except OSError as error:
            raise InterpreterError(
                f"{order.shelf.root}: {error.strerror or error}. A build needs about 1 GB there; "
                "set XDG_CACHE_HOME to use another folder."
            ) from error
    for build in Build:
        write_wrapper(order.wrapper(build), order.interpreter(build))
    return {build: order.interpreter(build) for build in Build}


def refuse_impossible(root: Path) -> None:
    """Raise `InterpreterError` where no build can work, whatever is installed."""
    if os.name == "nt":
        raise InterpreterError(
            "Building from source needs a POSIX system. Install both builds from python.org "
            "(`py install 3.14 3.14t`) and call again."
        )
    if any(character.isspace() or character in "'\"$:" for character in str(root)):
        raise InterpreterError(
            f"CPython cannot be built in a folder with spaces or quotes in its path ({root}). "
            "Set XDG_CACHE_HOME to another folder."
        )


def _works(order: Order, build: Build) -> bool:
    """Say whether a build is finished, made this way, and runs; others are made again."""
    built = order.shelf.built(order.tree(build))
    if not built or built.arguments != order.arguments(build):
        return False
    try:
        inspect(str(order.interpreter(build)), environ=order.environ)
    except InterpreterError as error:
        order.say(f"building again: {error}")
        return False
    return True


def unpack(tarball: Tarball, work: Path, say: Say) -> Path:
    """Unpack the tarball and return its one folder."""
    say(f"unpacking {tarball.release.file_name}")
    target = work / "source"
    try:
        with tarfile.open(tarball.path) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extractall(target, filter="data")
            else:  # Python 3.11.0 to 3.11.3; the tarball's SHA-256 was checked
                archive.extractall(target)  # noqa: S202
    except (tarfile.TarError, EOFError) as error:
        raise InterpreterError(f"{tarball.path} cannot be unpacked: {error}.") from error
    folders = list(target.iterdir())
    if len(folders) != 1:
        raise InterpreterError(f"{tarball.path} holds {len(folders)} folders instead of one.")
    return folders[0]


def _build(order: Order, build: Build, source: Path, work: Path) -> None:
    """Configure, compile and install one build, check that it runs, and put it on the shelf."""
    release, tree = order.tarball.release, order.tree(build)
    arguments = order.arguments(build)
    name = f"{build.words} {release.version}, {order.setting}"
    log = tree.parent / f"{build}.log"
    started = time.monotonic()
    staged = make_tree(
        name,
        source=source,
        work=work,
        tree=tree,
        arguments=arguments,
        environ=build_environment(order.environ),
        log=log,
        say=order.say,
    )
    _check(staged / "bin" / program(release.version, build), build, order, log)
    built = Built(
        version=release.version,
        build=build,
        setting=order.setting,
        compiler=order.compiler.name,
        tarball_sha256=release.sha256,
        arguments=arguments,
        origin=order.tarball.origin,
    )
    order.shelf.put(staged, tree, built, work)
    order.say(f"{name}: done in {time.monotonic() - started:.0f} s")


def make_tree(
    name: str,
    *,
    source: Path,
    work: Path,
    tree: Path,
    arguments: tuple[str, ...],
    environ: Mapping[str, str],
    log: Path,
    say: Say,
    install: tuple[str, ...] = (),
) -> Path:
    """Configure for the prefix `tree`, compile, install below `work`; return the staged tree.

    `install` are further words for the last make. Raises `InterpreterError` with the end of the log
    when a step fails.
    """
    objects, stage = work / f"objects-{tree.name}", work / f"stage-{tree.name}"
    objects.mkdir()
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    jobs = f"-j{usable_cpus()}"
    steps = (
        ("configuring", (str(source / "configure"), f"--prefix={tree}", *arguments)),
        ("compiling", ("make", jobs)),
        # The prefix is the final one, the place is not. CPython's test suite stays behind.
        (
            "installing",
            ("make", jobs, "altinstall", "TEST_MODULES=no", f"DESTDIR={stage}", *install),
        ),
    )
    say(f"{name}: building on {usable_cpus()} CPUs, log in {log}")
    for step, command in steps:
        begun = time.monotonic()

        heartbeat = _heartbeat(name, step, say)
        try:
            status = run_step(
                command, folder=objects, environ=environ, log=log, heartbeat=heartbeat
            )
        except OSError as error:
            raise InterpreterError(f"{command[0]} does not run: {error.strerror}.") from error
        if status != 0:
            raise InterpreterError(
                f"`{command[0]}` failed with exit status {status}. The end of {log}:\n{_tail(log)}"
            )
        say(f"{name}: {step} took {time.monotonic() - begun:.0f} s")
    return stage / tree.relative_to("/")


def _heartbeat(name: str, step: str, say: Say) -> Heartbeat:
    """Return what tells of a step that lasts, with the number of files compiled so far."""
    compiled = 0

    def heartbeat(seconds: float, printed: bytes) -> None:
        nonlocal compiled
        compiled += printed.count(b" -c ")
        files = f", {compiled} files" if compiled else ""
        say(f"{name}: {step}, {seconds:.0f} s{files}")

    return heartbeat


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_TAIL_LINES:])


def _check(interpreter: Path, build: Build, order: Order, log: Path) -> None:
    """Run a staged interpreter before anyone else can."""
    _, facts = inspect(str(interpreter), environ=order.environ)
    version = order.tarball.release.version
    if facts.build is not build or facts.version != version:
        raise InterpreterError(
            f"The {build.words} build of {version} came out as a {facts.build.words} build of "
            f"{facts.version}; see {log}."
        )


def usable_cpus() -> int:
    """Return how many CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def build_environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the steps: the caller's, less what would change the result."""
    return {**without(given, "PYTHON", *_UNWANTED), "LC_ALL": "C"}
