"""Dependencies from an installed environment: its metadata files are read, nothing of it is run.

Takes the folder of a virtual environment, or an interpreter inside one. Only names, versions, wheel
tags and classifiers are used; a distribution with damaged metadata is reported, not skipped.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ftguide.tracker.check.dependency import NAME, Dependency, DependencyError, shown
from ftguide.tracker.observe import artifacts

_LIBRARY = re.compile(r"\.(so|pyd|dylib|dll)(\.\d+)*$")
#: Tools that an environment has before anything is installed into it.
_TOOLS = frozenset({"pip", "setuptools", "wheel"})

CLASSIFIER = "Programming Language :: Python :: Free Threading"


def read(place: Path) -> list[Dependency]:
    """Return what is installed in an environment, given its folder or its interpreter.

    Raises `DependencyError` for what is no environment, and for damaged metadata in it.
    """
    root = folder_of(place)
    installed = [
        _dependency(distribution, root)
        for packages in sorted(artifacts.site_packages_of(root))
        for distribution in distributions(path=[str(packages)])
    ]
    kept = [dependency for dependency in installed if dependency.name not in _TOOLS]
    return sorted(kept, key=lambda dependency: (dependency.name, dependency.version or ""))


def folder_of(place: Path) -> Path:
    """Return the folder of an environment: `place` itself, or where the interpreter `place` lives.

    Raises `DependencyError` when there is none.
    """
    if not place.exists():
        raise DependencyError(f"{place}: does not exist. Is the path right?")
    # An interpreter is bin/python of its environment. Never resolved: it is a link out of there.
    root = place if place.is_dir() else place.absolute().parent.parent
    if not (root / "pyvenv.cfg").is_file() or not artifacts.site_packages_of(root):
        raise DependencyError(
            f"{place}: no virtual environment (no pyvenv.cfg with site-packages beside it); "
            "give the folder made by `python -m venv` or `uv venv`, or the python inside it"
        )
    return root


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
