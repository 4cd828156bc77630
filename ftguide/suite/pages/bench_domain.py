"""The `bench` domain: what pages say about runs, bound to the stored data.

The role `{bench:ref}` links a workload, a run, a time or a ratio. What draws tables, charts and numbers
knows the domain, which knows none of it; `register.py` brings them together. Every workload, run and row
is an object of the inventory, so other projects can cite it.
"""

# ruff: noqa: ARG002, PLR0917 - Sphinx fixes the signatures of a domain's methods

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, cast

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.roles import XRefRole
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from ftguide.render import depends, made
from ftguide.suite import summaries
from ftguide.suite.derive.analysis import Row
from ftguide.suite.pages import data, files, kept
from ftguide.suite.pages.data import Loaded, Results
from ftguide.suite.pages.kept import Problem

logger = logging.getLogger(__name__)

#: Rows stay out of the search: a reader looks for workloads and runs, not for `nbody:ft-single@…`.
_PRIORITY = {"workload": 1, "run": 0, "row": -1, "time": -1, "ratio": -1}


class DomainObject(NamedTuple):  # every build unpickles thousands, and a dataclass takes longer
    """An object of the domain: where it is shown, and from which run."""

    docname: str
    kind: str  #: workload | run | row | time | ratio
    anchor: str  #: empty = the page itself
    title: str
    run_id: str | None


class BenchRole(XRefRole):
    """A link to a workload (`nbody`), a run, or a row (`nbody:ft-single/gil-single[@run]`)."""


