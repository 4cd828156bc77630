"""A second build makes again what changed, and nothing else that is made of finished pages."""

import os

from ftguide.render import made
from ftguide.site import search
from ftguide.site.shell import FEW
from tests.site.conftest import GUIDE, small_site


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


def test_pages_are_read_again_when_the_code_that_draws_them_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(made, "_code", lambda: "000000000000")  # whoever edits it meanwhile
    with small_site(tmp_path) as site:
        everything = site.build().read
        assert "guide" in everything
        assert site.build().read == []
        monkeypatch.setattr(made, "_code", lambda: "000000000001")
        assert site.build().read == everything


def test_few_pages_are_read_by_one_process(tmp_path, monkeypatch):
    monkeypatch.setattr(made, "_code", lambda: "000000000000")
    with small_site(tmp_path) as site:
        assert len(site.build(jobs=2).read) > FEW
        site.page("guide", GUIDE + "\nMore.\n")
        built = site.build(jobs=2)
        assert built.read == ["guide"]
        assert built.app.parallel == 1
        assert "More." in (built.out / "guide.html").read_text()
