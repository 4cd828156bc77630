"""A headless browser for tests and scripts: the system's Chromium, else Playwright's own."""

import functools
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Playwright

PATIENCE_MS = 120_000
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """Start a browser; Playwright's error says how to get one where there is none.

    It, and what its pages are asked for, may take as long as a busy machine needs.
    """
    started = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=list(ARGUMENTS), timeout=PATIENCE_MS
    )
    for name in ("new_context", "new_page"):
        setattr(started, name, _patient(getattr(started, name)))
    return started


def _patient(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return what makes a page, or a context of pages, that waits longer than Playwright's half minute."""

    def made(**options: object) -> Any:
        one = make(**options)
        one.set_default_timeout(PATIENCE_MS)
        return one

    return made


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that does not print every request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Print nothing."""


def report(done: str, faults: Sequence[str]) -> int:
    """Print the faults, and after what was done how many there are; 0 = none, 1 = some."""
    for fault in faults:
        print(fault)
    print(f"{done}, {len(faults)} faults")
    return 1 if faults else 0


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
