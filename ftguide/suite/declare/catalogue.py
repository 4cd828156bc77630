"""The workloads of the suite, their source hashes, and the lookup that forgives typing errors.

A source hash covers what is executed: the functions of a declaration and every module-level
definition they reach, as text. Comments between functions, titles and questions may change freely; a
changed hash without a new version fails a test, because stored results would no longer describe the code.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

import benchmarks.workloads
from benchmarks.workloads.declare import Group, Workload
from ftguide.ground.vocabulary import UnknownNameError
from ftguide.suite.record.model import Resemblance, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """A workload and where it comes from."""

    workload: Workload
    module: str  #: dotted name, importable in the target
    source_hash: str  #: sha256, hexadecimal
    resembles: tuple[Resemblance, ...] = ()  #: of a reader's own code alone
    trial: Trial | None = None

    @property
    def slug(self) -> str:
        """The workload's permanent name."""
        return self.workload.slug


@functools.lru_cache(maxsize=1)  # every workload of a module asks, one after the other
def definitions(source: str) -> Mapping[str, tuple[str, frozenset[str]]]:
    """Map each module-level name to its source text and the names that text mentions.

    SyntaxError for what is not Python.
    """
    lines = [f"{line}\n".encode() for line in source.split("\n")]
    defined: dict[str, tuple[str, frozenset[str]]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [
                n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)
            ]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
        else:
            continue
        # Decorators belong to what is executed; a node begins after its own.
        parts = [*getattr(node, "decorator_list", []), node]
        text = "\n".join(_segment(lines, part) for part in parts)
        used = frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
        for name in names:
            defined[name] = (text, used)
    return defined


def _segment(lines: Sequence[bytes], node: ast.expr | ast.stmt) -> str:
    """Return a node's text; `ast.get_source_segment` splits the whole source for every node."""
    assert node.end_lineno is not None
    first, last = node.lineno - 1, node.end_lineno - 1
    part = [*lines[first : last + 1]]
    part[-1] = part[-1][: node.end_col_offset]
    part[0] = part[0][node.col_offset :]
    return b"".join(part).decode()


def source_hash(workload: Workload, source: str) -> str:
    """Hash the functions of a workload and all module-level definitions they reach; raises SyntaxError."""
    known = definitions(source)
    functions = [workload.setup_shared, workload.setup_local, workload.run, workload.check]
    if workload.observe is not None:
        functions.append(workload.observe)
    names = [function.__name__ for function in functions]
    waiting, reached = set(names) & known.keys(), set[str]()
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= (known[name][1] & known.keys()) - reached
    digest = hashlib.sha256()
    for name in sorted(reached):
        digest.update(f"{name}\n{known[name][0]}\n".encode())
    digest.update("".join(names).encode())
    return digest.hexdigest()


def entries_of(module: ModuleType) -> list[CatalogueEntry]:
    """List what one workload module declares."""
    source, name = inspect.getsource(module), module.__name__
    return [
        CatalogueEntry(workload=workload, module=name, source_hash=source_hash(workload, source))
        for workload in getattr(module, "WORKLOADS", ())
    ]


@functools.cache
def catalogue() -> Mapping[str, CatalogueEntry]:
    """Return every workload by slug, in the order of groups, then of declaration.

    ValueError for two workloads of one name.
    """
    modules = [
        importlib.import_module(f"{benchmarks.workloads.__name__}.{info.name}")
        for info in pkgutil.iter_modules(benchmarks.workloads.__path__)
    ]
    order = list(Group)
    entries = sorted(
        (entry for module in modules for entry in entries_of(module)),
        key=lambda entry: order.index(entry.workload.group),
    )
    by_slug = {entry.slug: entry for entry in entries}
    if len(by_slug) < len(entries):
        slugs = [entry.slug for entry in entries]
        double = next(slug for slug in slugs if slugs.count(slug) > 1)
        raise ValueError(f"two workloads are called {double!r}: rename one")
    return by_slug


def select(only: Iterable[str] = (), groups: Iterable[str] = ()) -> list[CatalogueEntry]:
    """Choose workloads by slug and by group; nothing chosen means all of them.

    UnknownNameError for a slug or a group that does not exist; it offers the nearest.
    """
    known = catalogue()
    only, groups = list(only), list(groups)
    present = {str(entry.workload.group) for entry in known.values()}
    for kind, names, there in (("workload", only, known), ("group", groups, present)):
        for name in names:
            if name not in there:
                raise UnknownNameError(kind, name, there)
    if not only and not groups:
        return list(known.values())
    return [e for e in known.values() if e.slug in only or e.workload.group in groups]
