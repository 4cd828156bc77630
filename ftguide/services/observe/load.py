"""The load generator: wrk, which people use, found on PATH and asked for exact figures."""

from __future__ import annotations

import math
import re
import resource
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.files import ROOT, decoder
from ftguide.ground.process import Limits, run
from ftguide.ground.vocabulary import ExpectedError

SCRIPT = ROOT / "benchmarks" / "services" / "load.lua"
#: What a run may take beyond the seconds of its load.
_GRACE_SECONDS = 15.0
#: How often wrk looks whether it shall stop; it counts its duration in whole seconds, so that a shorter load
#: ends with a SIGINT, half of this before the end that is wanted.
_LOOKS_EVERY_SECONDS = 0.1
#: How often a short load may miss wrk's start on a busy machine, which then ends before it measured.
_ATTEMPTS = 3
_MEASURED = re.compile(rb"^measured (\{.*\})$", re.MULTILINE)
INSTALL = "apt install wrk, dnf install wrk, or brew install wrk"


class GeneratorMissingError(ExpectedError):
    """There is no load generator here; the message says how to get one."""


class LoadError(Exception):
    """A load did not go as it should; the message says what wrk said."""


@dataclass(frozen=True, slots=True)
class _Figures:
    requests: int
    microseconds: int
    status: int  #: answers with a status of 400 or more
    connect: int
    read: int
    write: int
    timeout: int
    p50: int
    p99: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load measured; latencies in microseconds."""

    requests: int
    seconds: float
    cpu_seconds: float  #: of the generator
    p50_us: int
    p99_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """wrk on this machine."""

    program: str
    version: str

    def load(
        self,
        url: str,
        *,
        connections: int,
        seconds: float,
        folder: Path,
        environ: Mapping[str, str],
    ) -> Loaded:
        """Load an address from one thread on the CPUs of the caller; LoadError for any wrong answer."""
        whole = math.ceil(seconds)
        interrupt = None if whole == seconds else seconds - _LOOKS_EVERY_SECONDS / 2
        for _ in range(_ATTEMPTS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            ended = run(
                [
                    *(self.program, "--threads", "1", "--connections", str(connections)),
                    *("--duration", f"{whole}s", "--timeout", "10s", "--script", str(SCRIPT), url),
                ],
                folder=folder,
                environ=environ,
                limits=Limits(seconds=whole + _GRACE_SECONDS, interrupt_seconds=interrupt),
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            if ended.signal != "SIGINT":
                break
        found = _MEASURED.search(ended.output)
        if not ended.succeeded or found is None:
            raise LoadError(f"the load generator {ended.words}")
        figures = decoder(_Figures).decode(found[1])
        wrong = {
            "answers with an error status": figures.status,
            "connections refused": figures.connect,
            "connections broken": figures.read + figures.write,
            "requests without an answer in 10 s": figures.timeout,
        }
        for what, count in wrong.items():
            if count:
                raise LoadError(f"{count} {what} among {figures.requests} requests")
        if not figures.requests:
            raise LoadError("no request was answered")
        return Loaded(
            requests=figures.requests,
            seconds=figures.microseconds / 1e6,
            cpu_seconds=(after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime),
            p50_us=figures.p50,
            p99_us=figures.p99,
        )


def find() -> Generator:
    """Find wrk on PATH; GeneratorMissingError says how to install it."""
    program = shutil.which("wrk")
    if program is None:
        raise GeneratorMissingError(
            f"the group services loads its servers with wrk, which is not on PATH: {INSTALL}"
        )
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"wrk (?:debian/)?(\d[\w.]*)", said.stdout + said.stderr)
    return Generator(program=program, version=f"wrk {match[1] if match else 'of unknown version'}")
