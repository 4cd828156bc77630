"""Looks at a built site with a real browser: python -m tests.site.screenshots _build/html OUT [PAGE …].

Takes a picture of each page in light, dark, 390 px wide, as printed, and without JavaScript, and fails when a
page scrolls sideways, reports an error, asks another host for anything, holds an element id twice,
or has text in a chart that is drawn too small to read. Uses the system's Chromium, else Playwright's own.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.site.browser import launch, report, served

PAGES = (
    "index.html",
    "how-it-works.html",
    "benchmarks/index.html",
    "benchmarks/nbody.html",
    "benchmarks/mandelbrot.html",
    "benchmarks/method.html",
    "benchmarks/method-validation.html",
    "benchmarks/method-history.html",
    "benchmarks/runs/index.html",
    "porting.html",
    "porting/not-atomic.html",
    "porting/migrations.html",
    "porting/cookbook.html",
    "behaviour-differences.html",
    "documenting-guarantees.html",
    "claiming-support.html",
    "testing.html",
    "ci.html",
    "debugging.html",
    "profiling.html",
    "faq.html",
    "examples/index.html",
    "examples/cython.html",
    "porting-extensions.html",
    "porting-extensions/audit.html",
    "porting-extensions/c-api-levels.html",
    "porting-extensions/locks.html",
    "thread-sanitizer.html",
    "tracking.html",
    "tracking/lxml.html",
    "thread-safety/index.html",
    "thread-safety/increments.html",
    "a-z.html",
    "search.html",
    "404.html",
)
SMALLEST_TEXT = 9.5  #: CSS pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One way to look at a page."""

    name: str
    width: int = 1280
    scheme: str = "light"
    javascript: bool = True
    media: str = "screen"


LOOKS = (
    Look(name="light"),
    Look(name="dark", scheme="dark"),
    Look(name="narrow", width=390),
    Look(name="narrow-dark", width=390, scheme="dark"),
    Look(name="print", width=720, media="print"),
    Look(name="nojs", javascript=False),
    Look(name="nojs-dark", javascript=False, scheme="dark"),
)


_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_TWICE = """() => { const seen = {}; document.querySelectorAll('[id]').forEach(
  e => { seen[e.id] = (seen[e.id] || 0) + 1; }); return Object.keys(seen).filter(k => seen[k] > 1); }"""
_TEXT = """() => Math.min(99, ...[...document.querySelectorAll('svg.bench-chart text')].map(
  e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a))"""


def faults(page: Page, look: Look) -> list[str]:
    """Return what is wrong with a page as it stands in the browser."""
    found = []
    if (sideways := page.evaluate(_SIDEWAYS)) > 0:
        found.append(f"scrolls sideways by {sideways} px")
    if twice := page.evaluate(_TWICE):
        found.append(f"ids used twice: {', '.join(twice)}")
    if (size := page.evaluate(_TEXT)) < SMALLEST_TEXT:
        found.append(f"chart text of {size:.1f} px at {look.width} px")
    return found


def examine(browser: Browser, address: str, path: str, look: Look, out: Path) -> list[str]:
    """Photograph one page in one look; return its faults."""
    context = browser.new_context(
        viewport={"width": look.width, "height": 900},
        color_scheme=look.scheme,  # type: ignore[arg-type]
        java_script_enabled=look.javascript,
    )
    page = context.new_page()
    page.emulate_media(media=look.media, color_scheme=look.scheme)  # type: ignore[arg-type]
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((address, "data:"))
            else found.append(f"asks for {request.url}")
        ),
    )
    response = page.goto(f"{address}/{path}")
    if response is None or not response.ok:
        found.append("does not load")
    if look.javascript:  # evaluating needs it
        found += faults(page, look)
    name = f"{path.removesuffix('.html').replace('/', '-')}-{look.name}.png"
    page.screenshot(path=out / name, full_page=True)
    context.close()
    return [f"{path} ({look.name}): {fault}" for fault in found]


def main(arguments: list[str] | None = None) -> int:
    """Photograph pages; 0 = none has a fault, 1 = some have, 2 = nothing to look at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("pages", nargs="*", default=list(PAGES))
    chosen = parser.parse_args(arguments)
    if not (chosen.site / "index.html").exists():
        print(f"{chosen.site} holds no built site: run `nox -s docs` first", file=sys.stderr)
        return 2
    chosen.out.mkdir(parents=True, exist_ok=True)
    found: list[str] = []
    with served(chosen.site) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for path in chosen.pages:
            for look in LOOKS:
                found += examine(browser, address, path, look, chosen.out)
        browser.close()
    return report(f"{len(chosen.pages) * len(LOOKS)} pictures in {chosen.out}", found)


if __name__ == "__main__":
    sys.exit(main())
