"""Getting one package into an environment of its own: download, look, install, look again.

pip, in the interpreter that is probed, chooses and downloads the wheels and checks their hashes against
the index; the archives are looked at before anything unpacks them; uv installs the files without a
network. Only wheels are used, so nothing of a package runs here.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
import uv
from packaging.utils import canonicalize_name

from ftguide.ground.files import sha256
from ftguide.ground.process import Ended
from ftguide.interpreters.model import Interpreter
from ftguide.tracker.observe import artifacts, sandbox
from ftguide.tracker.record.model import Artifact, CompatError

DOWNLOAD_SECONDS = 300.0
_STEP_SECONDS = 120.0

_FIND_PIP = """
import ensurepip, pathlib, sysconfig
places = [pathlib.Path(ensurepip.__file__).parent / "_bundled"]
places += [pathlib.Path(text) for text in [sysconfig.get_config_var("WHEEL_PKG_DIR")] if text]
print(next(iter(sorted(p for place in places for p in place.glob("pip-*.whl"))), ""))
"""

#: What a package client may know: where to go out, and whom to trust.
_CLIENT_SETTINGS = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("PIP_CERT", "PIP_CLIENT_CERT", "PIP_DEFAULT_TIMEOUT", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    "REQUESTS_CA_BUNDLE",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where wheels come from: an index, or a folder and nothing else."""

    index: str = ""  #: address
    folder: Path | None = None

    def options(self) -> list[str]:
        """Return pip's options for it."""
        if self.folder is not None:
            return ["--no-index", "--find-links", str(self.folder)]
        return ["--index-url", self.index]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A virtual environment with one package and its dependencies."""

    python: str
    site_packages: Path
    package: artifacts.Distribution
    others: tuple[artifacts.Distribution, ...]
    artifact: Artifact
    lacks: str = ""  #: the dependency without a wheel; then none of them is there

    @property
    def dependencies(self) -> tuple[str, ...]:
        """What was installed beside the package."""
        return tuple(sorted(f"{other.name}=={other.version}" for other in self.others))

    def owner(self, file: str) -> str:
        """Return the distribution whose RECORD lists a file; empty when nobody's does."""
        path = Path(file)
        if not path.is_relative_to(self.site_packages):
            return ""
        relative = path.relative_to(self.site_packages).as_posix()
        owners = (other for other in (self.package, *self.others) if relative in other.files)
        return next((owner.name for owner in owners), "")


