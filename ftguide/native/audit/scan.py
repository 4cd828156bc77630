"""Audit a path: every rule over every source, minus what allow comments explain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.native.audit import (
    containers,
    cython,
    cython_dicts,
    cython_globals,
    cython_steps,
    cython_types,
    fields,
    files,
    fortran,
    lines,
    linked,
    methods,
    modules,
    objects,
    rust,
    variables,
)
from ftguide.native.audit.files import Skipped
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.reading import read_native
from ftguide.native.audit.rules import RULES, Language, Rule, Weight
from ftguide.native.audit.source import Project, Source, shown

_ALLOW = re.compile(r"ftguide:\s*allow\s+([\w-]+)(.*)")
#: What a project writes behind a line that its own check of borrowed references asked about, as NumPy does.
_REVIEWED = re.compile(r"\bborrowed[\s-]ref\w*\b.*\b(?:ok|safe|fine)\b", re.IGNORECASE)
_REVIEWED_RULE = "borrowed-reference"

#: What one line of a build file answers for all sources of the tree.
_ONCE_PER_TREE = frozenset({"undeclared-f2py"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A suspicious line."""

    file: str  #: relative to the path audited
    line: int
    rule: Rule
    weight: Weight  #: of this place; the rule's, where the source says no more
    hint: str  #: what to use instead, or what speaks for the weight; empty where that depends
    text: str  #: the line, trimmed
    folded: str = ""  #: "generated", "vendored": counted, and shown on request


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A finding that a comment explains."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an audit found, in the order of files and lines."""

    files: int
    lines: int
    findings: tuple[Finding, ...]
    allowed: tuple[Allowed, ...]
    skipped: tuple[Skipped, ...]
    excluded: int = 0  #: files that the caller left out


def audit(path: Path, exclude: Sequence[str] = ()) -> Report:
    """Audit a file or a folder; raises `AuditError` where there is nothing to audit."""
    tree = files.survey(path, exclude)
    findings: list[Finding] = []
    allowed: list[Allowed] = []
    skipped = list(tree.skipped)
    count = length = 0
    told: set[str] = set()  #: rules that say once per tree what its build files lack
    for name in tree.sources:
        source = files.load(tree, name)
        if isinstance(source, Skipped):
            skipped.append(source)
            continue
        count += 1
        length += len(source.starts)
        hits = [hit for hit in find(source, tree.project) if hit.rule not in told]
        told |= {hit.rule for hit in hits} & _ONCE_PER_TREE
        folded = "vendored" if name in tree.vendored else "generated" if source.generated else ""
        kept, excused = _judge(source, hits, folded)
        findings += kept
        allowed += excused
    return Report(
        files=count,
        lines=length,
        findings=tuple(findings),
        allowed=tuple(allowed),
        skipped=tuple(Skipped(shown(one.file), one.why) for one in skipped),
        excluded=tree.excluded,
    )


def find(source: Source, project: Project) -> Iterator[Hit]:
    """Give what every rule points at in a source, whatever comments say about it."""
    match source.language:
        case Language.C | Language.CPP:
            reading = read_native(source)
            yield from lines.hits(source, project, reading.locks)
            yield from variables.hits(reading)
            yield from fields.hits(reading)
            yield from methods.hits(reading)
            yield from modules.hits(reading)
            yield from objects.hits(reading)
            yield from containers.hits(reading)
            yield from linked.hits(reading)
            for at in reading.locks.left:
                yield Hit("lock-left-held", source.line_of(at))
        case Language.CYTHON:
            module = cython.read_module(source)
            yield from lines.hits(source, project, module)
            yield from cython_globals.hits(module, project)
            yield from cython_dicts.hits(module, project)
            yield from cython_types.hits(module)
            yield from cython_steps.hits(module)
        case Language.RUST:
            yield from lines.hits(source, project, rust.read_sections(source))
            yield from rust.hits(source, project)
        case Language.FORTRAN:
            yield from lines.hits(source, project, None)
            yield from fortran.hits(source)
        case Language.SWIG:
            yield from lines.hits(source, project, None)


def _judge(source: Source, hits: Iterable[Hit], folded: str) -> tuple[list[Finding], list[Allowed]]:
    """Split hits into findings and those a comment on the line, or on the line above, allows."""
    comments: dict[tuple[int, str], str] = {}
    bad: list[Hit] = []
    reviewed: set[int] = set()
    for line, text in source.comments:
        for at, words in enumerate(text.split("\n"), start=line):
            if _REVIEWED.search(words):
                reviewed.add(at)
            if not (match := _ALLOW.search(words)):
                continue
            rule, reason = match[1], match[2].strip().removesuffix("*/").strip()
            if rule not in RULES or not reason:
                bad.append(Hit("allow-without-reason", at))
            else:
                comments[at, rule] = reason
    kept: list[Finding] = []
    excused: list[Allowed] = []
    seen: set[tuple[int, str, str]] = set()
    for hit in sorted(
        {*hits, *bad}, key=lambda hit: (hit.line, hit.rule, hit.weight is Weight.LOOK, hit.hint)
    ):
        key = (hit.line, hit.rule, hit.hint if RULES[hit.rule].pattern else "")
        if key in seen:
            continue
        seen.add(key)
        weight, hint = hit.weight or RULES[hit.rule].weight, hit.hint
        if hit.rule == _REVIEWED_RULE and hit.line in reviewed:
            weight, hint = Weight.LOOK, f"{hint}; a comment says that it is right here".lstrip("; ")
        finding = Finding(
            file=shown(source.name),
            line=hit.line,
            rule=RULES[hit.rule],
            weight=Weight.LOOK if source.generated else weight,
            hint=shown(hint),
            text=source.line(hit.line, hit.begin),
            folded=folded,
        )
        reason = comments.get((hit.line, hit.rule)) or comments.get((hit.line - 1, hit.rule), "")
        if reason:
            excused.append(Allowed(finding=finding, reason=reason))
        else:
            kept.append(finding)
    return kept, excused
