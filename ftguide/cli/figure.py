"""A workload's figure as a file to post: `report RUN --figure SLUG`, with `--png` as a picture as well.

An SVG takes nothing but this checkout. A PNG is taken by the browser that looks at the pages in tests.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ftguide.cli.screen import screen
from ftguide.ground import files
from ftguide.ground.vocabulary import ExpectedError, UnknownNameError
from ftguide.suite import summaries
from ftguide.suite.derive import analysis
from ftguide.suite.derive.summary import Summary, summarise
from ftguide.suite.pages import standalone, workload_figures
from ftguide.suite.pages.citation import PROJECT
from ftguide.suite.pages.data import Loaded
from ftguide.suite.record import store
from ftguide.suite.record.model import Run

SCALE = 1.5  #: pixels of a PNG for one of the SVG


def figure(folder: Path, slug: str, *, png: bool) -> int:
    """Write the main figure of a run's workload where one works; 1 where nothing was measured of it."""
    run = store.read_run(folder)
    slugs = [planned.slug for planned in run.plan.workloads]
    if slug not in slugs:
        raise UnknownNameError(f"workload of {run.run_id}", slug, slugs)
    loaded = Loaded(entry=store.entry_of(run), folder=folder, report=_summary(folder, run))
    title = loaded.report.stored.planned(slug).title
    drawn = workload_figures.main(loaded, loaded.report.row(slug), id_=f"figure-{slug}")
    if drawn is None:
        screen().print(f"{run.run_id} has no two ways to run {slug}, so nothing can be drawn")
        return 1
    content = standalone.file_of(drawn, title=title, runs=[loaded], source=f"Source: {PROJECT}")
    written = {Path(f"{slug}.svg"): content.encode()}
    if png:
        written[Path(f"{slug}.png")] = _photographed(content)
    for path, data in written.items():
        try:
            files.write_atomic(path, data)
        except OSError as error:
            raise ExpectedError(
                f"{path}: {error.strerror or error}. Change to a folder that can be written."
            ) from error
        screen().print(f"{path}, {len(data) / 1024:.0f} KiB")
    return 0


def _summary(folder: Path, run: Run) -> Summary:
    """Return what a run says: as it is kept beside it, else derived from its values."""
    try:
        return summaries.read(folder, run)
    except summaries.SummaryError:
        return summarise(analysis.report(store.load(folder)))


def _photographed(content: str) -> bytes:
    """Return a PNG of an SVG; ExpectedError where there is no browser."""
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - large, and seldom there
    except ImportError as error:
        raise ExpectedError(
            "a PNG takes a browser, and playwright to steer it: install requirements.txt; without "
            "--png you get the SVG"
        ) from error
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium's sandbox refuses to start there
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"] if root else []
            )
            page = browser.new_page(device_scale_factor=SCALE, java_script_enabled=False)
            page.set_content(f"<body style='margin:0'>{content}</body>")
            picture = page.locator("svg").screenshot()
            browser.close()
    except Error as error:
        raise ExpectedError(
            f"no picture could be taken ({str(error).splitlines()[0]}): `playwright install chromium` "
            "gets a browser; without --png you get the SVG"
        ) from error
    return picture
