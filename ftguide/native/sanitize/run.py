"""Compile both extensions with each sanitizer, drive every case, and gather what was reported."""

from __future__ import annotations

import os
import platform
import sysconfig
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.process import Limits, run, without
from ftguide.ground.vocabulary import Build
from ftguide.interpreters import provide as providing
from ftguide.interpreters import tools
from ftguide.interpreters.model import Sanitizer
from ftguide.interpreters.sanitized import Sanitized
from ftguide.interpreters.shelf import program
from ftguide.native.sanitize import reports
from ftguide.native.sanitize.model import (
    ATTEMPTS,
    SOURCE,
    Job,
    Outcome,
    Ran,
    SanitizeError,
    Variant,
    jobs,
)

#: A case takes seconds; one that takes this long hangs.
PATIENCE_SECONDS = 120.0
_COMPILE_SECONDS = 300.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where things are: sources, work folder, and an interpreter for each sanitizer."""

    root: Path  #: of the repository
    work: Path
    thread: Sanitized
    plain: Path  #: an ordinary free-threaded interpreter of the same line, for AddressSanitizer
    plain_version: str
    plain_include: Path
    asan_runtime: Path  #: clang's shared AddressSanitizer runtime
    environ: Mapping[str, str]

    @property
    def examples(self) -> Path:
        """The folder of the extension's sources."""
        return self.root / "examples" / "sanitizer"

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """The paths that reports may hold, and what is written in their place."""
        return (
            (f"{self.work}", "<work>"),
            (f"{self.root}", "<repo>"),
            (f"{self.thread.executable.parents[1]}", "<tsan>"),
            (f"{self.plain.parents[1]}", "<prefix>"),
            (f"{self.asan_runtime.parent}", "<llvm>"),
        )


def set_up(root: Path, work: Path, thread: Sanitized, line: str, say: Say) -> Bench:
    """Find or make the ordinary interpreter and return the bench.

    Raises `SanitizeError`, or `InterpreterError` where there is none to be had.
    """
    if platform.system() != "Linux":
        raise SanitizeError(
            f"The reproduction preloads AddressSanitizer the way Linux does; this is "
            f"{platform.system()}. The recorded reports are in examples/sanitizer/reports."
        )
    installed = (
        python
        for python in providing.find(line, say=say)
        if python.facts.build is Build.FREE_THREADED
    )
    plain = next(installed, None) or providing.provide(line, say=say).ft
    executable = Path(plain.executable)
    name = program(plain.facts.version, Build.FREE_THREADED)
    return Bench(
        root=root,
        work=work,
        thread=thread,
        plain=executable,
        plain_version=plain.facts.version,
        plain_include=executable.parents[1] / "include" / name,
        asan_runtime=_asan_runtime(thread),
        environ=dict(os.environ),
    )


def run_all(bench: Bench, say: Say) -> list[Ran]:
    """Compile and run every job; a job that fails to run is an outcome with an error."""
    for sanitizer in Sanitizer:
        for folder in ("before", "after"):
            compile_extension(bench, sanitizer, folder)
    done = []
    for job in jobs():
        started = time.monotonic()
        ran = run_job(bench, job)
        outcome = ran.outcome
        verdict = "as expected" if outcome.as_expected else "NOT AS EXPECTED"
        say(
            f"{job.sanitizer.words}, {job.variant}, {job.case}: {outcome.reports} reports in "
            f"{outcome.runs} runs, {verdict} ({time.monotonic() - started:.1f} s)"
        )
        done.append(ran)
    return done


def library(bench: Bench, sanitizer: Sanitizer, folder: str) -> Path:
    """Return where a compiled extension lies."""
    suffix = sysconfig.get_config_var("SHLIB_SUFFIX") or ".so"
    return bench.work / f"{sanitizer}-{folder}" / f"racy{suffix}"


def compile_command(bench: Bench, sanitizer: Sanitizer, folder: str) -> list[str]:
    """Return the command that compiles one variant for one sanitizer."""
    include = bench.thread.include if sanitizer is Sanitizer.THREAD else bench.plain_include
    # The interpreter brings ThreadSanitizer's runtime; AddressSanitizer's is preloaded.
    shared = ["-shared-libasan"] if sanitizer is Sanitizer.ADDRESS else []
    return [
        *bench.thread.compiler,
        f"-fsanitize={sanitizer}",
        *shared,
        *("-g", "-O1", "-fno-omit-frame-pointer", "-Wall", "-Wextra", "-Werror"),
        *("-fPIC", "-shared"),
        f"-I{include}",
        str(bench.examples / folder / SOURCE),
        "-o",
        str(library(bench, sanitizer, folder)),
    ]


