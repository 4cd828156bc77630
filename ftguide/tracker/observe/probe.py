"""Probing one package: what its modules declare, what imports do to the GIL, what several threads do.

Other people's code runs in `sandbox.run` only, a fresh process per question. Nothing here sets
PYTHON_GIL or -X gil: with either, the answer would be ours and not the package's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ftguide import files
from ftguide.interpreters.model import Pair
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
from ftguide.tracker.record.evidence import identify, now
from ftguide.tracker.record.findings import (
    STANDARD_LIBRARY,
    Control,
    Culprit,
    Declarations,
    Declared,
    Declares,
    DeepImport,
    Fallback,
    ImportedName,
    Imports,
    ModuleProblem,
    Smoke,
)
from ftguide.tracker.record.model import (
    TOOL,
    CompatError,
    Environment,
    Evidence,
    Kind,
    Package,
    Result,
    SuiteRecipe,
)
from ftguide.vocabulary import Build, line_of

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


def probe(
    request: Request, pair: Pair, workshop: Workshop, *, at: Callable[[], str] = now
) -> tuple[Evidence, ...]:
    """Probe one package on the free-threaded build of a pair; the GIL-enabled one is the control.

    Nothing is written. Raises `CompatError` naming the package when it cannot be installed; whatever
    it does after that is a result.
    """
    room = workshop.prepare(pair.ft, request.package.name, request.version, request.hashes)
    try:
        subject = _Subject(request, room)
        results: dict[Kind, Result] = {Kind.CLAIM: room.package.claim}
        results[Kind.DECLARE] = declared = subject.declarations()
        results[Kind.IMPORT] = imports = subject.imports()
        if request.deep_seconds:
            results[Kind.DEEP] = subject.deep(declared)
        control = _control_room(request, pair, workshop)
        results[Kind.FALLBACK] = _fallback(request, imports, control)
        if request.package.smoke:
            results[Kind.SMOKE] = _smoke(request, room, control)
        if isinstance(control, Installed):
            workshop.discard(control)
    finally:
        workshop.discard(room)
    items = [_evidence(request, pair, room, kind, result, at()) for kind, result in results.items()]
    if request.package.suite and request.suite_seconds:
        items.append(_suite(request, request.package.suite, pair, workshop, at))
    return tuple(items)


def _suite(
    request: Request, recipe: SuiteRecipe, pair: Pair, workshop: Workshop, at: Callable[[], str]
) -> Evidence:
    """Run the upstream tests of the recipe, in an environment that has what they need."""
    room = workshop.prepare(
        pair.ft,
        request.package.name,
        request.version,
        request.hashes,
        extra=(*SUITE_TOOLS, *recipe.requires),
    )
    try:
        result = ask_suite(room, recipe, SMOKE_THREADS, request.suite_seconds)
    finally:
        workshop.discard(room)
    return _evidence(request, pair, room, Kind.SUITE, result, at())


def _evidence(  # noqa: PLR0917 - the fields of one record
    request: Request, pair: Pair, room: Installed, kind: Kind, result: Result, at: str
) -> Evidence:
    facts = pair.ft.facts
    artifact = artifacts.dated(room.artifact, request.uploaded)
    return identify(
        Evidence(
            id="",
            kind=kind,
            package=request.package.name,
            version=request.version,
            observed_at=at,
            result=result,
            line=f"{line_of(facts.version)}{Build.FREE_THREADED.suffix}",
            platform=platform_of(facts.platform, facts.libc),
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
    )


def platform_of(platform: str, libc: str) -> str:
    """Return the tracked platform of an interpreter, from its facts."""
    tag = platform.replace("-", "_").replace(".", "_")
    if tag.startswith("linux_") and "musl" in libc:
        return tag.replace("linux_", "musllinux_")
    platforms = artifacts.platforms_of(tag)
    return platforms[0] if platforms else tag


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
        modules = {
            file: answer
            for file, answer in answers.items()
            if answer.declares is not Declares.NO_MODULE
        }
        self._known |= modules
        return Declarations(modules=tuple(modules.values()))

    def imports(self) -> Imports:
        """Import every import name, each in a fresh process."""
        names = []
        for name in self.request.package.imports:
            loaded = ask_import(self.room, name)
            on = loaded.gil_on
            names.append(
                ImportedName(
                    name=name,
                    gil_enabled=on,
                    extensions=tuple(self.own(loaded.extensions.values())),
                    culprits=self.culprits(loaded) if on else (),
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
            errors=tuple(
                ModuleProblem(module=module.name, detail=module.error)
                for module in asked
                if module.error
            ),
            ended=tuple(
                ModuleProblem(module=module.name, detail=module.ended)
                for module in asked
                if module.ended
            ),
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
        inside = {
            file: name
            for name, file in loaded.extensions.items()
            if self.room.owner(file) or name in loaded.warned
        }
        relative = {
            Path(file).relative_to(self.room.site_packages).as_posix(): file
            for file in inside
            if Path(file).is_relative_to(self.room.site_packages)
        }
        unknown = [file for file in relative if file not in self._known]
        for file, answer in zip(unknown, ask_declaration(self.room, unknown), strict=True):
            self._known[file] = answer
        owners = {}
        for file, path in relative.items():
            if self._known[file].declares is Declares.USED or inside[path] in loaded.warned:
                owners[artifacts.module_of(file)] = self.room.owner(path)
        for name in loaded.warned:
            path = loaded.extensions.get(name, "")
            if path not in inside or path not in relative.values():
                owners.setdefault(name, _owner_elsewhere(path))
        return tuple(
            Culprit(module=module, owner=owner) for module, owner in sorted(owners.items())
        )


def _owner_elsewhere(file: str) -> str:
    """Say whose an extension module outside of site-packages is."""
    return STANDARD_LIBRARY if {"lib-dynload", "DLLs"} & set(Path(file).parts) else ""


def _control_room(request: Request, pair: Pair, workshop: Workshop) -> Installed | str:
    """Install the package on the GIL-enabled build; return why not where that fails."""
    try:
        return workshop.prepare(pair.gil, request.package.name, request.version, {})
    except CompatError as error:
        return str(error)


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
    control_result = Control.NOT_RUN
    if (answer.detail or answer.ended) and isinstance(control, Installed):
        there = ask_smoke(control, script.resolve(), SMOKE_THREADS)
        control_result = Control.FAILED if there.detail or there.ended else Control.PASSED
    return Smoke(
        script=request.package.smoke,
        script_sha256=files.sha256(script),
        threads=SMOKE_THREADS,
        passed=not answer.detail and not answer.ended,
        gil_enabled=answer.gil_enabled,
        detail=answer.detail,
        ended=answer.ended,
        control=control_result,
    )
