"""Write the page of every family of outcome tests: `python -m ftguide.outcomes.pages.stubs`.

A page is a heading and one directive, `{outcome:family}`, so that it can be linked and searched like a page
written by hand. What is there already is replaced only if it is such a page.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ftguide.ground import files
from ftguide.outcomes.declare.catalogue import Family, catalogue
from ftguide.outcomes.pages.draw import BASE

_MARK = "{outcome:family}"


def stub(family: Family) -> str:
    """Return the text of a family's page."""
    objects = ", ".join(dict.fromkeys(test.on for test in family.tests))
    about = f"What two threads do to {objects}, counted on every build and line we have."
    if len(about) > 180:
        about = f"{about[:177].rsplit(', ', 1)[0]} and more, counted on every build."
    return (
        f'---\nmyst:\n  html_meta:\n    description: "{about}"\n---\n\n'
        f"# {family.title}\n\n```{_MARK} {family.name}\n```\n"
    )


def write(source: Path) -> list[Path]:
    """Write the pages that are missing or outdated below `source`; return them."""
    written = []
    for family in catalogue().families:
        path = source / BASE / f"{family.name}.md"
        before = path.read_text(encoding="utf-8") if path.exists() else _MARK
        if _MARK in before and before != stub(family):
            files.write_atomic(path, stub(family).encode())
            written.append(path)
    return written


if __name__ == "__main__":
    for page in write(files.ROOT / "source"):
        sys.stdout.write(f"wrote {page.relative_to(files.ROOT)}\n")
