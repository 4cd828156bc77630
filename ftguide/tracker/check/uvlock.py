"""Reading uv.lock as its installer does: from the projects it locks, along the edges that hold.

An edge has a marker, and where a lock forks, the version it leads to. What no edge reaches on a target is
not installed there, however many wheels it lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name

from ftguide.tracker.check.dependency import Lack, Remark, Selection, marker_of, plain, spelled
from ftguide.tracker.check.project import Table, check_names, table
from ftguide.tracker.check.target import Target

#: A package of the lock by its place, with the extras that are asked of it.
Step = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What is installed of a lock, by places in its list."""

    installed: frozenset[int]
    left: tuple[Remark, ...]
    elsewhere: frozenset[int]  #: reached by no edge that holds on the target


@dataclass(slots=True)
class _Graph:
    packages: list[Table]
    target: Target
    where: str
    by_name: dict[str, list[int]] = field(default_factory=dict)
    markers: dict[str, bool] = field(
        default_factory=dict
    )  #: thousands of edges share a few markers

    def holds(self, text: object) -> bool:
        if not text:
            return True
        key = str(text)
        if key not in self.markers:
            self.markers[key] = self.target.holds(marker_of(key, self.where))
        return self.markers[key]

    def here(self, number: int) -> bool:
        """Say whether a package belongs to the fork of the target."""
        forks = self.packages[number].get("resolution-markers")
        return not isinstance(forks, list) or not forks or any(map(self.holds, forks))

    def follow(self, edges: Iterable[object]) -> Iterator[Step]:
        """Yield where edges lead: a package, and each extra that is asked of it."""
        for edge in edges:
            given = table(edge)
            if not self.holds(given.get("marker")):
                continue
            found = self.by_name.get(canonicalize_name(str(given.get("name"))), [])
            version = given.get("version")
            for number in found:
                same = version is None or self.packages[number].get("version") == version
                if same and (version is not None or len(found) == 1 or self.here(number)):
                    yield number, ""
                    extras = given.get("extra")
                    for extra in extras if isinstance(extras, list) else []:
                        yield number, str(extra)

    def reach(self, start: Iterable[Step]) -> set[int]:
        """Return all that is installed from some beginning."""
        seen: set[Step] = set()
        left = list(start)
        while left:
            step = left.pop()
            if step in seen:
                continue
            seen.add(step)
            left += self.follow(edges_of(self.packages[step[0]], step[1]))
        return {number for number, _ in seen}


def edges_of(package: Table, extra: str = "") -> list[object]:
    """Return the edges of a package, or those that one of its extras adds."""
    if extra:
        listed = _by_plain(package.get("optional-dependencies")).get(plain(extra), [])
    else:
        listed = package.get("dependencies", [])
    return listed if isinstance(listed, list) else []


def _by_plain(value: object) -> Mapping[str, object]:
    return {plain(name): listed for name, listed in table(value).items()}


def walk(packages: list[Table], target: Target, selection: Selection, where: str) -> Walk:
    """Walk a lock; raises `DependencyError` for a marker that is none, or a group that is not there."""
    graph = _Graph(packages, target, where)
    for number, package in enumerate(packages):
        graph.by_name.setdefault(canonicalize_name(str(package.get("name"))), []).append(number)
    roots = frozenset(n for n, package in enumerate(packages) if _own(package))
    places = frozenset(range(len(packages)))
    if not roots:  # a lock of packages alone: each counts, unless it belongs to another fork
        here = frozenset(filter(graph.here, places))
        return Walk(installed=here, left=(), elsewhere=places - here)
    orphans = filter(graph.here, _orphans(packages, roots))
    always: list[Step] = [(n, "") for n in sorted({*roots, *orphans})]
    parts = _parts(graph, roots)
    check_names(
        selection,
        extras=[name for lack, name in parts if lack is Lack.EXTRA],
        groups=[name for lack, name in parts if lack is Lack.GROUP],
    )
    chosen = [
        step
        for (lack, name), steps in parts.items()
        if (selection.wants_extra(name) if lack is Lack.EXTRA else selection.wants_group(name))
        for step in steps
    ]
    installed = graph.reach([*always, *chosen]) - roots
    left, possible = [], set(installed)
    for (lack, name), steps in sorted(parts.items()):
        if more := graph.reach(steps) - installed - roots:
            possible |= more
            left.append(Remark(lack=lack, about=spelled(name), count=len(more)))
    if selection.direct:
        direct = {n for root in roots for n, _ in graph.follow(edges_of(packages[root]))}
        direct |= {n for n, extra in chosen if n not in roots}
        direct |= {n for s in chosen if s[0] in roots for n, _ in graph.follow(_edges(graph, s))}
        if rest := len(installed - direct):
            left.append(Remark(lack=Lack.INDIRECT, count=rest))
        installed &= direct
    return Walk(
        installed=frozenset(installed), left=tuple(left), elsewhere=places - possible - roots
    )


def _parts(graph: _Graph, roots: Iterable[int]) -> dict[tuple[Lack, str], list[Step]]:
    """Return where the extras and the groups of the locked projects begin, by their names."""
    parts: dict[tuple[Lack, str], list[Step]] = {}
    for n in roots:
        package = graph.packages[n]
        for name in _by_plain(package.get("optional-dependencies")):
            parts.setdefault((Lack.EXTRA, name), []).append((n, name))
        for name, edges in _by_plain(package.get("dev-dependencies")).items():
            if isinstance(edges, list):
                parts.setdefault((Lack.GROUP, name), []).extend(graph.follow(edges))
    return parts


def _orphans(packages: list[Table], roots: Iterable[int]) -> set[int]:
    """Return packages that no edge names, whatever its marker: rather look than leave them out."""
    named = {
        canonicalize_name(str(table(edge).get("name")))
        for package in packages
        for listed in (
            package.get("dependencies"),
            *table(package.get("optional-dependencies")).values(),
            *table(package.get("dev-dependencies")).values(),
        )
        for edge in (listed if isinstance(listed, list) else [])
    }
    names = enumerate(canonicalize_name(str(package.get("name"))) for package in packages)
    return {number for number, name in names if name not in named} - set(roots)


def _edges(graph: _Graph, step: Step) -> list[object]:
    return edges_of(graph.packages[step[0]], step[1])


def _own(package: Table) -> bool:
    """Say whether a package of a lock is a project that is locked, not one that is installed."""
    return bool({"virtual", "editable"} & table(package.get("source")).keys())
