"""Payloads in every string of a run, of outcomes and of evidence: pages show them, and nothing obeys them."""

import csv
import gzip
import io
import json
import re
import shutil
import warnings
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import bs4
import msgspec
import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import ExpectedError
from ftguide.outcomes.declare.catalogue import catalogue
from ftguide.outcomes.derive import board as boards
from ftguide.outcomes.derive.differences import differences
from ftguide.outcomes.pages import data as outcome_data
from ftguide.outcomes.pages.data import Laboratory
from ftguide.outcomes.record import store as observed
from ftguide.outcomes.record.model import Observation
from ftguide.site import shell
from ftguide.suite.derive import analysis, summary
from ftguide.suite.record.model import Failure, Run, StoredRun
from ftguide.tracker.record import evidence
from ftguide.tracker.record.findings import Kind
from ftguide.tracker.record.model import Evidence
from tests import synthetic, tracked
from tests.outcomes.made import observation
from tests.site.browser import served
from tests.site.conftest import ADDRESS, CONF
from tests.site.poison import OWNED, PAYLOADS, PLANTED, WITNESSES, poisoned
from tests.sphinx_project import declare_all, make

#: A site of all products, all of it hostile: a minute's work, and on a busy machine many times that.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

TURNS = range(len(PAYLOADS))
#: JSON is what programs read; there an escape code is spelled, and other text is as it was found.
TEXTS = (".html", ".xml", ".atom", ".txt", ".csv", ".svg", ".md")
FAMILY = """# Tests

```{outcome:grid}
```

```{outcome:family} specimens
```

```{outcome:downloads}
```
"""
TRACKING = """# Packages

```{compat:table}
```

```{compat:changes}
```

```{compat:names}
```

```{compat:downloads}
```
"""
INDEX = """# A guide

```{toctree}
:glob:
benchmarks/*
benchmarks/runs/index
tests
tracking
remedies
```

```{bench:table}
```

```{bench:chart}
```

```{bench:machines}
```

```{news}
```
"""


def hostile_run(turn):
    """Return a run with a failed workload whose every free string is a payload, and what was placed."""
    failure = Failure(workload="nbody", index=0, arm="gil-single", kind="k", message="m", tail="t")
    made = synthetic.stored(
        f"202611{turn + 10}T005100Z-1a2b3c4d",
        truth={"nbody": synthetic.SINGLE, "mandelbrot": synthetic.SCALES},
        blocks=2,
        failures=(failure,),
        flags=("flag",),
        differences=("difference",) if turn % 2 else (),
        plans={"mandelbrot": {"without": {"processes": "why"}}},
    )
    machine = replace(
        made.run.machine,
        governor="g",
        transparent_hugepages="t",
        microcode="m",
        mitigations={"spectre_v2": "x", PAYLOADS[list(PAYLOADS)[turn]]: "y"},
    )
    made = replace(made, run=replace(made.run, machine=machine))

    def decoded(record):
        run, failures = record
        return StoredRun(
            run=msgspec.convert(run, Run, strict=False),
            blocks=made.blocks,
            failures=tuple(msgspec.convert(failures, list[Failure])),
        )

    rows = [(row.slug, len(row.times)) for row in analysis.report(made).rows]

    def accepts(record):
        try:
            stored = decoded(record)
            data = summary.encode(summary.summarise(analysis.report(stored)))
            summary.decode(data, stored.run)
        except (ExpectedError, ArithmeticError, LookupError, ValueError):
            return False
        report = analysis.report(stored)
        if [(row.slug, len(row.times)) for row in report.rows] != rows:
            return False  # such as another hash of the source, which leaves the blocks out
        same = stored.run
        fixed = (same.run_id, same.started, same.machine.name, same.plan.preset)
        return fixed == (made.run.run_id, made.run.started, made.run.machine.name, "full") and [
            planned.slug for planned in same.plan.workloads
        ] == [planned.slug for planned in made.run.plan.workloads]

    record, placed = poisoned(msgspec.to_builtins([made.run, list(made.failures)]), accepts, turn)
    return decoded(record), placed


def hostile_observation(test, turn):
    """Return an observation of a test, its outcomes and stacks included."""
    made = observation(
        test,
        counts=[{PAYLOADS[kind]: 3} for kind in PAYLOADS],
        ending="SIGSEGV",
        traces={"SIGSEGV": "stack"},
    )

    def decoded(record):
        return observed.decode(msgspec.json.encode(record), "here", "3.14.7t")

    def accepts(record):
        seen = decoded(record)
        return isinstance(seen, Observation) and (seen.test, seen.hash) == (made.test, made.hash)

    record, placed = poisoned(msgspec.to_builtins(made), accepts, turn)
    return decoded(record), placed


