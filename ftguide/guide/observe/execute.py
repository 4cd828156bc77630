"""Run a snippet once: a fresh process, a fresh temporary directory, a cleaned environment, a time limit.

However a snippet ends, nothing that it started is alive when `run` returns, and where the system can do
so (Linux) the snippet dies with a killed runner. It is no sandbox: pages are reviewed like code.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground import process
from ftguide.ground.process import Ended, Ending, Limits, clean_environment
from ftguide.ground.process.keeper import passing_folder
from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import console
from ftguide.guide.declare.model import FATAL_ERROR, Ran, Runner, Snippet
from ftguide.guide.derive import endings
from ftguide.guide.derive.normalise import normalise
from ftguide.interpreters.model import Interpreter, InterpreterError
from ftguide.interpreters.shelf import program

#: Output beyond this is not kept, and ends the run: no page shows that much.
MOST_BYTES = 200_000
_PLACES_SECONDS = 30.0

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


def target(interpreter: Interpreter, executable: str | None = None) -> Target:
    """Describe an interpreter, or the environment made from it whose `executable` is given.

    Raises `InterpreterError` when it does not run, and `OSError` when it is not there.
    """
    path = executable or interpreter.executable
    ended = process.run(
        [path, "-I", "-c", _PLACES],
        folder=Path(),
        environ=_environment(Path("/"), path),
        limits=Limits(seconds=_PLACES_SECONDS),
    )
    if not ended.succeeded:
        raise InterpreterError(f"{path} does not say where it is: it {ended.words}.")
    version, build = interpreter.facts.version, interpreter.facts.build
    places = (*json.loads(ended.output).items(), (path, program(version, build)))
    return Target(build=build, version=version, executable=path, places=places)


def run(
    snippet: Snippet,
    here: Target,
    targets: Mapping[Build, Target],
    stop: threading.Event | None = None,
) -> Ran:
    """Run a snippet on a target; commands that name a build find it among `targets`.

    When `stop` is set, a run ends as if its time were up. Raises `OSError` when an interpreter is gone.
    """
    stop = stop or threading.Event()
    with passing_folder("snippet-") as made:
        folder = made.resolve()
        work = folder / "work"
        for part in ("work", "home", "tmp"):
            (folder / part).mkdir()
        for saved in (*snippet.uses, snippet):
            if saved.language == "python":
                path = work / saved.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(saved.code, encoding="utf-8")
        if snippet.language == "console":
            return _session(snippet, here, targets, folder, stop)
        command = [here.executable, *snippet.flags, *_how(snippet), *snippet.args]
        ended = _process(command, folder, snippet.env, snippet.timeout, stop)
        output = _printed(ended)
        raised = endings.raised(output, snippet.runner) if ended.status else None
        return Ran(
            status=ended.status,
            output=_shown(output, snippet, folder, [here]),
            excess=ended.ending is Ending.FLOOD,
            raised=FATAL_ERROR if ended.ending is Ending.FATAL_ERROR else raised,
        )


def _how(snippet: Snippet) -> list[str]:
    if snippet.runner is Runner.PYTEST:
        # A plugin that announces itself in every run is left out where the page does not ask for it.
        asked = "pytest-run-parallel" in snippet.packages
        plugins = ["-p", "no:cacheprovider", *([] if asked else ["-p", "no:run-parallel"])]
        return ["-m", "pytest", "-q", *plugins, snippet.file]
    if snippet.runner is Runner.UNITTEST:
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
        ended = _process(words, folder, (*snippet.env, *command.env), snippet.timeout, stop)
        last = ended.status
        parts.append(_shown(_printed(ended), snippet, folder, list(targets.values())))
        if last != 0 and status == 0:
            status = last
        if last is None:
            excess = ended.ending is Ending.FLOOD
            return Ran(status=last, output="\n".join(parts), parts=tuple(parts), excess=excess)
    return Ran(status=status, output="\n".join(parts), parts=tuple(parts))


def _shown(output: str, snippet: Snippet, folder: Path, used: Sequence[Target]) -> str:
    places = {path: name for target in used for path, name in target.places}
    places |= {str(folder / "work"): "", str(folder / "home"): "<home>", str(folder): "<tmp>"}
    return normalise(output, places=places, runner=snippet.runner, varies=snippet.varies)


def _environment(folder: Path, executable: str) -> dict[str, str]:
    """Return what a snippet finds in its environment: nothing of the caller's."""
    return clean_environment(
        folder / "home",
        path=os.pathsep.join((str(Path(executable).parent), os.defpath)),
        TMPDIR=str(folder / "tmp"),
        COLUMNS="80",
        NO_COLOR="1",
        PYTHONIOENCODING="utf-8",
    )


def _process(
    command: Sequence[str],
    folder: Path,
    env: Sequence[tuple[str, str]],
    timeout: float,
    stop: threading.Event,
) -> Ended:
    """Run a command to its end or time limit."""
    return process.run(
        command,
        folder=folder / "work",
        environ={**_environment(folder, command[0]), **dict(env)},
        limits=Limits(seconds=timeout, output_bytes=MOST_BYTES),
        stop=stop,
    )


def _printed(ended: Ended) -> str:
    """Return standard output, then standard error: the order in which both arrive is not stable."""
    texts = [
        part.decode("utf-8", errors="backslashreplace") for part in (ended.output, ended.errors)
    ]
    return "".join(text if not text or text.endswith("\n") else f"{text}\n" for text in texts)
