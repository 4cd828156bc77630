"""Weighs the first view of pages as a browser loads them: python -m tests.site.weight _build/html [PAGE …].

Counts what is asked for until the page is at rest, each file compressed as a web server would; fails when a
page is heavier than its budget, or asks another host for anything.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Request, sync_playwright

from tests.site.browser import launch, served

PAGES = ("index.html", "benchmarks/mandelbrot.html")
BUDGET_BYTES = 52 * 1024
#: What no server compresses further.
_COMPRESSED = (".png", ".woff2", ".gz")


def weigh(
    browser: Browser, site: Path, address: str, path: str
) -> tuple[dict[str, int], list[str]]:
    """Return the compressed size of each file that a first view asks for, and what it asks of others."""
    sizes: dict[str, int] = {}
    foreign: list[str] = []
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    page = context.new_page()

    def note(request: Request) -> None:
        parts = urlsplit(request.url)
        if request.url.startswith("data:"):
            return
        if not request.url.startswith(address):
            foreign.append(request.url)
            return
        file = site / parts.path.lstrip("/")
        if file.is_file():
            content = file.read_bytes()
            small = file.suffix in _COMPRESSED
            sizes[parts.path] = len(content if small else gzip.compress(content, 9, mtime=0))

    page.on("request", note)
    page.goto(f"{address}/{path}")
    page.wait_for_load_state("networkidle")
    context.close()
    return sizes, foreign


def main(arguments: list[str] | None = None) -> int:
    """Weigh pages; 0 = all within the budget, 1 = not, 2 = nothing to weigh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    parser.add_argument("pages", nargs="*", default=list(PAGES))
    chosen = parser.parse_args(arguments)
    if not (chosen.site / "index.html").exists():
        print(f"{chosen.site} holds no built site: run `nox -s docs` first", file=sys.stderr)
        return 2
    failed = False
    with served(chosen.site) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for path in chosen.pages:
            sizes, foreign = weigh(browser, chosen.site, address, path)
            total = sum(sizes.values())
            failed |= total > BUDGET_BYTES or bool(foreign)
            print(
                f"{path}: {total / 1024:.1f} of {BUDGET_BYTES / 1024:.0f} KiB in {len(sizes)} files"
            )
            for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
                print(f"  {size / 1024:6.1f}  {name}")
            for url in foreign:
                print(f"  asks for {url}")
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
