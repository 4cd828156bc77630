"""The report of runs: source/snippets/report/<page>.json, committed, one file per page.

One file per page, so that two people who edit two pages do not meet in one file, and a page is read
again only when its own file changes. Blocks are keyed by their hash: an edited block is not found.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from ftguide.ground import files
from ftguide.ground.vocabulary import Build, line_of
from ftguide.guide.declare.model import line_order

FOLDER = Path("source") / "snippets" / "report"
SCHEMA = 1
REMEDY = "Delete the file and run `nox -s snippets`, which writes it again."


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a block did on one build."""

    build: Build
    version: str
    date: str  #: 2026-11-24
    passed: bool
    runs: int = 1
    endings: dict[str, int] = {}  #: of a repeated block: how many runs ended how

    @property
    def title(self) -> str:
        """The interpreter's name: 3.14.7t."""
        return self.version + self.build.suffix


class Block(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A block as it was when it ran."""

    name: str
    expect: str
    results: tuple[Result, ...]
    #: Interpreters that it did not run on, and the packages that they have no build of.
    lacking: dict[str, tuple[str, ...]] = {}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All blocks of a page, by hash."""

    schema: int = SCHEMA
    blocks: dict[str, Block] = {}


def path_of(page: str, root: Path) -> Path:
    """Return the report of a page such as source/benchmarks/method.md."""
    inner = Path(page).relative_to("source").with_suffix(".json")
    return root / FOLDER / inner


def read(path: Path) -> Report:
    """Return a report, an empty one where there is no file; raises `files.UnreadableError`."""
    return files.load(path, Report, REMEDY, schema=SCHEMA, missing=Report())


def write(path: Path, report: Report) -> bool:
    """Write a report whole or not at all, or remove an empty one; return whether it changed."""
    if not report.blocks:
        existed = path.exists()
        path.unlink(missing_ok=True)
        return existed
    ordered = Report(blocks=dict(sorted(report.blocks.items(), key=lambda item: item[1].name)))
    raw = msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n"
    if path.exists() and path.read_bytes() == raw:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_atomic(path, raw)
    return True


def merge(old: Block | None, new: Block, *, refresh: bool) -> Block:
    """Join what is known of a block with what it just did.

    The date of a result that did not change is kept, unless `refresh`: a check leaves no trace. So are
    the results of lines that did not run this time: the block is the same, and so they still hold.
    """
    if old is None:
        old = Block(name=new.name, expect=new.expect, results=())
    ran = {line_of(result.version) for result in new.results}
    known = {} if refresh else {_same(result): result for result in old.results}
    results = [known.get(_same(result), result) for result in new.results]
    results += [result for result in old.results if line_of(result.version) not in ran]
    ran |= set(map(line_of, new.lacking))
    lacking = {
        title: packages for title, packages in old.lacking.items() if line_of(title) not in ran
    }
    return Block(
        name=new.name,
        expect=new.expect,
        results=in_order(results),
        lacking=dict(sorted((new.lacking | lacking).items())),
    )


def in_order(results: Iterable[Result]) -> tuple[Result, ...]:
    """Return results by line, the GIL-enabled build first."""
    builds = list(Build)
    return tuple(
        sorted(results, key=lambda one: (line_order(line_of(one.version)), builds.index(one.build)))
    )


def _same(result: Result) -> tuple[Build, str, bool, int]:
    return result.build, result.version, result.passed, result.runs


def orphans(root: Path, pages: set[str]) -> list[Path]:
    """List the reports whose page is gone."""
    kept = {path_of(page, root) for page in pages}
    return sorted(set((root / FOLDER).rglob("*.json")) - kept)
