"""Which pages are read again because of the files that they depend on."""

import os
import pickle

import pytest
from sphinx.application import ENV_PICKLE_FILENAME

from ftguide.render import made
from tests.site.conftest import small_site
from tests.slow import slow_but

INCLUDING = """---
orphan: true
---

# Including {name}

```{{literalinclude}} data.txt
```
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Make a site with two pages that show the same file."""
    monkeypatch.setattr(made, "_code", lambda: "000000000000")  # whoever edits it meanwhile
    with small_site(tmp_path) as made_site:
        for name in ("one", "two"):
            made_site.page(name, INCLUDING.format(name=name))
        (made_site.source / "data.txt").write_text("first")
        yield made_site


def environment(built):
    """Load what a build has stored."""
    return pickle.loads((built.app.doctreedir / ENV_PICKLE_FILENAME).read_bytes())  # noqa: S301 - ours


@pytest.mark.parametrize("jobs", slow_but([0], [0, 2]))
def test_pages_are_read_again_when_a_file_of_theirs_changed(site, jobs):
    first = site.build(jobs=jobs)
    data = site.source / "data.txt"
    kept = environment(first)
    assert kept.dependencies == {}
    assert str(data) in kept.ftguide_dependencies["one"]
    assert site.build(jobs=jobs).read == []

    data.write_text("second")
    built = site.build(jobs=jobs)
    assert built.read == ["one", "two"]
    assert "second" in (built.out / "two.html").read_text()
    assert site.build(jobs=jobs).read == []

    site.page("two", "---\norphan: true\n---\n\n# Including nothing\n")
    assert site.build(jobs=jobs).read == ["two"]
    data.write_text("third")
    assert site.build(jobs=jobs).read == ["one"]

    data.unlink()
    assert site.build(jobs=jobs).read == ["one"]


def test_a_file_that_is_older_than_the_page_changes_nothing(site):
    site.build()
    os.utime(site.source / "data.txt", ns=(1, 1))
    assert site.build().read == []


def test_pages_that_depend_on_the_same_files_share_their_names(site):
    site.build()
    kept = environment(site.build())
    assert kept.ftguide_dependencies["one"] is kept.ftguide_dependencies["two"]
