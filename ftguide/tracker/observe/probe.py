"""Probing one package: what its modules declare, what imports do to the GIL, what several threads do.

Other people's code runs in `sandbox.run` only, a fresh process per question. Nothing here sets
PYTHON_GIL or -X gil: with either, the answer would be ours and not the package's.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ftguide.ground import files
from ftguide.ground.vocabulary import Build, line_of
from ftguide.interpreters.model import Facts, Pair
from ftguide.tracker.observe import artifacts
from ftguide.tracker.observe.ask import (
    Loaded,
    ask_declaration,
    ask_import,
    ask_imports,
    ask_smoke,
    ask_suite,
)
from ftguide.tracker.observe.install import Installed, Workshop
from ftguide.tracker.observe.sandbox import isolation
from ftguide.tracker.record.evidence import now
from ftguide.tracker.record.findings import (
    STANDARD_LIBRARY,
    Control,
    Culprit,
    Declarations,
    Declared,
    Declares,
    DeepImport,
    Fallback,
    Finding,
    ImportedName,
    Imports,
    Kind,
    ModuleProblem,
    Smoke,
)
from ftguide.tracker.record.model import TOOL, CompatError, Environment, Evidence, Package

#: Where smoke scripts live, relative to the repository's root.
SMOKE = Path("compatibility") / "smoke"
SMOKE_THREADS = 4

#: What runs upstream tests; the versions are among the dependencies of the evidence.
SUITE_TOOLS = ("pytest", "pytest-run-parallel")

DEEP_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to probe."""

    package: Package
    version: str
    hashes: Mapping[str, str] = field(default_factory=dict)  #: file name to sha256, as collected
    uploaded: Mapping[str, str] = field(default_factory=dict)  #: file name to upload time
    deep_seconds: float = DEEP_SECONDS  #: 0 leaves the submodules out
    suite_seconds: float = 0.0  #: for each of two runs of the recipe's tests; 0 leaves them out
    smoke: Path = SMOKE
    run: str = ""  #: address of the CI run
    step: Callable[[str], None] = lambda _text: None  #: hears what is done, as it begins


def probe(request: Request, pair: Pair, workshop: Workshop) -> tuple[Evidence, ...]:
    """Probe one package on the free-threaded build of a pair; the GIL-enabled one is the control.

    Nothing is written. Raises `CompatError` naming the package when it cannot be installed; whatever
    it does after that is a result.
    """
    step = request.step
    name, hashes = request.package.name, request.hashes
    with workshop.room(pair.ft, name, request.version, hashes, step=step) as room:
        request = replace(request, package=named(request.package, room, step))
        package = request.package
        subject = _Subject(request, room)
        results: dict[Kind, Finding] = {Kind.CLAIM: room.package.claim}
        number = len(artifacts.extension_files(room.package))
        step(f"asking its extension modules what they declare ({number})")
        results[Kind.DECLARE] = declared = subject.declarations()
        step(f"importing {', '.join(package.imports) or 'nothing: it has no modules'}")
        results[Kind.IMPORT] = imports = subject.imports()
        if request.deep_seconds:
            step(f"importing every submodule, for {request.deep_seconds:g} s at most")
            results[Kind.DEEP] = subject.deep(declared)
        with _control_room(request, pair, workshop) as control:
            step("importing the same on the GIL-enabled build")
            results[Kind.FALLBACK] = _fallback(request, imports, control)
            if package.smoke:
                step(f"running {package.smoke} in one thread and in {SMOKE_THREADS}")
                results[Kind.SMOKE] = _smoke(request, room, control)
    items = [_evidence(request, pair, room, kind, result) for kind, result in results.items()]
    if package.suite and request.suite_seconds:
        step(f"running upstream tests, for {2 * request.suite_seconds:g} s at most")
        extra = (*SUITE_TOOLS, *package.suite.requires)
        with workshop.room(pair.ft, package.name, request.version, request.hashes, extra) as room:
            suite = ask_suite(room, package.suite, SMOKE_THREADS, request.suite_seconds)
        items.append(_evidence(request, pair, room, Kind.SUITE, suite))
    return tuple(items)