def hostile_evidence(item, folder, turn):
    """Return the line of one observation about a package with payloads, as the reader takes it."""

    def line(record):
        record = {name: value for name, value in record.items() if value not in ("", None)}
        kind = Kind(record["kind"])
        known = {
            **record,
            "kind": kind,
            "id": "",
            "result": msgspec.convert(record["result"], kind.finding),
        }
        for name, of in (("artifact", evidence.Artifact), ("env", evidence.Environment)):
            if known.get(name) is not None:
                known[name] = msgspec.convert(known[name], of)
        return evidence.encode(evidence.identify(Evidence(**known)))

    path = folder / f"{item.package}.jsonl"

    def accepts(record):
        try:
            path.write_bytes(line(record))
            (seen,) = evidence.read_file(path)
        except (ExpectedError, ValueError):
            return False
        return (seen.line, seen.platform, seen.observed_at) == (
            item.line,
            item.platform,
            item.observed_at,
        )

    record, placed = poisoned(msgspec.to_builtins(item), accepts, turn)
    path.unlink(missing_ok=True)
    return line(record), placed


@pytest.fixture(scope="module")
def poison(tmp_path_factory):
    """Build a site of hostile files; return it and how often each payload was placed, by product."""
    root = tmp_path_factory.mktemp("hostile")
    placed = {"runs": Counter(), "outcomes": Counter(), "evidence": Counter()}
    with pytest.MonkeyPatch.context() as monkeypatch:
        declare_all(monkeypatch)
        monkeypatch.setenv("SITE_URL", ADDRESS)
        monkeypatch.delenv("READTHEDOCS_CANONICAL_URL", raising=False)
        site = make(root)
        (site.source / "conf.py").write_text(CONF)
        (site.source / "plain.md").unlink()
        site.page("index", INDEX)
        site.page("tests", FAMILY)
        site.page("remedies", "# Remedies\n\n(remedy-locks)=\n## Lock\n")
        site.page("tracking", TRACKING)
        site.page("faq", "---\norphan: true\n---\n\n# Error messages\n\nNone.\n")
        for turn in TURNS:
            run, where = hostile_run(turn)
            placed["runs"].update(where.values())
            site.run(
                run,
                contributed=turn % 2 == 0,
                withdrawn=PAYLOADS[list(PAYLOADS)[turn]] if turn % 3 == 0 else None,
            )
        found = hostile_outcomes(root, placed["outcomes"])
        monkeypatch.setattr(outcome_data, "laboratory", lambda: found)
        monkeypatch.setattr(shell, "laboratory", lambda: found)
        fill(root / "compatibility", placed["evidence"])
        site.overrides = {
            "compat_folder": str(root / "compatibility"),
            "compat_today": tracked.TODAY,
        }
        with warnings.catch_warnings():  # Furo and MyST use what Sphinx 11 will not have
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            return site.build(), placed


def hostile_outcomes(root, placed):
    """Return the laboratory of specimens with hostile observations."""
    folder = root / "checkout" / "outcomes" / "tests"
    folder.mkdir(parents=True)
    (root / "checkout" / "ftguide").symlink_to(ROOT / "ftguide")
    shutil.copy(ROOT / "outcomes" / "tests" / "declare.py", folder)
    shutil.copy(ROOT / "tests" / "outcomes" / "specimens.py", folder)
    tests = catalogue(folder)
    seen = []
    for turn in TURNS:
        test = list(tests.tests.values())[turn % len(tests.tests)]
        one, where = hostile_observation(test, turn)
        seen.append(one)
        placed.update(where.values())
    board = boards.board("epyc", tests, seen)
    return Laboratory(
        catalogue=tests, board=board, differences=differences(board), problems=(), paths=()
    )


def fill(folder, placed):
    """Write packages of every fate with hostile evidence, some known by the names of their files alone."""
    chosen = tracked.names(len(PAYLOADS))
    tracked.describe(
        folder,
        chosen,
        **{name.replace("-", "_"): redact(turn) for turn, name in enumerate(chosen)},
    )
    (folder / "evidence").mkdir(exist_ok=True)
    (folder / "by-name").mkdir()
    listed = [f"named-{turn}" for turn in TURNS]
    (folder / "names.txt").write_text("\n".join(listed))
    scratch = folder / "scratch"
    scratch.mkdir()
    for part, names in (("evidence", chosen), ("by-name", dict.fromkeys(listed, "unprobed"))):
        for turn, (name, fate) in enumerate(names.items()):
            lines = []
            for number, item in enumerate(tracked.about(name, fate)):
                line, where = hostile_evidence(item, scratch, turn + number)
                lines.append(line)
                placed.update(where.values())
            if lines:
                (folder / part / f"{name}.jsonl").write_bytes(b"".join(dict.fromkeys(lines)))


