"""Build an example's wheels: tools at pinned versions, environments of their own, a cache.

    _build/examples/
        lock                                   held by the session that works here
        wheels/<example>-<variant>-<build>-<key>/
            *.whl  env/  log                   made whole under another name, then renamed
            env-<build>/                       the environment of another build that got the wheel, too
        tools/<example>-<build>-<key>/         the environment it was built in
        cargo-<build>/                         crates compiled once for both variants

The key hashes everything that went in, so a second call finds everything and a changed source file
builds only what it concerns.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.process import without
from ftguide.ground.process.claim import claimed_folder
from ftguide.interpreters import tools
from ftguide.interpreters.model import Interpreter
from ftguide.native.examples.catalogue import Example, Project, Variant

#: Program -> (environment variable that names it, what to look for on PATH, Debian's package).
PROGRAMS: dict[str, tuple[str | None, tuple[str, ...], str]] = {
    "cc": ("CC", ("cc", "gcc", "clang"), "gcc"),
    "c++": ("CXX", ("c++", "g++", "clang++"), "g++"),
    "fortran": ("FC", ("gfortran", "flang"), "gfortran"),
    "cargo": (None, ("cargo",), "cargo"),
}
_LAYOUT = 1  #: raised when what is in a folder changes its meaning
_INSTALL_SECONDS = 300
_BUILD_SECONDS = 900
_TAIL = 12


class SkippedError(Exception):
    """An example cannot be built here, through no fault of its own; the message says why."""


class BuildError(Exception):
    """An example does not build; the message is the reason and, below it, the end of the log."""

    def __init__(self, reason: str, log: str, first: str = "") -> None:
        """Keep the reason, which names the build, and the first error that a compiler reported."""
        super().__init__(f"{reason}:\n{log}")
        self.reason = reason
        self.first = first


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A wheel, and an environment in which it is installed."""

    wheel: str  #: file name
    python: Path
    folder: Path  #: where the wheel is


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where examples are built, and from what."""

    sources: Path  #: the folder examples/
    root: Path  #: the folder _build/examples/
    environ: Mapping[str, str]

    def program(self, name: str) -> str | None:
        """Return the command of a compiler, None where there is none."""
        variable, candidates, _package = PROGRAMS[name]
        path = self.environ.get("PATH")
        asked = self.environ.get(variable, "") if variable else ""
        if asked and shutil.which(shlex.split(asked)[0], path=path):
            return asked
        return next(filter(None, (shutil.which(name, path=path) for name in candidates)), None)

    def version(self, name: str) -> str:
        """Return "gcc 12.2.0" or the like for a program that is there."""
        command = shlex.split(self.program(name) or name)
        first = ""
        with contextlib.suppress(tools.ToolError):
            first = tools.ask([*command, "--version"], environ=self.environ).partition("\n")[0]
        number = re.search(r"\d+\.\d+(\.\d+)?", re.sub(r"\(.*?\)", "", first))
        word = "clang" if "clang" in first else Path(command[0]).name
        word = {"cc": "gcc", "c++": "g++"}.get(word, word)
        return f"{word} {number[0] if number else 'of unknown version'}"

    def check(self, example: Project, interpreter: Interpreter) -> None:
        """Raise `SkippedError` for what is missing before anything is built."""
        line = tuple(int(part) for part in interpreter.facts.version.split(".")[:2])
        if line < example.since:
            raise SkippedError(
                f"needs CPython {example.since[0]}.{example.since[1]}; "
                f"the pair is {interpreter.facts.version}"
            )
        for name in example.programs:
            if self.program(name) is None:
                _variable, candidates, package = PROGRAMS[name]
                raise SkippedError(
                    f"no {candidates[0]} here (`apt-get install {package}` on Debian)"
                )

    def build(self, example: Example, variant: Variant, interpreter: Interpreter) -> Built:
        """Build and install one wheel, or find it built. Raises `SkippedError` or `BuildError`."""
        folder = self.sources / example.name / variant
        return self.make(example, folder, f"{example.name}-{variant}", interpreter)

    def make(
        self,
        example: Project,
        folder: Path,
        stem: str,
        interpreter: Interpreter,
        settings: Sequence[str] = (),
    ) -> Built:
        """Build and install the wheel of a folder, kept as `stem`, or find it built.

        `settings` are for the back end. Raises `SkippedError` or `BuildError`.
        """
        self.check(example, interpreter)
        build = interpreter.facts.build
        lock = self._lock()
        key = self._key(example, interpreter, lock, folder, settings)
        home = self.root / "wheels" / f"{stem}-{build}-{key}"
        if not home.exists():
            with_tools = self._tools(example, interpreter, lock)
            home.parent.mkdir(parents=True, exist_ok=True)
            with claimed_folder(".work-", self.root) as claimed:
                work = claimed / "home"
                source = work / "source"
                ignored = shutil.ignore_patterns("__pycache__", "build", "target", "*.egg-info")
                # New times of change: cargo compares them, and would take one variant for the other.
                shutil.copytree(folder, source, ignore=ignored, copy_function=shutil.copy)
                self._wheel(example, interpreter, work, with_tools, settings)
                shutil.rmtree(source)
                work.rename(home)
        wheel = next(home.glob("*.whl"))
        # An environment holds absolute paths, so it is made where it stays.
        python = self._environment(home / "env", interpreter, example.runtime, lock, wheel)
        return Built(wheel=wheel.name, python=python, folder=home)

    def install(self, example: Project, built: Built, interpreter: Interpreter) -> Path:
        """Install a wheel for an interpreter that did not build it; return that environment's Python.

        Raises `SkippedError` with the installer's words when it does not take the wheel.
        """
        home = built.folder / f"env-{interpreter.facts.build}"
        wheel = built.folder / built.wheel
        return self._environment(home, interpreter, example.runtime, self._lock(), wheel)

    def versions(self, example: Project, folder: Path) -> dict[str, str]:
        """Return the pinned versions of what the project of a folder needs to be built and to run."""
        lock = self._lock()
        tools = {name: pinned(lock[name]) for name in (*example.packages, *example.runtime)}
        if example.crate:
            manifest = (folder / "Cargo.toml").read_text()
            tools[example.crate] = crate_version(manifest, example.crate)
        return tools

    def _lock(self) -> dict[str, str]:
        return locked((self.sources / "requirements.txt").read_text())

    def child_environ(self, *folders: Path, **more: str) -> dict[str, str]:
        """Return the environment of a child: no PYTHON* of the caller, `folders` first on PATH."""
        kept = without(self.environ, "PYTHON", "VIRTUAL_ENV")
        path = os.pathsep.join([*map(str, folders), kept.get("PATH", "")])
        return {**kept, "PATH": path, "UV_HTTP_RETRIES": "1", **more}

    def _key(
        self,
        example: Project,
        interpreter: Interpreter,
        lock: Mapping[str, str],
        folder: Path,
        settings: Sequence[str],
    ) -> str:
        digest = hashlib.sha256(f"{_LAYOUT} {interpreter.facts.binary_sha256}\n".encode())
        digest.update(repr(tuple(settings)).encode())
        digest.update(interpreter.executable.encode())
        for name in (*example.packages, *example.runtime):
            digest.update(lock[name].encode())
        for name in example.programs:
            digest.update(f"{self.program(name)} {self.version(name)}\n".encode())
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes() + b"\n")
        return digest.hexdigest()[:12]

    def _tools(self, example: Project, interpreter: Interpreter, lock: Mapping[str, str]) -> Path:
        pins = "".join(lock[name] for name in example.packages)
        key = hashlib.sha256(f"{interpreter.executable} {pins}".encode()).hexdigest()[:12]
        home = self.root / "tools" / f"{example.name}-{interpreter.facts.build}-{key}"
        return self._environment(home, interpreter, example.packages, lock)

    def _environment(
        self,
        home: Path,
        interpreter: Interpreter,
        packages: Sequence[str],
        lock: Mapping[str, str],
        wheel: Path | None = None,
    ) -> Path:
        """Make an environment with pinned packages and a wheel; its marker says that it is whole."""
        python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        marker = home / "complete"
        if marker.exists():
            return python
        shutil.rmtree(home, ignore_errors=True)
        self._uv("venv", "--quiet", "--python", interpreter.executable, str(home))
        common = ("pip", "install", "--quiet", "--no-deps", "--python", str(python))
        if packages:
            with tempfile.NamedTemporaryFile("w", suffix=".txt", dir=self.root) as pins:
                pins.write("".join(lock[name] for name in packages))
                pins.flush()
                self._uv(*common, "--require-hashes", "-r", pins.name)
        if wheel is not None:
            self._uv(*common, str(wheel))
        marker.touch()
        return python

    def _uv(self, *arguments: str) -> None:
        try:
            tools.ask_uv(*arguments, environ=self.child_environ(), seconds=_INSTALL_SECONDS)
        except tools.ToolError as error:
            raise SkippedError(f"its tools cannot be installed: {error.reason}") from None

    def _wheel(
        self,
        example: Project,
        interpreter: Interpreter,
        home: Path,
        python: Path,
        settings: Sequence[str],
    ) -> None:
        """Build `home / "source"` into `home` with the tools of an environment, whose Python is given."""
        source = home / "source"
        compilers = {
            variable: command
            for name in example.programs
            if (variable := PROGRAMS[name][0]) and (command := self.program(name))
        }
        if "CXX" in compilers and "CC" not in compilers and (cc := self.program("cc")):
            compilers["CC"] = cc
        environ = self.child_environ(
            python.parent,
            CARGO_TARGET_DIR=str(self.root / f"cargo-{interpreter.facts.build}"),
            **compilers,
        )
        if "cargo" in example.programs:
            fetch = ("cargo", "fetch", "--manifest-path", str(source / "Cargo.toml"))
            try:
                tools.ask(fetch, environ=environ, seconds=_INSTALL_SECONDS)
            except tools.ToolError as error:
                raise SkippedError(f"cargo cannot fetch its crates: {error.reason}") from None
        options = [word for setting in settings for word in ("--config-setting", setting)]
        words = (*options, "--python", str(python), "--out-dir", str(home), str(source))
        try:
            tools.ask_uv(
                *("build", "--wheel", "--no-build-isolation", *words),
                environ=environ,
                seconds=_BUILD_SECONDS,
                virtual_env=python.parent.parent,
            )
        except tools.ToolError as error:
            reason = f"does not build on the {interpreter.facts.build.words} build"
            raise BuildError(reason, error.tail(_TAIL), first_error(error.words)) from None


def first_error(words: str) -> str:
    """Return the first error of a C or C++ compiler, "hits.c:3: …", or nothing without one."""
    found = re.search(r"^(\S+?):(\d+)(?::\d+)?: (?:fatal )?error: (.*)$", words, re.MULTILINE)
    if not found:
        return ""
    said = re.sub("[\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}]", "'", found[3])
    return f"{Path(found[1]).name}:{found[2]}: {said}"


def locked(text: str) -> dict[str, str]:
    """Split a hash-locked requirements file into its packages: name -> the lines that pin it."""
    blocks = re.findall(r"^[a-z0-9-]+==.*(?:\n[ \t]+\S.*)*\n", text, re.MULTILINE)
    return {block.partition("==")[0]: block for block in blocks}


def pinned(block: str) -> str:
    """Return the version that a block of the lock pins."""
    match = re.match(r"[a-z0-9-]+==([^\s;\\]+)", block)
    return match[1] if match else "unknown"


def crate_version(manifest: str, crate: str) -> str:
    """Return the version that a Cargo.toml pins with `crate = "=1.2.3"` or `{ version = "=1.2.3" …`."""
    match = re.search(
        rf'^{re.escape(crate)} = (?:{{ version = )?"=([0-9.]+)"', manifest, re.MULTILINE
    )
    return match[1] if match else "unknown"