def named(package: Package, room: Installed, step: Callable[[str], None]) -> Package:
    """Return the package with the names to import: those described, as far as its files have them.

    A name that stands in none of its files hides what the package does, so that its own names, as the
    files have them, take its place; `step` hears of it.
    """
    own = artifacts.import_names(room.package)
    others = {name for other in room.others for name in artifacts.import_names(other)}
    wrong = [name for name in package.imports if name.partition(".")[0] not in {*own, *others}]
    if not own or (package.imports and not wrong):
        return package
    if wrong:
        step(f"no file of it is called {', '.join(wrong)}; importing {', '.join(own)} instead")
    kept = [name for name in package.imports if name not in wrong]
    return replace(package, imports=tuple(dict.fromkeys([*kept, *own])))


def _evidence(
    request: Request, pair: Pair, room: Installed, kind: Kind, result: Finding
) -> Evidence:
    facts = pair.ft.facts
    line, platform = cell_key(facts)
    artifact = replace(room.artifact, uploaded=request.uploaded.get(room.artifact.file, ""))
    return Evidence(
        id="",
        kind=kind,
        package=request.package.name,
        version=request.version,
        observed_at=now(),
        result=result,
        line=line,
        platform=platform,
        artifact=artifact,
        env=Environment(
            python=facts.version,
            free_threaded=True,
            compiler=facts.compiler,
            system=facts.platform,
            libc=facts.libc,
            cpus=os.cpu_count() or 1,
            isolation=isolation(),
            dependencies=room.dependencies,
            lacks=room.lacks,
        ),
        run=request.run,
        tool=TOOL,
    )


def cell_key(facts: Facts) -> tuple[str, str]:
    """Return the line and the tracked platform of a free-threaded interpreter."""
    line = f"{line_of(facts.version)}{Build.FREE_THREADED.suffix}"
    tag = facts.platform.replace("-", "_").replace(".", "_")
    if tag.startswith("linux_") and "musl" in facts.libc:
        return line, tag.replace("linux_", "musllinux_")
    return line, next(iter(artifacts.platforms_of(tag)), tag)


@dataclass(slots=True)
class _Subject:
    """An installed package and what is known so far about extension modules, its own and others'."""

    request: Request
    room: Installed
    _known: dict[str, Declared] = field(default_factory=dict)

    def declarations(self) -> Declarations:
        """Ask every extension module of the package."""
        files = artifacts.extension_files(self.room.package)
        answers = dict(zip(files, ask_declaration(self.room, files), strict=True))
        for file, answer in answers.items():
            if answer.declares is not Declares.NO_MODULE:
                self._known[file] = answer
        return Declarations(modules=tuple(self._known.values()))

    def imports(self) -> Imports:
        """Import every import name, each in a fresh process."""
        names = []
        for name in self.request.package.imports:
            loaded = ask_import(self.room, name)
            names.append(
                ImportedName(
                    name=name,
                    gil_enabled=loaded.gil_on,
                    extensions=tuple(self.own(loaded.extensions.values())),
                    culprits=self.culprits(loaded) if loaded.gil_on else (),
                    error=loaded.error,
                    ended=loaded.ended,
                )
            )
        return Imports(names=tuple(names))

    def deep(self, declared: Declarations) -> DeepImport:
        """Import every submodule, as far as the time goes."""
        loadable = [
            module.module
            for module in declared.modules
            if module.declares is not Declares.NOT_LOADABLE
        ]
        modules = artifacts.submodules(self.room.package, loadable)
        loaded = ask_imports(self.room, modules, self.request.deep_seconds)
        culprits: dict[Culprit, None] = {}
        extensions: set[str] = set()
        for module in loaded:
            extensions.update(self.own(module.extensions.values()))
            if module.gil_on:
                culprits.update(dict.fromkeys(self.culprits(module)))
        asked = [module for module in loaded if module.name]
        return DeepImport(
            modules=len(modules),
            imported=sum(not module.error and not module.ended for module in asked),
            gil_on=tuple(module.name for module in asked if module.gil_on),
            culprits=tuple(culprits),
            extensions=tuple(sorted(extensions)),
            errors=tuple(ModuleProblem(module=m.name, detail=m.error) for m in asked if m.error),
            ended=tuple(ModuleProblem(module=m.name, detail=m.ended) for m in asked if m.ended),
            not_reached=len(modules) - len(asked),
        )

    def own(self, files: Iterable[str]) -> list[str]:
        """Return the names of the package's own extension modules among loaded files."""
        root = self.room.site_packages
        modules = {
            artifacts.module_of(Path(file).relative_to(root).as_posix())
            for file in files
            if self.room.owner(file) == self.room.package.name
        }
        return sorted(modules)

    def culprits(self, loaded: Loaded) -> tuple[Culprit, ...]:
        """Find which of the loaded extension modules turned the GIL on, and whose they are.

        The interpreter names only the first one, so the others are asked one by one.
        """
        root = self.room.site_packages
        suspects = {}  # by path: name, file as in RECORD, owner
        for name, path in loaded.extensions.items():
            owner = self.room.owner(path)
            if Path(path).is_relative_to(root) and (owner or name in loaded.warned):
                suspects[path] = (name, Path(path).relative_to(root).as_posix(), owner)
        unknown = [file for _, file, _ in suspects.values() if file not in self._known]
        self._known |= dict(zip(unknown, ask_declaration(self.room, unknown), strict=True))
        owners = {
            artifacts.module_of(file): owner
            for name, file, owner in suspects.values()
            if self._known[file].declares is Declares.USED or name in loaded.warned
        }
        for name in loaded.warned:
            path = loaded.extensions.get(name, "")
            if path not in suspects:
                owners.setdefault(name, _owner_elsewhere(path))
        return tuple(Culprit(module=name, owner=owner) for name, owner in sorted(owners.items()))


