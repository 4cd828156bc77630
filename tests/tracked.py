"""Synthetic packages and evidence, as many as wanted, of every level; the same call, the same bytes."""

import hashlib
from pathlib import Path

from ftguide.tracker.record import evidence
from ftguide.tracker.record.findings import (
    Backfill,
    Claim,
    Culprit,
    Declarations,
    Declared,
    Declares,
    DeepImport,
    Fallback,
    ImportedName,
    Imports,
    Kind,
    ModuleProblem,
    Smoke,
    Suite,
    Transition,
    WheelFile,
    Wheels,
)
from ftguide.tracker.record.model import LINES, PLATFORMS, Artifact, Environment, Evidence

SEEN = "2026-11-23T00:51:00Z"
TODAY = "2026-11-24"
LINUX = "manylinux_x86_64"
HOSTILE = "<script>alert('x')</script>\"&"
FIELDS = ("arrays", "columnar", "imaging", "parsing", "web", "crypto", "databases", "text")

#: What happens to a package, and the level that 3.14t on Linux gets for it.
FATES = {
    "declares": "gil-off",
    "turns-on": "gil-on",
    "dependency": "gil-on-dependency",
    "no-wheel": "no-wheel",
    "pure": "pure",
    "crashes": "crashes",
    "exercised": "claimed-exercised",
    "unprobed": "not-probed",
    "unseen": "unknown",
}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def environment(line: str = "3.14t") -> Environment:
    return Environment(
        python="3.14.7" if line == "3.14t" else "3.15.0rc2",
        free_threaded=True,
        compiler="GCC 12.2.0",
        system="linux-x86_64",
        libc="glibc 2.36",
        cpus=2,
        isolation="no network, own processes",
    )


def item(
    name: str, kind: Kind, result: object, *, line: str = "", at: str = SEEN, **more
) -> Evidence:
    version = more.pop("version", "6.1.3")
    about = {}
    if line:
        file = f"{name.replace('-', '_')}-{version}-cp314-cp314t-manylinux_2_28_x86_64.whl"
        about = {
            "platform": LINUX,
            "env": environment(line),
            "artifact": Artifact(file=file, sha256=sha(file), uploaded="2026-09-02T14:49:00Z"),
        }
    made = {"id": "", "kind": kind, "package": name, "version": version, "observed_at": at}
    return evidence.identify(Evidence(**{**made, "result": result, "line": line, **about, **more}))


def wheels(name: str, *, newest: str = "6.1.3", lines=LINES, platforms=PLATFORMS) -> Wheels:
    files = tuple(
        WheelFile(
            file=f"{name.replace('-', '_')}-{newest}-cp{line[:4].replace('.', '')}-"
            f"cp{line[:4].replace('.', '')}t-{platform}.whl",
            sha256=sha(f"{name}{line}{platform}"),
            size=123456,
            uploaded="2026-09-02T14:49:00Z",
            abi=f"cp{line[:4].replace('.', '')}t",
            lines=(line,),
            platforms=(platform,),
        )
        for line in lines
        for platform in platforms
    )
    return Wheels(newest=newest, uploaded="2026-09-02T14:49:00Z", files=files, sdist=True)


def about(name: str, fate: str, *, at: str = SEEN) -> list[Evidence]:
    """Return the evidence about one package."""
    if fate == "unseen":
        return []
    lines = () if fate == "no-wheel" else LINES
    past = tuple(
        Transition(at=when, version=version, line="3.14t", platform=platform, present=True)
        for when, version in (("2025-09-22T10:00:00Z", "6.0.2"),)
        for platform in PLATFORMS
    )
    found = [
        item(name, Kind.WHEEL, wheels(name, lines=lines), at=at),
        item(name, Kind.BACKFILL, Backfill(transitions=past), at=at),
    ]
    stated = ("Programming Language :: Python :: Free Threading :: 3 - Stable",)
    claim = Claim(classifiers=stated if fate in {"exercised", "turns-on"} else ())
    found.append(item(name, Kind.CLAIM, claim, at=at))
    if fate not in {"unprobed", "no-wheel"}:
        for line in LINES[: 1 + (len(name) % 2)]:
            found += probed(name, fate, line, at)
    return found


