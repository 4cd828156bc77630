"""A second build makes again what changed, and nothing else; then all is as a build from nothing makes it."""

import gc
import os
import shutil

import pytest

from ftguide.render import made
from ftguide.site import search
from ftguide.site.shell import FEW
from tests.site.conftest import GUIDE, INDEX, small_site
from tests.slow import slow_but


def stamps(out):
    names = ("guide.html.md", "tracking.html.md", "news.atom", f"{search.FOLDER}/{search.ENTRY}")
    return {name: (out / name).stat().st_mtime_ns for name in names}


def test_only_what_changed_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(made, "_code", lambda: "000000000000")  # whoever edits it meanwhile
    with small_site(tmp_path) as site:
        built = site.build()
        first = stamps(built.out)

        site.build()
        assert stamps(built.out) == first

        site.page("guide", GUIDE.replace("some_module", "another_module"))
        site.build()
        second = stamps(built.out)
        changed = {name for name in first if second[name] != first[name]}
        assert changed == {"guide.html.md", f"{search.FOLDER}/{search.ENTRY}"}
        assert "another_module" in (built.out / "guide.html.md").read_text()
        assert "What *this* guide" in (built.out / "llms.txt").read_text().replace("\\", "")

        twin = built.out / "tracking.html.md"
        said = twin.read_text()
        twin.write_text("damaged")
        os.utime(twin, ns=(1, 1))
        site.build()
        assert twin.read_text() == said


@pytest.mark.slow
def test_pages_are_read_again_when_the_code_that_draws_them_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(made, "_code", lambda: "000000000000")  # whoever edits it meanwhile
    with small_site(tmp_path) as site:
        everything = site.build().read
        assert "guide" in everything
        assert site.build().read == []
        monkeypatch.setattr(made, "_code", lambda: "000000000001")
        assert site.build().read == everything


@pytest.mark.slow
def test_few_pages_are_read_by_one_process(tmp_path, monkeypatch):
    monkeypatch.setattr(made, "_code", lambda: "000000000000")
    with small_site(tmp_path) as site:
        assert len(site.build(jobs=2).read) > FEW
        site.page("guide", GUIDE + "\nMore.\n")
        built = site.build(jobs=2)
        assert built.read == ["guide"]
        assert built.app.parallel == 1
        assert "More." in (built.out / "guide.html").read_text()


LABELLED = GUIDE.replace("## Memory", "(costs)=\n## Memory")
LINKING = "---\norphan: true\n---\n\n# Links\n\nRead [](guide.md), and [](#costs).\n"
CHANGES = {
    "a sentence": {"guide": f"{LABELLED}\nOne more line.\n"},
    "a title": {"guide": LABELLED.replace("Threads and their locks", "Locks and their threads")},
    "a heading": {"guide": LABELLED.replace("Memory and what it costs", "Memory and its price")},
    "the menu": {"index": INDEX.replace("Look up", "Look for")},
    "a page": {"new": "# New\n\n[](guide.md)\n", "index": INDEX.replace("guide\n", "guide\nnew\n")},
}


def contents(folder):
    """Return what every file of a folder holds."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("what", slow_but(["a title"], list(CHANGES)))
def test_after_a_change_all_is_as_a_build_from_nothing_makes_it(tmp_path, monkeypatch, what):
    monkeypatch.setattr(made, "_code", lambda: "000000000000")
    with small_site(tmp_path) as site:
        site.page("guide", LABELLED)
        site.page("linking", LINKING)
        site.build()
        for name, text in CHANGES[what].items():
            site.page(name, text)
        built = site.build(jobs=2)
        assert set(built.read) >= set(CHANGES[what])
        assert built.app.parallel == (1 if what == "a sentence" else 2)
        changed = contents(built.out)
        shutil.rmtree(site.root / "build")
        new = contents(site.build().out)
    assert [name for name in sorted(changed | new) if changed.get(name) != new.get(name)] == []


@pytest.mark.slow
def test_a_build_without_its_index_says_so_and_the_next_one_writes_it(tmp_path, monkeypatch):
    monkeypatch.setattr(made, "_code", lambda: "000000000000")
    with small_site(tmp_path) as site:
        with monkeypatch.context() as failing:
            failing.setattr(search.pagefind_bin, "get_executable", lambda: "/bin/false")
            built = site.build()
        (said,) = built.warnings
        assert "the search index could not be written: pagefind ended with status 1" in said
        assert (built.out / "llms.txt").exists()
        entry = built.out / search.FOLDER / search.ENTRY
        assert not entry.exists()
        assert site.build().warnings == []
        assert entry.exists()


def test_a_build_collects_garbage_afterwards_as_before(small):
    assert small.warnings == []
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