def _owner_elsewhere(file: str) -> str:
    """Say whose an extension module outside of site-packages is."""
    return STANDARD_LIBRARY if {"lib-dynload", "DLLs"} & set(Path(file).parts) else ""


@contextlib.contextmanager
def _control_room(request: Request, pair: Pair, workshop: Workshop) -> Iterator[Installed | str]:
    """Install the package on the GIL-enabled build; give why not where that fails."""
    with contextlib.ExitStack() as stack:
        name, step = request.package.name, request.step
        room = workshop.room(pair.gil, name, request.version, {}, step=step)
        control: Installed | str
        try:
            control = stack.enter_context(room)
        except CompatError as error:
            control = str(error)
        yield control


def _fallback(request: Request, imports: Imports, control: Installed | str) -> Fallback:
    """Compare the extension modules that the same imports load on both builds."""
    if isinstance(control, str):
        return Fallback(missing=(), works=False, problem=control[:500])
    other = _Subject(request, control)
    there: set[str] = set()
    problems = []
    for name in request.package.imports:
        loaded = ask_import(control, name)
        there.update(other.own(loaded.extensions.values()))
        if loaded.error or loaded.ended:
            problems.append(f"import {name}: {loaded.error or loaded.ended}")
    here = {module for imported in imports.names for module in imported.extensions}
    incomplete = any(imported.ended for imported in imports.names)
    return Fallback(
        missing=() if incomplete else tuple(sorted(there - here)),
        extra=tuple(sorted(here - there)),
        works=not problems,
        problem="; ".join(problems)[:500],
    )


def _smoke(request: Request, room: Installed, control: Installed | str) -> Smoke:
    """Run the smoke script; after a failure also on the GIL-enabled build, to tell whose it is."""
    script = request.smoke / request.package.smoke
    if not script.is_file():
        raise CompatError(
            f"package {request.package.name}: its smoke script {script} is missing; write it, or take "
            "it out of packages.toml."
        )
    answer = ask_smoke(room, script.resolve(), SMOKE_THREADS)
    verdict = Control.NOT_RUN
    if not answer.passed and isinstance(control, Installed):
        there = ask_smoke(control, script.resolve(), SMOKE_THREADS)
        verdict = Control.PASSED if there.passed else Control.FAILED
    return Smoke(
        script=request.package.smoke,
        script_sha256=files.sha256(script),
        threads=SMOKE_THREADS,
        passed=answer.passed,
        gil_enabled=answer.gil_enabled,
        detail=answer.detail,
        ended=answer.ended,
        control=verdict,
    )
