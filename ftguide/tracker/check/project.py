"""Dependencies that a project declares: pyproject.toml (also poetry's), setup.cfg, Pipfile, a script.

Extras and groups are read and named; they count only when they are asked for. What only a build would
know is refused with the way to export it, never taken for "no dependencies".
"""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from ftguide.tracker.check import requirements
from ftguide.tracker.check.dependency import (
    NAME,
    Dependency,
    DependencyError,
    Lack,
    Listing,
    Remark,
    Selection,
    marker_of,
    merged,
    plain,
    shown,
    spelled,
    text_of,
    unlocked,
)
from ftguide.tracker.check.poetry import poetry_range

#: How a project with any build back end is turned into a list.
EXPORT = "export them with `uv pip compile {name} -o requirements.txt` and check that"

#: Stands for extras whose names only a build knows.
_DYNAMIC = "(dynamic)"

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The dependencies that belong together in a project."""

    lack: Lack | None  #: what leaving it out is; None for what is always installed
    name: str
    dependencies: tuple[Dependency, ...]


def table(value: object) -> Table:
    """Return a table, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def pyproject(data: Table, path: Path, selection: Selection) -> Listing:
    """Read a pyproject.toml; raises `DependencyError` for what only its build knows."""
    return _listing(_parts(data, path), selection)


def script(path: Path) -> Listing:
    """Read the header of a script (PEP 723); raises `DependencyError` where there is none."""
    content = _header(text_of(path).splitlines())
    if content is None:
        raise DependencyError(
            f"{path}: a Python file without a `# /// script` header, so its dependencies are not read; "
            f"for a setup.py, {EXPORT.format(name=path.name)}"
        )
    try:
        data = tomllib.loads(content)
    except (ValueError, RecursionError) as error:  # also for a number that Python does not convert
        raise DependencyError(f"{path}, header: not TOML ({error}); correct it") from error
    listed = _requirements(data.get("dependencies", []), f"{path}, dependencies", path.parent)
    return _listing([_Part(lack=None, name="", dependencies=tuple(listed))], Selection())


def _header(lines: list[str]) -> str | None:
    """Return the TOML in the first block of comments that is a header, in one pass over the lines.

    The expression that the standard shows takes hours over many lines that begin a header and end none.
    """
    begun: int | None = None
    end: int | None = None
    for number, line in enumerate([*lines, ""]):
        if line != "#" and not line.startswith("# "):
            if begun is not None and end is not None:
                return "\n".join(each[2:] for each in lines[begun + 1 : end])
            begun = end = None
        elif begun is None and line == "# /// script":
            begun = number
        elif begun is not None and line == "# ///":
            end = number
    return None