class BenchDomain(Domain):
    """Objects of benchmark pages, and the role that links them."""

    name = "bench"
    label = "Benchmarks"
    object_types: ClassVar = {
        "workload": ObjType("workload", "ref"),
        "run": ObjType("run", "ref"),
        "row": ObjType("workload in a run", "ref"),
        "time": ObjType("time", "ref"),
        "ratio": ObjType("ratio", "ref"),
    }
    roles: ClassVar = {"ref": BenchRole(innernodeclass=nodes.inline, warn_dangling=True)}
    initial_data: ClassVar = {
        "objects": {},  # name -> DomainObject
        "files": {},  # docname -> {(run id, local)}, runs whose files the page links
    }
    data_version = 2
    dangling_warnings: ClassVar = {"ref": "no workload, run or row is called %(target)r"}

    def __init__(self, env: BuildEnvironment) -> None:
        """Start without having warned about anything."""
        super().__init__(env)
        self._warned: set[Problem] = set()
        self._results: Results | None = None  #: of this build
        self._for_writing: Results | None = None
        self._anchored: dict[str, DomainObject] | None = None  #: see `_living`; None: not known

    @property
    def objects(self) -> dict[str, DomainObject]:
        """All objects by name."""
        return cast("dict[str, DomainObject]", self.data["objects"])

    # --- what directives and roles tell the domain ---------------------------------------------

    @property
    def folder(self) -> Path:
        """The results folder of the configuration."""
        return Path(self.env.config.bench_results)

    def results(self) -> Results:
        """Read the results folder and make the page being read depend on its indexes."""
        if self._results is None:
            self._results = Results(self.folder, self._tell_here)
        depends.on(self.env, self.env.docname, self._results.indexes)
        return self._results

    def load_shown(self) -> None:
        """Load the runs now that pages of workloads show, for all that are going to be read and written."""
        self._results = self._for_writing = Results(self.folder, self.tell)
        self._results.load_shown()

    def results_for_writing(self) -> Results:
        """Read the results folder without making a page depend on it."""
        if self._for_writing is None:
            self._for_writing = Results(self.folder, self.tell)
        return self._for_writing

    def forget(self) -> None:
        """Begin another build: read the indexes again, and warn again."""
        self._warned.clear()
        self._results = self._for_writing = None

    def _tell_here(self, problem: Problem) -> None:
        self.tell(problem, self.env.docname)

    def tell(self, problem: Problem, docname: str | None = None) -> None:
        """Warn about a run that cannot be read, once."""
        if problem not in self._warned:
            self._warned.add(problem)
            self.warn(problem.message, "unreadable", docname)

    def depend(self, *folders: Path) -> None:
        """Have the page being read read again when the run in a folder changes."""
        paths = (path for folder in folders for path in kept.files_of(folder))
        depends.on(self.env, self.env.docname, paths)

    def depend_on_rows(self, runs: Iterable[Loaded]) -> None:
        """Have the page being read read again when what runs say changes; for pages that list all runs."""
        depends.on(self.env, self.env.docname, (loaded.folder / summaries.NAME for loaded in runs))

    def warn(self, message: str, subtype: str, location: str | None) -> None:
        """Warn at a place of a page, or at a page."""
        logger.warning(message, type="bench", subtype=subtype, location=location)

    def note_object(
        self,
        name: str,
        kind: str,
        anchor: str,
        *,
        title: str | None = None,
        run_id: str | None = None,
    ) -> None:
        """Register an object of the page being read; the second page to claim a name is told so."""
        docname = self.env.docname
        known = self.objects.get(name)
        if known is not None and known.docname != docname:
            message = f"{name} is described twice; the other page is {known.docname}"
            self.warn(message, "duplicate", docname)
        self._anchored = None
        self.objects[name] = DomainObject(
            docname=docname, kind=kind, anchor=anchor, title=title or name, run_id=run_id
        )

    def note_numbers(self, row: Row, run_id: str, *, suffix: str = "") -> None:
        """Register the anchors of a row's ratios and times; `suffix` tells those of a run's own page."""
        ratios = [(pair.arm, pair.base, "ratio") for pair in data.comparisons(row)]
        for arm, base, kind in (*ratios, *((time.arm, None, "time") for time in row.times)):
            name = f"{data.number_name(row.slug, arm, base)}{suffix}"
            self.note_object(name, kind, data.anchor(row.slug, arm, base), run_id=run_id)

    def note_files(self, docname: str, loaded: Loaded) -> None:
        """Have a run's CSV written beside the pages when the build is done."""
        key = (loaded.run.run_id, loaded.local)
        self.data["files"].setdefault(docname, set()).add(key)

    # --- what Sphinx asks the domain ------------------------------------------------------------

    def clear_doc(self, docname: str) -> None:
        """Forget what a page declared."""
        self._anchored = None
        for name in [n for n, entry in self.objects.items() if entry.docname == docname]:
            del self.objects[name]
        self.data["files"].pop(docname, None)

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process read."""
        self._anchored = None
        for name, entry in otherdata["objects"].items():
            if entry.docname in docnames:
                self.objects[name] = entry
        for docname, value in otherdata["files"].items():
            if docname in docnames:
                self.data["files"][docname] = value

    def find(self, target: str, run_id: str | None = None) -> DomainObject | None:
        """Return an object by name or, failing that, by its anchor; `run_id` prefers that run."""
        entry = self.objects.get(target)
        if entry is not None and run_id is not None and entry.run_id != run_id:
            entry = self.objects.get(f"{target}@{run_id}") or entry
        return self._living().get(target) if entry is None else entry

    def _living(self) -> dict[str, DomainObject]:
        """Return what stands on pages other than those of runs, by anchor; of two the first."""
        if self._anchored is None:
            living = [o for o in self.objects.values() if "/runs/" not in o.docname]
            self._anchored = {entry.anchor: entry for entry in reversed(living)}
        return self._anchored

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Link to an object; without any published run a row leads to its workload's page."""
        entry = self.find(target, node.get("run_id"))
        if entry is None and (node.get("optional") or not self.results_for_writing().published):
            entry = self.objects.get(target.partition(":")[0])
            if entry is None:
                # Sphinx takes any node for an answer; text without a link is one.
                return cast("nodes.reference", contnode)
        if entry is None:
            return None
        if not node["refexplicit"]:
            contnode = nodes.inline("", entry.title, classes=contnode["classes"])
        return make_refnode(builder, fromdocname, entry.docname, entry.anchor, contnode)

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Link to an object from `{any}`; only exact names count."""
        entry = self.objects.get(target)
        if entry is None:
            return []
        link = make_refnode(builder, fromdocname, entry.docname, entry.anchor, contnode)
        return [("bench:ref", link)]

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield every object for the inventory; rows stay out of the search."""
        for name, entry in sorted(self.objects.items()):
            priority = _PRIORITY[entry.kind]
            yield name, entry.title, entry.kind, entry.docname, entry.anchor, priority

    def get_full_qualified_name(self, node: nodes.Element) -> str | None:
        """Return the name a reference asks for."""
        return cast("str | None", node.get("reftarget"))


def domain_of(env: BuildEnvironment) -> BenchDomain:
    """Return the domain of an environment."""
    return cast("BenchDomain", env.get_domain("bench"))


def derive_early(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Derive what many pages ask for before Sphinx forks its readers, so that they inherit it."""
    domain = domain_of(env)
    domain.forget()
    if app.parallel > 1 and len(docnames) > 5:  # Sphinx reads fewer pages in this process
        domain.load_shown()


def copy_files(app: Sphinx, known: made.Made) -> Iterator[tuple[Path, str]]:
    """Write the CSVs that pages link, unless they are there; yield each with its key."""
    domain = domain_of(app.env)
    wanted = sorted({key for keys in domain.data["files"].values() for key in keys})
    results = domain.results_for_writing()
    for run_id, local in wanted:
        entry = results.find(run_id, local=local)
        if entry is not None:
            yield from files.copy(entry, results, Path(app.outdir), known)
