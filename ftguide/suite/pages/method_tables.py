"""Tables of what the tests of the method found; scripts in `ftguide/suite/validate` write the files."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from docutils import nodes

from ftguide.ground.files import ROOT
from ftguide.render import depends
from ftguide.statistics.estimates import welch_interval
from ftguide.suite import words
from ftguide.suite.pages.directives import BenchDirective
from ftguide.suite.pages.tables import draw

FOLDER = ROOT / "benchmarks" / "method"
#: The files of every script that has a table.
PATTERNS = {
    "accuracy": "accuracy.json",
    "stock": "stock-*.json",  # one for every machine
    "scalingbench": "scalingbench.json",
    "attempts": "attempts.jsonl",
}


class MethodDirective(BenchDirective):
    """Show one script's findings: accuracy, stock, scalingbench or attempts."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, or what to run to get it."""
        name = self.arguments[0]
        if name not in PATTERNS:
            self.warn_missing(f"no script of the method writes {name!r}")
            return []
        paths = sorted(FOLDER.glob(PATTERNS[name]))
        if not paths:
            return draw("method.missing", name)
        depends.on(self.env, self.env.docname, paths)
        content: list[nodes.Node] = []
        for path in paths:
            try:
                data = _read(path)
                content += draw(f"method.{name}", data, **_derived(name, data))
            except (ValueError, KeyError, TypeError, jinja2.UndefinedError) as error:
                message = f"{path.name} is damaged ({error}); run its script again"
                self.domain.warn(message, "damaged", self.get_location())
        return content


def _read(path: Path) -> Any:
    text = path.read_text()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    return json.loads(text)


def _derived(name: str, data: Any) -> dict[str, object]:
    """Return what a table shows beside the file's own values."""
    if name == "stock":
        return {"ratio": _ratio}
    if name == "scalingbench":
        measured = data["speedups"].values()
        runs = statistics.median(len(values) for by in measured for values in by.values())
        scales = sorted({scale for by_scale in measured for scale in by_scale}, key=int)
        return {"scales": scales, "runs": f"{runs:.0f}"}
    return {}


def _ratio(times: Sequence[float], base: Sequence[float]) -> str:
    """Spell the ratio of two builds' process means."""
    return words.ratio_text(welch_interval(*([math.log(m) for m in x] for x in (times, base))))