def probed(name: str, fate: str, line: str, at: str) -> list[Evidence]:
    """Return what a probe of one cell finds."""
    import_name = name.replace("-", "_")
    on = fate in {"turns-on", "dependency"}
    owner = name if fate == "turns-on" else "somebody-else"
    culprits = (Culprit(module=f"{import_name}._core", owner=owner),) if on else ()
    declares = {"turns-on": Declares.USED, "crashes": Declares.CRASH}.get(fate, Declares.NOT_USED)
    modules = (
        ()
        if fate == "pure"
        else tuple(
            Declared(
                module=f"{import_name}._core{number or ''}",
                file=f"{import_name}/_core{number or ''}.cpython-314t-x86_64-linux-gnu.so",
                declares=declares,
                init="multi",
                detail="signal SIGSEGV" if fate == "crashes" else "",
            )
            for number in range(3)
        )
    )
    names = (
        ImportedName(name=import_name, gil_enabled=False),
        ImportedName(
            name=f"{import_name}._core",
            gil_enabled=on,
            culprits=culprits,
            extensions=tuple(one.module for one in modules),
        ),
    )
    deep = DeepImport(
        modules=28,
        imported=26,
        gil_on=(f"{import_name}._core",) if on else (),
        culprits=culprits,
        errors=(ModuleProblem(module=f"{import_name}.html5", detail="ModuleNotFoundError"),),
    )
    found = [
        item(name, Kind.DECLARE, Declarations(modules=modules), line=line, at=at),
        item(name, Kind.IMPORT, Imports(names=names), line=line, at=at),
        item(name, Kind.DEEP, deep, line=line, at=at),
        item(name, Kind.FALLBACK, Fallback(missing=()), line=line, at=at),
    ]
    if fate == "exercised":
        smoke = Smoke(
            script=f"{name}.py", script_sha256=sha(name), threads=4, passed=True, gil_enabled=False
        )
        suite = Suite(
            threads=4,
            plain_passed=900,
            plain_failed=0,
            parallel_passed=900,
            parallel_failed=0,
            ran_in_parallel=850,
            not_in_parallel=50,
            gil_enabled=False,
        )
        found += [
            item(name, Kind.SMOKE, smoke, line=line, at=at),
            item(name, Kind.SUITE, suite, line=line, at=at),
        ]
    return found


def names(count: int) -> dict[str, str]:
    """Return names with their fates; every fate has its turn."""
    fates = list(FATES)
    return {f"{fates[i % len(fates)]}-{i:03}": fates[i % len(fates)] for i in range(count)}


def describe(folder: Path, chosen: dict[str, str], **notes: str) -> None:
    """Write packages.toml; `notes` are taken as they are, per package name with _ for -."""
    entries = []
    for number, name in enumerate(chosen):
        note = notes.get(name.replace("-", "_"), "").replace("\\", "\\\\").replace('"', '\\"')
        entries.append(
            f'[[package]]\nname = "{name}"\nimports = ["{name.replace("-", "_")}"]\n'
            f'field = "{FIELDS[number % len(FIELDS)]}"\n'
            f'upstream = "https://example.org/{name}"\nnote = "{note}"\n'
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "packages.toml").write_text("\n".join(entries))


def write(folder: Path, items: list[Evidence]) -> None:
    """Append evidence to the log below a folder."""
    for name in dict.fromkeys(one.package for one in items):
        evidence.append(folder / "evidence", [one for one in items if one.package == name])


def fill(folder: Path, count: int) -> None:
    """Write packages and evidence, quickly: without the lock and the fsync of `append`."""
    chosen = names(count)
    describe(folder, chosen)
    (folder / "evidence").mkdir(exist_ok=True)
    for name, fate in chosen.items():
        lines = b"".join(map(evidence.encode, about(name, fate)))
        if lines:
            (folder / "evidence" / f"{name}.jsonl").write_bytes(lines)