def setup_cfg(path: Path, selection: Selection) -> Listing:
    """Read a setup.cfg; raises `DependencyError` for a damaged one, or one that declares nothing."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text_of(path))
    except configparser.Error as error:
        reason = str(error).splitlines()[0]
        raise DependencyError(f"{path}: not readable ({reason}); correct it") from error
    stated = parser.get("options", "install_requires", fallback="")
    extras = (
        dict(parser.items("options.extras_require"))
        if parser.has_section("options.extras_require")
        else {}
    )
    if not stated and not extras:
        raise DependencyError(
            f"{path}: states no install_requires; {EXPORT.format(name='setup.py')}"
        )
    parts = [_cfg_part(None, "", stated, path)]
    parts += [_cfg_part(Lack.EXTRA, name, text, path) for name, text in extras.items()]
    return _listing(parts, selection)


def _cfg_part(lack: Lack | None, name: str, text: str, path: Path) -> _Part:
    """Read lines of requirements, or of the file that holds them."""
    where = f"{path}, {name or 'install_requires'}"
    found: list[Dependency] = []
    if text.strip().startswith("file:"):
        for file in text.strip().removeprefix("file:").split(","):
            found += requirements.read(_inside(file.strip(), path)).dependencies
    else:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        found = list(_requirements(lines, where, path.parent))
    return _Part(lack=lack, name=name, dependencies=tuple(found))


def pipfile(data: Table, path: Path, selection: Selection) -> Listing:
    """Read a Pipfile: its packages, and its other lists as groups."""
    parts = []
    for section, value in data.items():
        if section in {"source", "requires", "scripts", "pipenv"} or not isinstance(value, dict):
            continue
        lack = None if section == "packages" else Lack.GROUP
        name = "" if section == "packages" else section
        found = tuple(_loose(value, f"{path}, {section}"))
        parts.append(_Part(lack=lack, name=name.removesuffix("-packages"), dependencies=found))
    return _listing(parts, selection)


# --- pyproject.toml -------------------------------------------------------------------------------


def _parts(data: Table, path: Path) -> list[_Part]:
    project, tool = table(data.get("project")), table(data.get("tool"))
    poetry = table(tool.get("poetry"))
    parts: list[_Part] = []
    if project:
        parts += _standard(project, tool, path)
    if poetry:
        parts += _poetry(poetry, path, own="dependencies" not in project)
    groups = table(data.get("dependency-groups"))
    for name in groups:
        where = f"{path}, dependency-groups.{name}"
        found = tuple(_group(groups, name, where, (), path.parent))
        parts.append(_Part(lack=Lack.GROUP, name=name, dependencies=found))
    older = {
        "dev": table(tool.get("uv")).get("dev-dependencies"),
        **table(table(tool.get("pdm")).get("dev-dependencies")),
    }
    for name, listed in older.items():
        if isinstance(listed, list):
            found = tuple(_requirements(listed, f"{path}, tool, {name}", path.parent))
            parts.append(_Part(lack=Lack.GROUP, name=name, dependencies=found))
    if not parts:
        raise DependencyError(
            f"{path}: states no dependencies ([project], [tool.poetry] or [dependency-groups]); "
            f"{EXPORT.format(name=path.name)}"
        )
    return parts


def _standard(project: Table, tool: Table, path: Path) -> Iterator[_Part]:
    """Yield what [project] declares."""
    dynamic = project.get("dynamic")
    names = set(map(str, dynamic)) if isinstance(dynamic, list) else set()
    sources = table(table(tool.get("setuptools")).get("dynamic"))
    if "dependencies" in names:
        found = _dynamic(sources.get("dependencies"), path, "dependencies")
    else:
        listed = project.get("dependencies", [])
        found = _requirements(listed, f"{path}, project.dependencies", path.parent)
    yield _Part(lack=None, name="", dependencies=tuple(found))
    if "optional-dependencies" in names:
        extras = table(sources.get("optional-dependencies"))
        for name, source in extras.items():
            what = f"optional-dependencies.{name}"
            found = _dynamic(source, path, what)
            yield _Part(lack=Lack.EXTRA, name=name, dependencies=tuple(found))
        if not extras:
            yield _Part(lack=Lack.EXTRA, name=_DYNAMIC, dependencies=())
    for name, listed in table(project.get("optional-dependencies")).items():
        where = f"{path}, project.optional-dependencies.{name}"
        found = _requirements(listed, where, path.parent)
        yield _Part(lack=Lack.EXTRA, name=name, dependencies=tuple(found))


def _dynamic(source: object, path: Path, what: str) -> Iterator[Dependency]:
    """Read the files that setuptools would; anything else runs code, and nothing of it is run here."""
    files = table(source).get("file")
    files = [files] if isinstance(files, str) else files
    if not isinstance(files, list) or not files:
        raise DependencyError(
            f"{path}, project.dynamic: {what!r} is known to its build alone, so it was not read; "
            f"{EXPORT.format(name=path.name)}"
        )
    for file in files:
        yield from requirements.read(_inside(str(file), path)).dependencies


def _inside(file: str, path: Path) -> Path:
    """Return a file below the folder of another; raises `DependencyError` for one elsewhere."""
    found = path.parent / file
    if not found.resolve().is_relative_to(path.parent.resolve()):
        raise DependencyError(f"{path}: {shown(file)} lies outside of the project; not read")
    return found


def _group(
    groups: Table, name: str, where: str, stack: tuple[str, ...], folder: Path
) -> Iterator[Dependency]:
    """Yield a dependency group with those that it includes (PEP 735)."""
    known = {plain(key): value for key, value in groups.items()}
    listed = known.get(plain(name))
    if plain(name) in stack:
        raise DependencyError(f"{where}: group {shown(name)} includes itself; remove one of them")
    if not isinstance(listed, list):
        raise DependencyError(
            f"{where}: {shown(name)} is not a group; write a list of requirements"
        )
    for item in listed:
        if isinstance(item, dict):
            other = str(item.get("include-group"))
            yield from _group(groups, other, where, (*stack, plain(name)), folder)
        else:
            yield from _requirements([item], where, folder)


def _requirements(listed: object, where: str, folder: Path) -> Iterator[Dependency]:
    if not isinstance(listed, list):
        raise DependencyError(f"{where}: not a list; write a list of strings")
    if len(listed) > requirements.MAX_REQUIREMENTS:
        raise DependencyError(
            f"{where}: more than {requirements.MAX_REQUIREMENTS} requirements; that is no list of a project"
        )
    for number, text in enumerate(listed):
        place = f"{where}[{number}]"
        if not isinstance(text, str):
            raise DependencyError(f"{place}: {shown(text)} is not a string; write a requirement")
        # pdm writes its editable dependencies as a requirements file does.
        yield requirements.requirement(text.removeprefix("-e "), place, folder)


# --- poetry's own tables, and a Pipfile's -----------------------------------------------------------


def _poetry(poetry: Table, path: Path, *, own: bool) -> Iterator[_Part]:
    """Yield what [tool.poetry] declares; `own` unless [project] declares the dependencies."""
    extras = {
        name: {canonicalize_name(str(one)) for one in listed}
        for name, listed in table(poetry.get("extras")).items()
        if isinstance(listed, list)
    }
    if own:
        where = f"{path}, tool.poetry.dependencies"
        listed = {
            name: value
            for name, value in table(poetry.get("dependencies")).items()
            if name.lower() != "python"
        }
        optional = {name for name, value in listed.items() if table(value).get("optional") is True}
        needed = {name: value for name, value in listed.items() if name not in optional}
        yield _Part(lack=None, name="", dependencies=tuple(_loose(needed, where)))
        rest = {name: listed[name] for name in optional}
        for extra, names in extras.items():
            chosen = {name: v for name, v in rest.items() if canonicalize_name(name) in names}
            yield _Part(lack=Lack.EXTRA, name=extra, dependencies=tuple(_loose(chosen, where)))
    groups = {
        name: table(value).get("dependencies") for name, value in table(poetry.get("group")).items()
    }
    for name, value in {"dev": poetry.get("dev-dependencies"), **groups}.items():
        if isinstance(value, dict):
            found = tuple(_loose(value, f"{path}, tool.poetry, {name}"))
            yield _Part(lack=Lack.GROUP, name=name, dependencies=found)


def _loose(listed: Table, where: str) -> Iterator[Dependency]:
    """Yield dependencies of a table from names to versions, as poetry and pipenv write them."""
    for name, value in listed.items():
        place = f"{where}.{name}"
        if not NAME.fullmatch(name):
            raise DependencyError(f"{place}: {shown(name)} is not the name of a package")
        for one in value if isinstance(value, list) else [value]:
            yield _one(name, one, place)


def _one(name: str, value: object, where: str) -> Dependency:
    made = Dependency(name=canonicalize_name(name), where=where)
    given = table(value)
    if given.keys() & {"git", "path", "url", "file", "hg", "svn"}:
        return replace(made, origin="a repository, a path or an address")
    stated = given.get("version", "*") if given else value
    if not isinstance(stated, str):
        raise DependencyError(f"{where}: {shown(value)} is not a version; write one such as ^1.2")
    accepts = poetry_range(stated, where)
    pins = [spec.version for spec in accepts if spec.operator == "==" and "*" not in spec.version]
    marker = given.get("markers")
    requires = given.get("python")
    return replace(
        made,
        version=str(Version(pins[0])) if pins else None,
        accepts=accepts,
        marker=marker_of(marker, where) if marker else None,
        requires_python=str(poetry_range(requires, where)) if isinstance(requires, str) else "",
    )


# --- putting the parts together ---------------------------------------------------------------------


def _listing(parts: Iterable[_Part], selection: Selection) -> Listing:
    """Keep what is always installed and what is asked for; name and count the rest.

    Raises `DependencyError` for an extra or a group that is asked for and does not exist.
    """
    parts = list(parts)
    check_names(
        selection,
        extras=[part.name for part in parts if part.lack is Lack.EXTRA],
        groups=[part.name for part in parts if part.lack is Lack.GROUP],
    )
    kept: list[Dependency] = []
    left: dict[tuple[Lack, str], int] = {}  # a group may stand in a standard table and in a tool's
    for part in parts:
        chosen = part.lack is None or (
            selection.wants_extra(part.name)
            if part.lack is Lack.EXTRA
            else selection.wants_group(part.name)
        )
        if chosen:
            kept += part.dependencies
        elif part.lack is not None and (part.dependencies or part.name == _DYNAMIC):
            about = part.name if part.name == _DYNAMIC else spelled(part.name)
            key = part.lack, about
            left[key] = left.get(key, 0) + len(part.dependencies)
    listing = merged(kept)
    remarks = (Remark(lack=lack, about=about, count=n) for (lack, about), n in left.items())
    return replace(
        listing,
        remarks=(*listing.remarks, *remarks, *unlocked(listing.dependencies)),
    )


def check_names(selection: Selection, *, extras: Iterable[str], groups: Iterable[str]) -> None:
    """Raise `DependencyError` for an extra or a group that is asked for and that nothing defines."""
    for option, asked, there in (
        ("--extra", selection.extras, extras),
        ("--group", selection.groups, groups),
    ):
        known = sorted({plain(name) for name in there})
        for name in sorted(asked - set(known)):
            first = ", ".join(map(spelled, known[:12])) + ", …" * (len(known) > 12)
            has = f"there are {first}" if known else "there is none"
            raise DependencyError(f"{option} {shown(name)}: nothing is called that; {has}")
