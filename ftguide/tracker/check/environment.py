"""Dependencies from an installed environment: its metadata files are read, none of its packages run.

Takes the folder of a virtual environment, or an interpreter; one outside of such a folder is asked where
its packages lie, isolated and without them. Only names, versions, wheel tags and classifiers are used; a
distribution with damaged metadata is reported, not skipped.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ftguide.tracker.check.dependency import NAME, Dependency, DependencyError, Listing, shown
from ftguide.tracker.observe import artifacts

_LIBRARY = re.compile(r"\.(so|pyd|dylib|dll)(\.\d+)*$")
#: Tools that an environment has before anything is installed into it.
TOOLS = frozenset({"pip", "setuptools", "wheel"})

CLASSIFIER = "Programming Language :: Python :: Free Threading"


#: Printed by an interpreter that is asked where its packages lie; `-S` keeps them from being imported.
_WHERE = "import json, site; print(json.dumps(site.getsitepackages()))"
_SECONDS = 20


def listing(place: Path) -> Listing:
    """Return what is installed as a list that needs no remarks: an environment holds all of it."""
    return Listing(dependencies=tuple(read(place)))


def read(place: Path) -> list[Dependency]:
    """Return what is installed in an environment, given its folder or its interpreter.

    Raises `DependencyError` for what is no environment, and for damaged metadata in it.
    """
    root, folders = folders_of(place)
    installed = [
        _dependency(distribution, root)
        for packages in folders
        for distribution in distributions(path=[str(packages)])
    ]
    kept = [dependency for dependency in installed if dependency.name not in TOOLS]
    return sorted(kept, key=lambda dependency: (dependency.name, dependency.version or ""))


def folders_of(place: Path) -> tuple[Path, list[Path]]:
    """Return the folder of an environment and where its packages lie.

    Raises `DependencyError` for what is neither an environment nor an interpreter.
    """
    if not place.exists():
        raise DependencyError(f"{place}: does not exist. Is the path right?")
    # An interpreter is bin/python of its environment. Never resolved: it is a link out of there.
    root = place if place.is_dir() else place.absolute().parent.parent
    if (root / "pyvenv.cfg").is_file() and (found := artifacts.site_packages_of(root)):
        return root, sorted(found)
    if place.is_file() and os.access(place, os.X_OK) and (found := _ask(place)):
        return root, found
    raise DependencyError(
        f"{place}: no virtual environment (no pyvenv.cfg with site-packages beside it) and no Python; "
        "give the folder made by `python -m venv` or `uv venv`, or an interpreter"
    )


def _ask(interpreter: Path) -> list[Path]:
    """Ask an interpreter where its packages lie; empty where it does not answer like one."""
    command = [str(interpreter.absolute()), "-I", "-S", "-c", _WHERE]
    try:
        ended = subprocess.run(
            command, capture_output=True, timeout=_SECONDS, check=True, stdin=subprocess.DEVNULL
        )
        listed = json.loads(ended.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    texts = listed if isinstance(listed, list) else []
    return [path for path in map(Path, map(str, texts)) if path.is_dir()]


def _dependency(distribution: Distribution, root: Path) -> Dependency:
    where = str(getattr(distribution, "_path", root))
    metadata = distribution.metadata
    name, version = metadata["Name"], metadata["Version"]
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise DependencyError(
            f"{where}: names itself {shown(name)}, which is no package name; reinstall the package"
        )
    try:
        exact = str(Version(str(version)))
    except InvalidVersion as error:
        raise DependencyError(
            f"{where}: has version {shown(version)}, which is no version; reinstall the package"
        ) from error
    claims = [c for c in metadata.get_all("Classifier") or () if c.startswith(CLASSIFIER)]
    return Dependency(
        name=canonicalize_name(name),
        version=exact,
        where=where,
        wheels=_wheels(distribution, name, exact),
        claim=max(claims, default=""),
        origin="a path or an address" if distribution.read_text("direct_url.json") else "",
    )


def _wheels(distribution: Distribution, name: str, version: str) -> tuple[str, ...] | None:
    """Spell the wheel that was installed, where it says something about a free-threaded build."""
    text = distribution.read_text("WHEEL") or ""
    tags = [tag for tag in re.findall(r"^Tag:\s*(\S+)$", text, re.MULTILINE) if tag.count("-") == 2]
    pure = not any(_LIBRARY.search(file.name) for file in distribution.files or ())
    telling = [
        tag for tag in tags if (tag.endswith("-none-any") and pure) or tag.split("-")[1][-1:] == "t"
    ]
    spelled = re.sub(r"[-_.]+", "_", name)
    return tuple(f"{spelled}-{version}-{tag}.whl" for tag in sorted(telling)) or None
