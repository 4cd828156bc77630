"""Build `examples/capi-objects` for an interpreter and run its programs; as a program, record them.

What a program prints is in `examples/capi-objects/recorded`: `NAME.txt` if it is the same on both builds,
else `NAME-gil.txt` and `NAME-ft.txt`, and `NAME-gil-3.15.txt` where a line differs from 3.14.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Build
from ftguide.interpreters.model import Pair
from ftguide.interpreters.provide import find, provide, ranked_pairs

FOLDER = ROOT / "examples" / "capi-objects"
RECORDED = FOLDER / "recorded"
MAIN_LINE = "3.14"
OTHER_LINES = ("3.13", "3.15")
PROGRAMS = tuple(sorted(path.stem for path in FOLDER.glob("*.py")))
#: Modules that need a later line than 3.13, and the programs that import them.
SINCE_314 = {"helpers": {"symbols", "unstable"}}
FLAGS = ("-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread")
PATHS = """
import json, sysconfig
print(json.dumps([sysconfig.get_paths()["include"], sysconfig.get_config_var("EXT_SUFFIX")]))
"""


def compiler() -> str | None:
    """Return the name of a C compiler on PATH."""
    return next((name for name in ("gcc", "cc", "clang") if shutil.which(name)), None)


def pairs_of(line: str) -> list[Pair]:
    """Return the pair of a line, or none; only that of the main line is made if it is not here."""
    if line == MAIN_LINE:
        return [provide(line, say=print)]
    return ranked_pairs(find(line, say=print))[:1]


def programs_of(line: str) -> list[str]:
    """Name the programs that a line can run."""
    missing = set().union(*SINCE_314.values()) if line == "3.13" else set()
    return [name for name in PROGRAMS if name not in missing]


def environment() -> dict[str, str]:
    """Return the environment without what steers Python."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def build_modules(python: str, line: str, into: Path, sources: Path = FOLDER) -> None:
    """Compile every module of the example, or of a copy, for an interpreter; raises on a warning."""
    asked = subprocess.run(
        [python, "-c", PATHS], capture_output=True, text=True, check=True, env=environment()
    )
    include, suffix = json.loads(asked.stdout)
    for source in sorted(sources.glob("*.c")):
        if line == "3.13" and source.stem in SINCE_314:
            continue
        target = into / f"{source.stem}{suffix}"
        command = [compiler() or "cc", *FLAGS, f"-I{include}", str(source), "-o", str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def run_program(python: str, name: str, modules: Path) -> str:
    """Run a program and return what it printed; fails if it did not end well."""
    done = subprocess.run(
        [python, str(FOLDER / f"{name}.py")],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        env={**environment(), "PYTHONPATH": str(modules), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, f"{name} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def recorded(name: str, build: Build, line: str) -> str:
    """Return what a program is recorded to print on a build of a line."""
    for stem in (f"{name}-{build}-{line}", f"{name}-{build}", name):
        path = RECORDED / f"{stem}.txt"
        if path.exists():
            return path.read_text()
    raise FileNotFoundError(f"nothing is recorded for {name} on {build} {line}")


def printed(line: str, into: Path) -> dict[str, dict[Build, str]]:
    """Run everything on both builds of a line; empty if the line is not here."""
    outputs: dict[str, dict[Build, str]] = {}
    for pair in pairs_of(line):
        for build, interpreter in pair.builds.items():
            modules = into / f"{line}{build.suffix}"
            modules.mkdir()
            build_modules(interpreter.executable, line, modules)
            for name in programs_of(line):
                output = run_program(interpreter.executable, name, modules)
                outputs.setdefault(name, {})[build] = output
    return outputs


def record(into: Path) -> None:
    """Write what the programs print on every line that is here, 3.14 first."""
    shutil.rmtree(RECORDED, ignore_errors=True)
    RECORDED.mkdir()
    for name, outputs in printed(MAIN_LINE, into).items():
        if len(set(outputs.values())) == 1:
            (RECORDED / f"{name}.txt").write_text(outputs[Build.GIL])
        else:
            for build, output in outputs.items():
                (RECORDED / f"{name}-{build}.txt").write_text(output)
    for line in OTHER_LINES:
        for name, outputs in printed(line, into).items():
            for build, output in outputs.items():
                if output != recorded(name, build, line):
                    (RECORDED / f"{name}-{build}-{line}.txt").write_text(output)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder))