@dataclass(slots=True, kw_only=True)
class Workshop:
    """A scratch folder with a package client per interpreter; both go when it is done."""

    scratch: Path
    source: Source
    _clients: dict[str, str] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def room(
        self,
        interpreter: Interpreter,
        name: str,
        version: str,
        hashes: Mapping[str, str],
        extra: Sequence[str] = (),
        *,
        step: Callable[[str], None] = lambda _text: None,
    ) -> Iterator[Installed]:
        """Make an environment with `name==version` in it, and remove it afterwards.

        `hashes` maps file names to the sha256 the index stated when we collected; a wheel that is not
        among them is refused, unless `hashes` is empty. `extra` is installed beside it; `step` hears what
        is done. Raises `CompatError` naming the package.
        """
        build = "t" if not interpreter.facts.gil_enabled_at_start else ""
        folder = self.scratch / f"{name}-{version}{build}{'-tests' if extra else ''}"
        shutil.rmtree(folder, ignore_errors=True)
        requirement = f"{name}=={version}"
        wheels, venv = folder / "wheels", folder / "venv"
        try:
            wheels.mkdir(parents=True)
            step(f"downloading {requirement} for the {interpreter.facts.build.words} build")
            lack = self._download(interpreter, requirement, wheels, extra)
            files = sorted(wheels.iterdir())
            for path in files:
                artifacts.check_archive(path)
            own = _own_wheel(files, name, version, hashes)
            problem = f"package {name}: {requirement} does not install"
            step(f"installing {own.file}" + (f" with {len(files) - 1} others" if files[1:] else ""))
            python = _make_environment(interpreter, venv, map(str, files), problem)
            site_packages = next(iter(artifacts.site_packages_of(venv)), None)
            if site_packages is None:
                raise CompatError(
                    f"{venv}: a virtual environment without site-packages. Probe again, and report it "
                    "if it comes back: uv makes that folder."
                )
            distributions = artifacts.installed(site_packages)
            package = distributions.pop(name, None)
            if package is None or package.version != version:
                raise CompatError(
                    f"package {name}: {own.file} says it is {version}, but what it installs says "
                    f"{package.version[:80] if package else 'nothing'!r}; not probed."
                )
            shutil.rmtree(wheels)
            yield Installed(
                python=python,
                site_packages=site_packages,
                package=package,
                others=tuple(distributions.values()),
                artifact=own,
                lacks=lack,
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def client(self, interpreter: Interpreter) -> str:
        """Return a Python with pip for an interpreter, made once."""
        with self._making:
            if interpreter.executable not in self._clients:
                folder = self.scratch / f"client-{len(self._clients)}"
                self._clients[interpreter.executable] = self._make_client(interpreter, folder)
            return self._clients[interpreter.executable]

    def _make_client(self, interpreter: Interpreter, folder: Path) -> str:
        """Install the pip that comes with an interpreter; quicker than its own venv module does."""
        problem = f"{interpreter.executable}: it comes without pip, so it cannot choose wheels"
        command = [interpreter.executable, "-I", "-c", _FIND_PIP]
        found = sandbox.run(command, folder=self.scratch, seconds=30)
        wheel = found.output.decode(errors="replace").strip()
        if not found.succeeded or not wheel:
            raise CompatError(f"{problem}. Install its ensurepip (python3-venv on Debian).")
        return _make_environment(interpreter, folder, ["--compile-bytecode", wheel], problem)

    def _download(
        self, interpreter: Interpreter, requirement: str, folder: Path, extra: Sequence[str]
    ) -> str:
        """Download a package with its dependencies; return which one has no wheel, empty when all have."""
        command = [
            *(self.client(interpreter), "-I", "-m", "pip", "--disable-pip-version-check"),
            *("--no-input", "--quiet", "download", "--only-binary", ":all:", "--progress-bar=off"),
            *("--retries", "2", "--dest", str(folder), *self.source.options(), requirement, *extra),
        ]
        environ = {name: os.environ[name] for name in _CLIENT_SETTINGS if name in os.environ}
        environ["PIP_CONFIG_FILE"] = os.devnull  # a folder set there would shadow the index
        environ["PIP_CACHE_DIR"] = str(Path(platformdirs.user_cache_dir("ftguide")) / "pip")
        ended = self._pip(command, folder.parent, environ)
        if (missing := _missing(ended, requirement)) and not extra:
            ended = self._pip([*command, "--no-deps"], folder.parent, environ)
        if not ended.succeeded:
            raise CompatError(
                f"package {requirement.partition('==')[0]}: {requirement} cannot be downloaded for "
                f"the {interpreter.facts.build.words} {interpreter.facts.version}: {_gist(ended)}. "
                "Nothing of it was written."
            )
        return missing

    def _pip(self, command: list[str], folder: Path, environ: Mapping[str, str]) -> Ended:
        return sandbox.run(
            command,
            folder=folder,
            seconds=DOWNLOAD_SECONDS,
            network=self.source.folder is None,
            environ=environ,
        )


def _make_environment(
    interpreter: Interpreter, folder: Path, what: Iterable[str], problem: str
) -> str:
    """Make a virtual environment and install wheels into it; return its Python.

    uv is kept from the network, from settings and from downloading interpreters. Raises `CompatError`
    beginning with `problem`.
    """
    python = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    cache = folder.parent / "uv"
    tool = [
        *(uv.find_uv_bin(), "--no-config", "--offline", "--quiet", "--no-python-downloads"),
        *("--cache-dir", str(cache)),
    ]
    for step in (
        ("venv", "--no-project", "--python", interpreter.executable, str(folder)),
        ("pip", "install", "--no-index", "--no-deps", "--python", python, *what),
    ):
        ended = sandbox.run([*tool, *step], folder=folder.parent, seconds=_STEP_SECONDS)
        if not ended.succeeded:
            raise CompatError(f"{problem}: {_gist(ended)}. Nothing of it was written.")
    shutil.rmtree(cache, ignore_errors=True)
    return python


def _gist(ended: Ended) -> str:
    """Return the line that says most of what a client printed."""
    text = ended.errors.decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    line = (errors or lines or ["no reason given"])[-1]
    return (sandbox.stopped_by(ended) or line).rstrip(".")[:300]


def _missing(ended: Ended, requirement: str) -> str:
    """Return the dependency that has no wheel here, if that is why a download failed."""
    text = ended.errors.decode(errors="replace")
    match = re.search(r"No matching distribution found for (\S[^\n]*)", text)
    if ended.succeeded or not match or match[1].startswith(requirement):
        return ""
    return match[1].strip()[:200]


def _own_wheel(files: list[Path], name: str, version: str, hashes: Mapping[str, str]) -> Artifact:
    """Find the package's wheel among the downloaded ones and compare it with what was collected."""
    for path in files:
        wheel = artifacts.read_name(path.name, ())
        if wheel is None or canonicalize_name(wheel.name) != name:
            continue
        if wheel.version != version:
            raise CompatError(f"package {name}: asked for {version}, got {path.name}; not probed.")
        digest = sha256(path)
        if hashes and hashes.get(path.name) != digest:
            raise CompatError(
                f"package {name}: {path.name} has the sha256 {digest}, but the index stated "
                f"{hashes.get(path.name, 'no such file')} when it was collected. Not probed; collect "
                "again, and if that does not help, ask who changed the file."
            )
        return Artifact(file=path.name, sha256=digest)
    raise CompatError(f"package {name}: no wheel of it was downloaded; not probed.")
