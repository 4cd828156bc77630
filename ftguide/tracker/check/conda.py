"""Dependencies from an environment of conda: its `pip:` part as requirements, conda's own packages by name.

A package of conda is another build than the file of that name on an index, so nothing that is known of the
file holds for it: it is listed and said to be unknown. The file is taken apart and never made into objects,
and every value stays text: a version such as 3.10 is no number here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from packaging.utils import canonicalize_name

from ftguide.tracker.check import requirements
from ftguide.tracker.check.dependency import (
    CONDA,
    Dependency,
    DependencyError,
    Lack,
    Listing,
    Remark,
    shown,
    text_of,
)
from ftguide.tracker.check.environment import TOOLS

#: An environment of a thousand packages, written with their builds, has 50 kB.
MAX_BYTES = 128 * 1024
#: Values with those that aliases repeat: a few lines of aliases of aliases come to a billion.
MAX_VALUES = 50_000

#: `channel::name version=build`, and what stands behind the name in any of conda's ways.
_PACKAGE = re.compile(
    r"(?:[^\s:\[\]]{1,200}::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]{0,99})(?P<rest>(?:[\s=<>!~*\[].*)?)",
    re.DOTALL,
)
_PIN = re.compile(r"\s*(?:==(?P<only>[\w.+!-]{1,60})|=?(?P<version>[\w.+!-]{1,60})=[\w.*-]{1,60})")
#: The interpreter, and which build of it: what the target says.
_PYTHON = frozenset({"python", "python-freethreading", "python-gil", "python_abi"})


def environment(path: Path) -> Listing:
    """Read an environment.yml; raises `DependencyError`."""
    own: list[Dependency] = []
    lines: list[tuple[int, str]] = []
    for node in _items(_dependencies(path), f"{path}, dependencies"):
        if isinstance(node, yaml.ScalarNode):
            own += _of_conda(node, path)
        else:
            lines += _of_pip(node, path)
    listing = requirements.read_lines(lines, path)
    by_pip = {each.name for each in listing.dependencies}
    alone = {each.name: each for each in own if canonicalize_name(each.name) not in by_pip}
    both = [
        Remark(lack=Lack.CONDA_TOO, about=each.name, detail=each.where)
        for each in own
        if each.name not in alone
    ]
    return Listing(dependencies=tuple(alone.values()), remarks=tuple(both)) + listing


def _dependencies(path: Path) -> yaml.Node:
    """Return the value of `dependencies`; raises `DependencyError` for what is no environment."""
    text = text_of(path)
    if len(text) > MAX_BYTES:
        raise DependencyError(
            f"{path}: more than {MAX_BYTES // 1024} KiB; that is no environment of conda. "
            "List the installed environment instead: `--python PATH`"
        )
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DependencyError(
            f"{path}, line {line}: not YAML ({error.problem}); correct it"
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DependencyError(
            f"{path}, line {line}: not YAML ({error.reason}: {shown(chr(error.character))}); correct it"
        ) from error
    except RecursionError as error:
        raise DependencyError(f"{path}: nested too deeply; correct it") from error
    _refuse_growth(root, path)
    found = next((value for key, value in _pairs(root) if key == "dependencies"), None)
    if found is None:
        raise DependencyError(
            f"{path}: has no list 'dependencies', so it is no environment of conda; name a file that is, "
            "or list the installed environment: `--python PATH`"
        )
    return found


def _refuse_growth(root: yaml.Node | None, path: Path) -> None:
    """Raise `DependencyError` for a file that comes to far more than it has letters, or never ends."""
    left, seen = [root], 0
    while left:
        node, seen = left.pop(), seen + 1
        if seen > MAX_VALUES:
            raise DependencyError(
                f"{path}: its aliases (such as *name) repeat each other until there are more than "
                f"{MAX_VALUES} values; write them out"
            )
        if isinstance(node, yaml.SequenceNode):
            left += node.value
        elif isinstance(node, yaml.MappingNode):
            left += [each for pair in node.value for each in pair]


def _pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value) if isinstance(key, yaml.ScalarNode) else "", value


def _items(node: yaml.Node, where: str) -> list[yaml.Node]:
    """Return the values of a list, none of a value that is left empty; raises `DependencyError`."""
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    if isinstance(node, yaml.ScalarNode) and not node.value:
        return []
    raise DependencyError(
        f"{where} (line {node.start_mark.line + 1}): not a list; write one package a line, each behind '- '"
    )


def _of_conda(node: yaml.ScalarNode, path: Path) -> Iterator[Dependency]:
    """Yield a package of conda, and nothing for Python itself."""
    where = f"{path}, line {node.start_mark.line + 1}"
    match = _PACKAGE.fullmatch(node.value.strip())
    if match is None:
        raise DependencyError(
            f"{where}: {shown(node.value)} is not a package; write name, name=version or name>=version"
        )
    name = match["name"].lower()
    if name in _PYTHON | TOOLS:
        return
    pin = _PIN.fullmatch(match["rest"])
    version = None if pin is None else pin["only"] or pin["version"]
    yield Dependency(name=name, version=version, where=where, origin=CONDA)


def _of_pip(node: yaml.Node, path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of the `pip:` part as they would stand in a requirements file."""
    line = node.start_mark.line + 1
    parts = list(_pairs(node))
    if not parts or any(key != "pip" for key, _ in parts):
        raise DependencyError(
            f"{path}, line {line}: neither a package nor a list behind 'pip:'; write one of them"
        )
    for _, listed in parts:
        for item in _items(listed, f"{path}, pip"):
            line = item.start_mark.line + 1
            if not isinstance(item, yaml.ScalarNode):
                raise DependencyError(
                    f"{path}, line {line}: not a requirement; write name, name==version or name>=version"
                )
            for number, text in requirements.logical_lines(item.value):
                yield line + number - 1, text
