"""A PostgreSQL server of the run's own: started in its folder, on the loopback, gone with the run.

Its programs come from the package of `benchmarks/extras/database.txt`, which ships them, or from PATH.
PostgreSQL refuses to run as root, and rightly: started by root, it runs as nobody, from a copy that nobody
may read.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.services import work
from ftguide.ground.process import Limits, run
from ftguide.ground.process.keeper import Keeper
from ftguide.ground.process.memory import MARK
from ftguide.ground.process.start import dying_with_parent
from ftguide.ground.vocabulary import ExpectedError
from ftguide.services.observe.server import HOST, free_port

_NOBODY = 65534
_PREPARE_SECONDS = 60.0
_START_SECONDS = 20.0
_PAUSE_SECONDS = 0.02
USER = "guide"


class DatabaseError(ExpectedError):
    """There is no database here, or it does not start; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Where PostgreSQL's programs and their libraries lie."""

    bin: Path
    lib: Path | None  #: of the package, which carries its own; None for those of the system

    def environ(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return an environment in which programs, and Python's drivers, find these libraries."""
        if self.lib is None:
            return dict(base)
        before = base.get("LD_LIBRARY_PATH")
        return {**base, "LD_LIBRARY_PATH": f"{self.lib}:{before}" if before else str(self.lib)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A server that accepts connections."""

    address: str  #: as libpq reads it
    version: str  #: "PostgreSQL 18.1"
    programs: Programs
    leader: int  #: its first process


def find(packages: Path | None) -> Programs:
    """Find the programs below an installed package, else on PATH; DatabaseError when there are none."""
    for server in sorted(
        (packages or Path("/nowhere")).glob("*/pginstall*/bin/postgres"), reverse=True
    ):
        return Programs(bin=server.parent, lib=server.parent.parent / "lib")
    places = [
        Path(found).resolve() for name in ("postgres", "initdb") if (found := shutil.which(name))
    ]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    for place in places:
        if all((place.parent / name).exists() for name in ("postgres", "initdb")):
            return Programs(bin=place.parent, lib=None)
    raise DatabaseError(
        "no PostgreSQL on PATH, and the package that ships one could not be installed for this platform: "
        "apt install postgresql, or brew install postgresql"
    )


def _own(folder: Path, programs: Programs) -> tuple[Programs, tuple[str, ...]]:
    """Return programs that may be run, and the prefix of commands that run them as somebody else."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return programs, ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise DatabaseError(
            "PostgreSQL does not run as root, and there is no setpriv: run as a user"
        )
    os.chown(folder, _NOBODY, _NOBODY)
    prefix = (setpriv, f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--")
    if programs.lib is None:
        return programs, prefix
    # The cache of packages lies below root's home. The programs look for their libraries three folders up.
    copied = folder / "programs" / "pginstall"
    shutil.copytree(programs.bin.parent, copied, symlinks=True)
    for libraries in programs.bin.parents[2].glob(
        "*.libs"
    ):  # that the package brings for its programs
        shutil.copytree(libraries, folder / libraries.name)
    return Programs(bin=copied / "bin", lib=copied / "lib"), prefix


@contextlib.contextmanager
def started(
    folder: Path, programs: Programs, environ: Mapping[str, str], keeper: Keeper
) -> Iterator[Database]:
    """Make a database with the table that services ask for, and serve it on a free port.

    `folder` must exist and be empty. DatabaseError quotes PostgreSQL when it does not start.
    """
    ours, prefix = _own(folder, programs)
    environ = {**ours.environ(environ), MARK: keeper.mark}
    data = folder / "data"
    said = _step([*prefix, str(ours.bin / "postgres"), "--version"], folder, environ)
    version = re.search(r"\d+(?:\.\d+)*", said)
    initdb = (str(ours.bin / "initdb"), "--pgdata", str(data), "--username", USER)
    _step(
        [*prefix, *initdb, "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"],
        folder,
        environ,
    )
    single = [*prefix, str(ours.bin / "postgres"), "--single", "-D", str(data), "postgres"]
    _step(single, folder, environ, "\n".join(work.SCHEMA) + "\n")
    port = free_port()
    settings = {
        "listen_addresses": HOST,
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "32MB",
        "fsync": "off",
        "autovacuum": "off",
        "jit": "off",
    }
    words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    command = [*prefix, str(ours.bin / "postgres"), "-D", str(data), "-p", str(port), *words]
    with (folder / "postgres.log").open("wb") as log:
        process = subprocess.Popen(
            [*dying_with_parent(), *command],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        keeper.note(process.pid)  # PostgreSQL writes over its environment
        _wait(port, process)
        yield Database(
            address=f"host={HOST} port={port} user={USER} dbname=postgres",
            version=f"PostgreSQL {version[0] if version else 'of unknown version'}",
            programs=programs,
            leader=process.pid,
        )
    finally:
        process.kill()  # its data goes with the folder
        process.wait()


def _step(command: list[str], folder: Path, environ: Mapping[str, str], text: str = "") -> str:
    """Run a program of PostgreSQL to its end and return what it printed."""
    ended = run(
        command,
        folder=folder,
        environ=environ,
        limits=Limits(seconds=_PREPARE_SECONDS),
        request=text.encode(),
    )
    if not ended.succeeded:
        last = ended.errors.decode(errors="replace").strip().splitlines()[-1:]
        program = next(Path(word).name for word in command if word.endswith(("postgres", "initdb")))
        raise DatabaseError(f"{program} {ended.words}: {''.join(last)[:300]}")
    return ended.output.decode(errors="replace")


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DatabaseError(f"postgres ended with status {process.returncode} while it started")
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    raise DatabaseError(f"postgres did not listen within {_START_SECONDS:.0f} s")
