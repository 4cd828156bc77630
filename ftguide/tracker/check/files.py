"""Dependencies from what a command line names: files of every format, a project's folder, standard input.

Reads text and nothing else: no download, no build, no import. A file that cannot be read whole is
refused whole, with the file, the place, the value and the fix.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from pathlib import Path

from ftguide.tracker.check import conda, environment, locks, pixi, project, requirements
from ftguide.tracker.check.dependency import (
    MAX_BYTES,
    DependencyError,
    Lack,
    Listing,
    Remark,
    Selection,
    decoded,
    text_of,
)
from ftguide.tracker.check.target import Target

SUPPORTED = (
    "supported are requirements files, pylock.toml, uv.lock, poetry.lock, pdm.lock, Pipfile, "
    "Pipfile.lock, pixi.lock, pyproject.toml, setup.cfg, environment.yml of conda, scripts with a "
    "`# /// script` header, a project's folder, and an environment"
)
#: What a project's folder is read by, the most exact first.
IN_FOLDER = (
    *("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock", "pixi.lock"),
    *("requirements.txt", "pyproject.toml", "Pipfile", "setup.cfg"),
    *("environment.yml", "environment.yaml"),
)
#: Formats of other tools: not read here, and how their users get a list that is.
_EXPORTS = {
    "conda-lock.yml": "list the environment instead: `--python PATH`",
    ".json": "export a requirements file",
}


def read(path: Path, target: Target, selection: Selection) -> Listing:
    """Read a file of any supported format, or a folder; raises `DependencyError`."""
    if str(path) == "-":
        name = Path("standard input")
        raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise DependencyError(f"{name}: more than {MAX_BYTES // 2**20} MiB")
        project.check_names(selection, extras=(), groups=())
        return requirements.read_text(decoded(raw, name), name)
    if path.is_dir():
        return _folder(path, target, selection)
    return _file(path, target, selection)


def _file(path: Path, target: Target, selection: Selection) -> Listing:
    name = path.name.lower()
    for ending, advice in _EXPORTS.items():
        if name.endswith(ending) and name != "pipfile.lock":
            text_of(path)  # a path that is wrong is said first
            raise DependencyError(f"{path}: this format is not read; {advice}; {SUPPORTED}")
    if name == "pipfile.lock":
        return locks.pipfile_lock(text_of(path), path, selection)
    if name == "pixi.lock":
        return pixi.pixi_lock(text_of(path), path, target, selection)
    if name == "setup.cfg":
        return project.setup_cfg(path, selection)
    if name == "pipfile" or name.endswith((".toml", ".lock")):
        listing = _toml(path, target, selection)
        ordered = sorted(listing.dependencies, key=lambda each: (each.name, each.version or ""))
        return replace(listing, dependencies=tuple(ordered))
    project.check_names(selection, extras=(), groups=())
    if name.endswith((".yml", ".yaml")):
        return conda.environment(path)
    return project.script(path) if name.endswith((".py", ".pyw")) else requirements.read(path)


def _folder(path: Path, target: Target, selection: Selection) -> Listing:
    """Read the environment that a folder is, else the best list that a project's folder holds."""
    if (path / "pyvenv.cfg").is_file():
        return environment.listing(path)
    found = next((path / name for name in IN_FOLDER if (path / name).is_file()), None)
    if found is None:
        raise DependencyError(
            f"{path}: a folder with neither a list of dependencies nor an environment; {SUPPORTED}"
        )
    listing = _file(found, target, selection)
    chosen = Remark(lack=Lack.CHOSEN, about=str(found))
    return replace(listing, remarks=(chosen, *listing.remarks))


def _toml(path: Path, target: Target, selection: Selection) -> Listing:
    """Read a file of any of the formats in TOML, told apart by what stands in it."""
    try:
        data = tomllib.loads(text_of(path))
    except (ValueError, RecursionError) as error:  # also for a number that Python does not convert
        fix = "write the lock again" if path.suffix == ".lock" else "correct it"
        raise DependencyError(f"{path}: not TOML ({error}); {fix}") from error
    if path.name.lower() == "pipfile":
        return project.pipfile(data, path, selection)
    if "lock-version" in data:
        if not isinstance(data.get("packages"), list):
            raise DependencyError(f"{path}: has no list 'packages'; {SUPPORTED}")
        return locks.pylock(data, path, target, selection)
    known = {"project", "build-system", "dependency-groups"} | (
        {"tool"} if path.name == "pyproject.toml" else set()
    )
    if "package" not in data and known & data.keys():
        return project.pyproject(data, path, selection)
    empty = path.name == "uv.lock" and isinstance(data.get("version"), int)
    if not isinstance(data.get("package"), list) and not (empty and "package" not in data):
        raise DependencyError(f"{path}: has no list 'package'; {SUPPORTED}")
    return locks.packages(data, path, target, selection)
