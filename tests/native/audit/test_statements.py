"""Sources that hold both kinds, line by line: what stands behind `//>` is what is right there."""

import re
from pathlib import Path

import pytest

from ftguide.native.audit.scan import audit

HERE = Path(__file__).with_name("data")


@pytest.mark.parametrize("path", sorted((HERE / "both").iterdir()), ids=lambda path: path.name)
def test_each_line_is_judged_as_it_is_annotated(path):
    expected = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        for rule, weight in re.findall(r"> ([a-z0-9-]+) (fix|look)\b", line):
            expected[number, rule] = weight
    found = {(one.line, one.rule.id): str(one.weight) for one in audit(path).findings}
    assert found == expected
