"""Run a snippet once: a fresh process, a fresh temporary directory, a cleaned environment, a time limit.

However a snippet ends, nothing of its process group is alive when `run` returns, and where the system
can do so (Linux) the snippet dies with a killed runner. It is no sandbox: pages are reviewed like code.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.guide.declare import console
from ftguide.guide.declare.model import Ran, Snippet
from ftguide.guide.derive import endings
from ftguide.guide.derive.normalise import normalise
from ftguide.interpreters.children import dying_with_us
from ftguide.interpreters.model import Interpreter
from ftguide.vocabulary import Build

#: Output beyond this is not kept, and ends the run: no page shows that much.
MOST_BYTES = 200_000

_PLACES = """\
import json, os, sys, sysconfig
paths = {"<site-packages>": sysconfig.get_path("purelib"), "<stdlib>": sysconfig.get_path("stdlib"),
         "<prefix>": sys.prefix, "<base>": sys.base_prefix}
print(json.dumps({os.path.realpath(path): name for name, path in reversed(paths.items())}
                 | {path: name for name, path in reversed(paths.items())}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An interpreter that snippets run on."""

    build: Build
    version: str
    executable: str
    places: tuple[tuple[str, str], ...]  #: its directories and what stands for them on a page

    @property
    def title(self) -> str:
        """Its name in messages: 3.14.7t."""
        return self.version + ("t" if self.build is Build.FREE_THREADED else "")


def target(interpreter: Interpreter, executable: str | None = None) -> Target:
    """Describe an interpreter, or the environment made from it whose `executable` is given."""
    path = executable or interpreter.executable
    answer = subprocess.run(
        [path, "-I", "-c", _PLACES],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env=_environment(Path("/"), path),
    )
    return Target(
        build=interpreter.facts.build,
        version=interpreter.facts.version,
        executable=path,
        places=(
            *json.loads(answer.stdout).items(),
            (path, f"python{_line(interpreter)}"),
        ),
    )


def _line(interpreter: Interpreter) -> str:
    """Return what follows "python" in an interpreter's usual name: 3.14t."""
    suffix = "t" if interpreter.facts.build is Build.FREE_THREADED else ""
    return ".".join(interpreter.facts.version.split(".")[:2]) + suffix


def run(
    snippet: Snippet,
    here: Target,
    targets: Mapping[Build, Target],
    stop: threading.Event | None = None,
) -> Ran:
    """Run a snippet on a target; commands that name a build find it among `targets`.

    When `stop` is set, a run ends as if its time were up.
    """
    stop = stop or threading.Event()
    with tempfile.TemporaryDirectory(prefix="snippet-", ignore_cleanup_errors=True) as made:
        folder = Path(made).resolve()
        work = folder / "work"
        for part in ("work", "home", "tmp"):
            (folder / part).mkdir()
        for one in (*snippet.uses, snippet):
            if one.language == "python":
                _write(work / one.file, one)
        if snippet.language == "console":
            return _session(snippet, here, targets, folder, stop)
        command = [here.executable, *snippet.flags, *_how(snippet), *snippet.args]
        status, output, excess = _process(command, folder, snippet.env, snippet.timeout, stop)
        return Ran(
            status=status,
            output=_shown(output, snippet, folder, [here]),
            excess=excess,
            raised=endings.raised(output, snippet.runner) if status else None,
        )


def _write(path: Path, snippet: Snippet) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(snippet.code, encoding="utf-8")


def _how(snippet: Snippet) -> list[str]:
    if snippet.runner == "pytest":
        # A plugin that announces itself in every run is left out where the page does not ask for it.
        asked = "pytest-run-parallel" in snippet.packages
        plugins = ["-p", "no:cacheprovider", *([] if asked else ["-p", "no:run-parallel"])]
        return ["-m", "pytest", "-q", *plugins, snippet.file]
    if snippet.runner == "unittest":
        return ["-m", "unittest", snippet.file]
    return [snippet.file]


def _session(
    snippet: Snippet,
    here: Target,
    targets: Mapping[Build, Target],
    folder: Path,
    stop: threading.Event,
) -> Ran:
    """Run the commands of a session in one directory, each with the session's time limit."""
    parts: list[str] = []
    status: int | None = 0  # of the first command that failed
    last: int | None = 0
    for command in console.commands(snippet.code, snippet.where, first=snippet.body + 1):
        if command.echo:
            parts.append(str(last if last is None or last >= 0 else 128 - last))
            status = 0  # shown, so no surprise
            continue
        used = here if command.build is None else targets[command.build]
        words = [used.executable, *command.words]
        last, output, excess = _process(
            words, folder, (*snippet.env, *command.env), snippet.timeout, stop
        )
        parts.append(_shown(output, snippet, folder, list(targets.values())))
        if last != 0 and status == 0:
            status = last
        if last is None or excess:
            return Ran(status=last, output="\n".join(parts), parts=tuple(parts), excess=excess)
    return Ran(status=status, output="\n".join(parts), parts=tuple(parts))


def _shown(output: str, snippet: Snippet, folder: Path, used: Sequence[Target]) -> str:
    places = {path: name for one in used for path, name in one.places}
    places |= {str(folder / "work"): "", str(folder / "home"): "<home>", str(folder): "<tmp>"}
    return normalise(output, places=places, runner=snippet.runner, varies=snippet.varies)


def _environment(folder: Path, executable: str) -> dict[str, str]:
    """Return what a snippet finds in its environment: nothing of the caller's."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return {
        **kept,
        "PATH": os.pathsep.join((str(Path(executable).parent), os.defpath)),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def _process(
    command: Sequence[str],
    folder: Path,
    env: Sequence[tuple[str, str]],
    timeout: float,
    stop: threading.Event,
) -> tuple[int | None, str, bool]:
    """Run a command to its end or time limit; return status, output, whether it printed too much.

    Standard output comes before standard error: the order in which both arrive is not stable.
    """
    environ = {**_environment(folder, command[0]), **dict(env)}
    streams = (folder / "out", folder / "err")
    with streams[0].open("wb") as out, streams[1].open("wb") as err:
        process = subprocess.Popen(
            [*dying_with_us("KILL"), *command],
            cwd=folder / "work",
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            in_time, excess = _watch(process, streams, time.monotonic() + timeout, stop)
        finally:
            _end(process)
    output = "".join(_head(path) for path in streams)
    return (process.returncode if in_time else None), output, excess


def _watch(
    process: subprocess.Popen[bytes],
    streams: Sequence[Path],
    deadline: float,
    stop: threading.Event,
) -> tuple[bool, bool]:
    """Wait; return whether it ended by itself, and whether it printed too much."""
    pause = 0.002
    while not _ended(process):
        if sum(path.stat().st_size for path in streams) > MOST_BYTES:
            return True, True
        if time.monotonic() > deadline or stop.is_set():
            return False, False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return True, sum(path.stat().st_size for path in streams) > MOST_BYTES


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Say whether a process has ended, without reaping it: its group's number stays taken."""
    if hasattr(os, "waitid"):
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, process.pid, options) is not None
    return process.poll() is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a snippet's process group and reap the snippet."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _head(path: Path) -> str:
    with path.open("rb") as stream:
        text = stream.read(MOST_BYTES).decode("utf-8", errors="backslashreplace")
    return text if not text or text.endswith("\n") else f"{text}\n"
