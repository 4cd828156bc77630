"""The committed pages of runs: stubs of one directive, filled in when the site is built.

`ftguide publish` and `ftguide bench` write them; the directive itself lives in `ftguide.site`.
"""

from __future__ import annotations

from pathlib import Path

from ftguide.ground import files

#: Where the stubs live, relative to the repository's root.
PAGES = Path("source") / "benchmarks" / "runs"


def stub_path(run_id: str, *, local: bool = False) -> Path:
    """Return a stub's path relative to the repository's root; local ones are git-ignored by name."""
    return PAGES / f"{'local-' if local else ''}{run_id}.md"


def docname(run_id: str, *, local: bool = False) -> str:
    """Return what Sphinx calls a run's page, below source/ and without suffix."""
    return stub_path(run_id, local=local).relative_to("source").with_suffix("").as_posix()


def stub(run_id: str, *, local: bool = False) -> str:
    """Return the page of a run as MyST; a local run is looked up in the local index."""
    title = f"Local run {run_id}" if local else f"Run {run_id}"
    option = ":local:\n" if local else ""
    return f"# {title}\n\n```{{bench:run}} {run_id}\n{option}```\n"


def write(root: Path, run_id: str, *, local: bool = False) -> None:
    """Write a run's page into the checkout at `root`; raises `OSError`."""
    path = root / stub_path(run_id, local=local)
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_atomic(path, stub(run_id, local=local).encode())