def compile_extension(bench: Bench, sanitizer: Sanitizer, folder: str) -> None:
    """Compile one variant; raises `SanitizeError` with the compiler's words."""
    library(bench, sanitizer, folder).parent.mkdir(parents=True, exist_ok=True)
    command = compile_command(bench, sanitizer, folder)
    try:
        tools.ask(command, environ=bench.environ, seconds=_COMPILE_SECONDS)
    except tools.ToolError as error:
        raise SanitizeError(
            f"{bench.examples / folder / SOURCE} does not compile with "
            f"-fsanitize={sanitizer}:\n{error.words[-2000:]}"
        ) from None


def run_job(bench: Bench, job: Job) -> Ran:
    """Run a job until its reports are there, or as often as it must stay silent."""
    for attempt in range(1, ATTEMPTS[job.variant] + 1):
        ran = _run_once(bench, job, attempt)
        once = job.sanitizer is Sanitizer.ADDRESS  # its case is deterministic
        if once or ran.outcome.error or ran.outcome.reports:
            return ran
    return ran


def _run_once(bench: Bench, job: Job, attempt: int) -> Ran:
    executable = bench.thread.executable if job.sanitizer is Sanitizer.THREAD else bench.plain
    command = [str(executable), "-W", "ignore", str(bench.examples / "drive.py"), job.case]
    ended = run(
        command,
        folder=Path(),
        environ=_environment(bench, job),
        limits=Limits(seconds=PATIENCE_SECONDS),
    )
    output, errors = (part.decode(errors="replace") for part in (ended.output, ended.errors))
    reported = reports.read(errors, SOURCE, bench.places)
    words = output.strip().splitlines()
    error = ""
    if not ended.succeeded and not reported:
        last = reports.clean(errors, bench.places).strip().splitlines()
        error = f"it {ended.words}: {last[-1] if last else 'without a word'}"
    return Ran(
        outcome=Outcome(
            job=job,
            runs=attempt,
            reports=len(reported),
            functions=tuple(sorted(set().union(*(report.functions for report in reported)))),
            foreign=sum(not report.functions for report in reported),
            printed=words[-1] if len(words) > 1 else "",
            error=error,
        ),
        reports=tuple(reported),
    )


def _environment(bench: Bench, job: Job) -> dict[str, str]:
    """Return the variables of a run: the caller's, less what Python or a sanitizer would read."""
    environ = without(bench.environ, "PYTHON", "TSAN_", "ASAN_", "LD_PRELOAD", "DYLD_")
    # Without the declaration the first import would turn the GIL on and hide everything.
    environ["PYTHON_GIL"] = "1" if job.variant is Variant.BEFORE_GIL_ON else "0"
    environ["PYTHONPATH"] = str(library(bench, job.sanitizer, job.variant.folder).parent)
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    if job.sanitizer is Sanitizer.THREAD:
        options = ["exitcode=0", "history_size=7"]
        if job.variant is Variant.SUPPRESSED:
            options.append(f"suppressions={bench.examples / 'suppressions.txt'}")
        environ["TSAN_OPTIONS"] = ":".join(options)
    else:
        environ["ASAN_OPTIONS"] = (
            "detect_leaks=0"  # the interpreter keeps memory at exit, by design
        )
        environ["LD_PRELOAD"] = str(bench.asan_runtime)
    return environ


def _asan_runtime(thread: Sanitized) -> Path:
    name = f"libclang_rt.asan-{platform.machine()}.so"
    try:
        answer = tools.ask([*thread.compiler, f"-print-file-name={name}"], environ=os.environ)
    except tools.ToolError as error:
        raise SanitizeError(f"{thread.compiler[0]} does not say where {name} is: {error}") from None
    found = Path(answer.strip())
    if not found.is_absolute():
        raise SanitizeError(
            f"clang has no shared AddressSanitizer runtime ({name}): on Debian "
            "`apt-get install libclang-rt-19-dev`, with the number of your clang, brings it."
        )
    return found
