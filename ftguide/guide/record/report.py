"""The report of runs: source/snippets/report/<page>.json, committed, one file per page.

One file per page, so that two people who edit two pages do not meet in one file, and a page is read
again only when its own file changes. Blocks are keyed by their hash: an edited block is not found.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from ftguide import files
from ftguide.vocabulary import Build, ExpectedError, line_of

FOLDER = Path("source") / "snippets" / "report"
SCHEMA = 1


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a block did on one build."""

    build: Build
    version: str
    date: str  #: 2026-11-24
    passed: bool
    runs: int = 1
    endings: dict[str, int] = {}  #: of a repeated block: how many runs ended how


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A block as it was when it ran."""

    name: str
    expect: str
    results: tuple[Result, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All blocks of a page, by hash."""

    schema: int = SCHEMA
    blocks: dict[str, Block] = {}


class ReportError(ExpectedError):
    """A report cannot be read; the message names file, problem and remedy."""


def path_of(page: str, root: Path) -> Path:
    """Return the report of a page such as source/benchmarks/method.md."""
    inner = Path(page).relative_to("source").with_suffix(".json")
    return root / FOLDER / inner


def read(path: Path) -> Report:
    """Return a report, an empty one where there is no file; raises `ReportError`."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Report()
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}. Check its permissions.") from error
    try:
        report = msgspec.json.decode(raw, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReportError(
            f"{path}: {error}. Delete the file and run `nox -s snippets`, which writes it again."
        ) from error
    if report.schema != SCHEMA:
        raise ReportError(
            f"{path}: schema {report.schema}, and this checkout reads {SCHEMA}. "
            "Delete the file and run `nox -s snippets`."
        )
    return report


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
        return new
    ran = {line_of(result.version) for result in new.results}
    known = {} if refresh else {_same(result): result for result in old.results}
    results = [known.get(_same(result), result) for result in new.results]
    results += [result for result in old.results if line_of(result.version) not in ran]
    return Block(name=new.name, expect=new.expect, results=tuple(results))


def _same(result: Result) -> tuple[Build, str, bool, int]:
    return result.build, result.version, result.passed, result.runs


def orphans(root: Path, pages: set[str]) -> list[Path]:
    """List the reports whose page is gone."""
    kept = {path_of(page, root) for page in pages}
    return sorted(set((root / FOLDER).rglob("*.json")) - kept)
