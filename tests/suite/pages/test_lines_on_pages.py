"""A run over several lines on its pages: one anchor for each ratio, and values that name a line."""

import pytest

from tests import synthetic
from tests.suite.derive.test_lines import measured


@pytest.fixture
def built(site):
    published = synthetic.stored().run
    site.run(
        measured(slugs=tuple(synthetic.TRUTH), machine=published.machine, run_id=published.run_id)
    )
    site.page(
        "plain",
        "# Plain\n\n{bench:value}`nbody:ft-single@3.15/gil-single@3.15` and "
        "{bench:value}`nbody:ft-single/gil-single`\n",
    )
    return site.build()


def test_pages_of_a_run_over_lines_build_without_a_warning(built):
    assert built.warnings == []


def test_a_ratio_of_another_line_has_an_anchor_of_its_own(built):
    ids = [tag["id"] for tag in built.soup("benchmarks/nbody").select("[id]")]
    assert "nbody-ft-single-3-15-vs-gil-single-3-15" in ids
    assert "nbody-ft-single-3-15-vs-ft-single" in ids
    assert len(ids) == len(set(ids))


def test_a_value_may_name_a_line(built):
    text = built.soup("plain").get_text()
    assert "1.1" in text
    assert "no number" not in text
