"""How a run is cited, in files that other programs read."""

import yaml

from ftguide.suite.pages import citation
from tests import synthetic


def test_a_cff_is_yaml_with_what_the_format_requires():
    run = synthetic.stored(compiler='}} "x": [y]\n- z # &a *a \\ \u2028 \x1b[2J').run
    address = "https://example.org/guide/run.html#nbody"
    found = yaml.safe_load(citation.cff(run, what="N-body: 'x'", url=address))
    required = {"cff-version", "message", "title", "authors"}  # of every file, by schema 1.2.0
    assert required <= found.keys()
    assert found["cff-version"] == "1.2.0"
    assert found["type"] == "dataset"
    assert found["authors"] == [{"name": citation.AUTHORS}]
    assert found["title"] == f"N-body: 'x': a benchmark run of {citation.PROJECT}"
    assert found["date-released"] == run.started[:10]  # a text: the schema has no dates
    assert found["version"] == run.run_id
    assert found["url"] == address
    assert '}} "x": [y] - z # &a *a \\ ' in found["abstract"]
    assert "\x1b" not in citation.cff(run, what=None, url=None)
    assert "url" not in yaml.safe_load(citation.cff(run, what=None, url=None))
