"""Looks for barriers in a built site with axe: python -m tests.site.axe _build/html [PAGE …].

Every type of page, in light and dark, 1366 and 390 pixels wide. Prints each violation with an element that
has it.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from tests.site.browser import launch, served

#: One page of each type, and those whose parts no other page has.
PAGES = (
    "index.html",
    "choose-your-path.html",
    "installing.html",
    "version-matrix.html",
    "whats-new.html",
    "porting.html",
    "porting/not-atomic.html",
    "porting-extensions.html",
    "porting-extensions/c-api-levels.html",
    "thread-sanitizer.html",
    "faq.html",
    "glossary.html",
    "errata.html",
    "deploying.html",
    "data-jobs.html",
    "case-studies.html",
    "resources.html",
    "porting/real-port.html",
    "porting-extensions/real-port.html",
    "examples/index.html",
    "examples/cython.html",
    "benchmarks/index.html",
    "benchmarks/method.html",
    "benchmarks/method-validation.html",
    "benchmarks/method-history.html",
    "benchmarks/lines.html",
    "benchmarks/mandelbrot.html",
    "benchmarks/runs/index.html",
    "benchmarks/runs/20261127T211744Z-aaf35b0f.html",
    "thread-safety/index.html",
    "thread-safety/increments.html",
    "thread-safety/known-issues.html",
    "thread-safety/coverage.html",
    "tracking.html",
    "tracking/lxml.html",
    "a-z.html",
    "search.html?q=gil",
    "genindex.html",
    "404.html",
)
SCHEMES = ("light", "dark")
WIDTHS = (1366, 390)


def violations(browser: Browser, address: str, path: str, scheme: str, width: int) -> list[str]:
    """Return what axe finds on a page, one line each."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    answer = page.goto(f"{address}/{path}")
    page.wait_for_load_state("networkidle")
    if answer is None or (not answer.ok and not path.startswith("404")):
        found = ["does not load"]
    else:
        found = [
            f"{one['id']} ({one['impact']}), {len(one['nodes'])} times, such as "
            f"{' '.join(one['nodes'][0]['html'].split())[:160]}"
            for one in Axe().run(page).response["violations"]
        ]
    context.close()
    return [f"{path}, {scheme}, {width} px: {fault}" for fault in found]


def main(arguments: list[str] | None = None) -> int:
    """Look at pages; 0 = no violation, 1 = some, 2 = nothing to look at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    parser.add_argument("pages", nargs="*", default=list(PAGES))
    chosen = parser.parse_args(arguments)
    if not (chosen.site / "index.html").exists():
        print(f"{chosen.site} holds no built site: run `nox -s docs` first", file=sys.stderr)
        return 2
    found: list[str] = []
    ways = list(itertools.product(chosen.pages, SCHEMES, WIDTHS))
    with served(chosen.site) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for path, scheme, width in ways:
            here = violations(browser, address, path, scheme, width)
            for fault in here:
                print(fault, flush=True)
            found += here
        browser.close()
    print(f"{len(ways)} views of {len(chosen.pages)} pages, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
