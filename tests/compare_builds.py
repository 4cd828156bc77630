"""Compare two builds of the site, and two sets of reports, page by page, as a reader sees them.

    python -m tests.compare_builds BEFORE AFTER [--rename OLD=NEW …]

BEFORE and AFTER are folders of HTML (`_build/html`) or of text files. Texts, tables and anchors of every
page are compared; markup, styles and the search index are not. `--rename` says which terms were renamed
on purpose. Prints every difference with its page, and a total; the exit status is 1 if there is any.
"""

import argparse
import difflib
import sys
from pathlib import Path

import bs4

#: Drawn by the theme around every page, the same on all.
FURNITURE = "script, style, nav, header, footer, .sidebar-drawer, .toc-drawer, .announcement"


def lines_of(path: Path) -> list[str]:
    """Return what a file shows: the text of a page line by line, then its anchors."""
    if path.suffix != ".html":
        return path.read_text(errors="replace").splitlines()
    soup = bs4.BeautifulSoup(path.read_text(), "html.parser")
    for node in soup.select(FURNITURE):
        node.decompose()
    body = soup.select_one("[role=main]") or soup.body or soup
    text = [" ".join(line.split()) for line in body.get_text("\n").splitlines() if line.strip()]
    return text + sorted(f"#{node['id']}" for node in body.select("[id]"))


def main() -> int:
    """Print the differences; return 1 where there are some."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--rename", action="append", default=[], metavar="OLD=NEW")
    parser.add_argument("--suffix", action="append", default=[".html", ".txt", ".csv"])
    arguments = parser.parse_args()
    renames = [one.partition("=")[::2] for one in arguments.rename]
    names = {
        path.relative_to(folder)
        for folder in (arguments.before, arguments.after)
        for path in folder.rglob("*")
        if path.suffix in arguments.suffix
    }
    differing = 0
    for name in sorted(names):
        old, new = arguments.before / name, arguments.after / name
        if not (old.exists() and new.exists()):
            print(f"{name}: only {'before' if old.exists() else 'after'}")
            differing += 1
            continue
        before, after = lines_of(old), lines_of(new)
        for word, other in renames:
            before = [line.replace(word, other) for line in before]
            after = [line.replace(word, other) for line in after]
        changes = [
            line
            for line in difflib.unified_diff(before, after, lineterm="", n=0)
            if not line.startswith(("---", "+++", "@@"))
        ]
        if changes:
            differing += 1
            print(f"{name}: {len(changes)} lines")
            print("".join(f"    {line}\n" for line in changes[:40]), end="")
    print(f"{len(names)} files compared, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