def redact(turn):
    """Return a payload that TOML can hold in a basic string."""
    return PAYLOADS[list(PAYLOADS)[turn]].replace("\x1b", "\\u001b").replace("\x07", "\\u0007")


def outputs(built, *endings):
    """Return the files of a site whose names end so, with their bytes; packed ones unpacked."""
    return {
        name: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in sorted(built.out.rglob("*"))
        if path.is_file() and "_static" not in path.parts
        if (name := str(path.relative_to(built.out)).removesuffix(".gz")).endswith(endings)
    }


def test_every_payload_is_placed_in_every_product_and_reaches_pages(poison):
    built, placed = poison
    for product, kinds in placed.items():
        assert set(kinds) == set(PAYLOADS), product
        assert min(kinds.values()) >= 3, (product, kinds)
    shown = "\n".join(
        bs4.BeautifulSoup(page, "html.parser").get_text()
        for page in outputs(built, ".html").values()
    )
    for kind, witness in WITNESSES.items():
        assert shown.count(witness) >= 5, kind


def test_no_page_has_an_element_or_a_link_from_a_payload(poison):
    built, _ = poison
    for name, page in outputs(built, ".html").items():
        soup = bs4.BeautifulSoup(page, "html.parser")
        assert not soup.find_all(PLANTED), name
        assert not soup.select("img[src=x]"), name
        for element in soup.find_all(True):
            for attribute, value in element.attrs.items():
                assert OWNED not in str(value) or not attribute.startswith("on"), (name, element)
                if attribute in {"href", "src", "action", "formaction", "xlink:href"}:
                    assert not re.match(
                        r"\s*(javascript|data:text|vbscript):?", value, re.IGNORECASE
                    ), (
                        name,
                        value,
                    )
                    assert not value.startswith("https://evil.example"), (name, value)
            if element.name == "script":
                assert f"<script>window.{OWNED}" not in str(element), name
        assert "50337" not in soup.get_text(), name  # 7 * 7191


def test_no_file_steers_a_terminal_or_turns_text_around(poison):
    built, _ = poison
    for name, data in outputs(built, *TEXTS).items():
        text = data.decode()
        assert "\x1b" not in text, name
        assert "\x07" not in text, name
        assert "\u202e" not in text, name


def test_feeds_drawings_and_maps_are_xml_without_elements_of_payloads(poison):
    built, _ = poison
    found = outputs(built, ".xml", ".atom", ".svg")
    assert any(name.endswith(".atom") for name in found)
    assert any(name.endswith(".svg") for name in found)
    for name, data in found.items():
        for element in ET.fromstring(data).iter():  # noqa: S314 - our own output, which must be XML
            assert PLANTED not in element.tag, name
            assert not element.tag.endswith("}script"), name
            for attribute, value in element.attrib.items():
                assert not attribute.lower().startswith("on"), (name, attribute)
                assert not value.startswith(("javascript:", "https://evil.example")), (name, value)


def test_tables_for_other_programs_hold_no_formula(poison):
    built, _ = poison
    tables = outputs(built, ".csv")
    assert any("HYPERLINK" in data.decode() for data in tables.values())
    for name, data in tables.items():
        for row in csv.reader(io.StringIO(data.decode())):
            for cell in row:
                assert not re.match(r"[=@\t\r]|[+-](?![\d.])", cell), (name, cell)


def test_texts_for_language_models_hold_no_link_and_no_markup(poison):
    built, _ = poison
    for name, data in outputs(built, "llms.txt").items():
        assert f"]({PAYLOADS['address']}" not in data.decode(), name
        assert f"<{PLANTED}>" not in data.decode(), name
    for name, data in outputs(built, ".json").items():
        json.loads(data)
        assert b"\x1b" not in data, name


def test_no_script_of_a_payload_runs_in_a_browser(poison, browser):
    built, _ = poison
    names = [name for name in outputs(built, ".html") if not name.startswith("genindex")]
    spoke = []
    with served(built.out) as address:
        page = browser.new_page()
        page.on("dialog", lambda dialog: (spoke.append(page.url), dialog.dismiss()))
        for name in names:
            page.goto(f"{address}/{name}", wait_until="load")
            if page.evaluate(
                f"window.{OWNED} !== undefined || document.querySelector('{PLANTED}, img[src=x]') !== null"
            ):
                spoke.append(name)
            steps = page.evaluate(
                "[...document.querySelectorAll('a')].map(a => a.href)"
                ".filter(target => /^(javascript|data):/i.test(target))"
            )
            assert steps == [], name
        page.close()
    assert spoke == []
