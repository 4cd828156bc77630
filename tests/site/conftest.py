"""A small site with the real theme, templates and settings, and a browser to look at it."""

import contextlib
import dataclasses
import warnings

import pytest
from playwright.sync_api import Error, sync_playwright

from ftguide.ground.files import ROOT
from ftguide.outcomes.declare.catalogue import Catalogue
from ftguide.outcomes.pages import data as outcome_data
from ftguide.outcomes.pages.data import Laboratory
from ftguide.site import shell
from ftguide.suite import summaries
from tests import synthetic, tracked
from tests.site import browser as browsers
from tests.sphinx_project import declare_all, make

HOSTILE = "<script>alert('x')</script>\"&"
ADDRESS = "https://guide.example/docs/"
#: What the project's own configuration says about HTML, without what it says about its pages.
CONF = f"""
import runpy
wanted = ("html_", "epub_", "myst_", "copybutton_", "notfound_", "extensions", "smartquotes", "nitpicky")
wanted += ("version", "author", "copyright")
found = runpy.run_path({str(ROOT / "conf.py")!r})
globals().update({{name: value for name, value in found.items() if name.startswith(wanted)}})
html_static_path = [{str(ROOT / "source" / "_static")!r}]
redirects = {{"old/place": "../guide.html"}}
html_title = "A guide"
"""
INDEX = """---
myst:
  html_meta:
    description: What *this* guide [says](x), in `one` sentence.
---

# A guide

```{toctree}
:caption: Read
guide
hostile
tracking
```

```{toctree}
:caption: Look up
:glob:
benchmarks/*
benchmarks/runs/index
```

```{news}
```
"""
LINE = f"answer = some_module.some_function({', '.join(['argument_number_one'] * 6)})"
GUIDE = f"""# Threads and their locks

Ask `sys._is_gil_enabled()`, or `functools.lru_cache(maxsize=None)`, or set `PYTHON_GIL=0` for `python3.14t`.

## Memory and what it costs

| | one | two |
|---|---|---|
| rows | 1 | 2 |

| a | b |
|---|---|
| 1 | 2 |

## A long line

```python
{LINE}
```

```python
short = 1
```

:::{{dropdown}} Folded
What is folded on a screen.
:::
"""


@contextlib.contextmanager
def small_site(root):
    """Make the small site, to be built while its catalogue is declared."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        declare_all(monkeypatch)
        monkeypatch.setenv("SITE_URL", ADDRESS)
        monkeypatch.delenv("READTHEDOCS_CANONICAL_URL", raising=False)
        empty = Laboratory(
            catalogue=Catalogue(families=(), problems=()),
            board=None,
            differences={},
            problems=(),
            paths=(),
        )
        for module in (outcome_data, shell):
            monkeypatch.setattr(module, "laboratory", lambda: empty)
            # Nor the files of the real one: whoever derives them anew meanwhile changes a key of the news.
            monkeypatch.setattr(module, "read_from", list)
        site = make(root)
        (site.source / "conf.py").write_text(CONF)
        (site.source / "plain.md").unlink()
        site.page("index", INDEX)
        site.page("guide", GUIDE)
        site.page("hostile", f"# `{HOSTILE}`\n\n## Also `{HOSTILE}`\n\nText `{HOSTILE}`\n")
        site.page("tracking", "# Packages\n\n```{compat:table}\n```\n")
        site.page("faq", "---\norphan: true\n---\n\n# Error messages\n\nNone.\n")
        tracked.fill(root / "compatibility", len(tracked.FATES))
        site.overrides = {
            "compat_folder": str(root / "compatibility"),
            "compat_today": tracked.TODAY,
        }
        stored = synthetic.stored()
        summaries.write(site.run(stored))
        machine = dataclasses.replace(stored.run.machine, cpu_model=HOSTILE)
        run = dataclasses.replace(stored.run, run_id="20260101T000000Z-00000001", machine=machine)
        summaries.write(site.run(dataclasses.replace(stored, run=run)))
        with warnings.catch_warnings():  # Furo and MyST use what Sphinx 11 will not have
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield site


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Build the small site once."""
    with small_site(tmp_path_factory.mktemp("small")) as site:
        return site.build()


# Not for the session: threads that a browser brings along would take signals, and locks across forks, that
# tests of the controller need to themselves.
@pytest.fixture(scope="module")
def browser():
    """Start a browser; there is none to be had on every machine that runs the tests."""
    with sync_playwright() as playwright:
        try:
            started = browsers.launch(playwright)
        except Error as error:
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(small):
    """Serve the small site."""
    with browsers.served(small.out) as served:
        yield served
