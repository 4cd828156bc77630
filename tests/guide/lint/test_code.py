"""Fences: code is a snippet, data parses, text holds no code; and snippets have run."""

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import extract
from ftguide.guide.lint import code, page
from ftguide.guide.record.report import Block, Report, Result


def rules(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.rule) for one in code.check(page.parse("source/p.md", text))]


@pytest.mark.parametrize(
    ("fence", "rule"),
    [
        ("```python\nx = 1\n```", "fence"),
        ("```py\nx = 1\n```", "fence"),
        ("```pycon\n>>> 1\n```", "fence"),
        ("```console\n$ ls\n```", "fence"),
        ("```sh\nls\n```", "fence"),
        ("```powershell\nls\n```", "fence"),
        ("```{code-block} python\n:caption: x\n\nx = 1\n```", "fence"),
        ("```\nx\n```", "fence"),
        ("```yaml\na: [1\n```", "data"),
        ("```toml\na = \n```", "data"),
        ("```json\n{a: 1}\n```", "data"),
        ("```{code-block} json\n{a: 1}\n```", "data"),
        ("```text\nimport threading\n```", "text-fence"),
        ("```text\ndef f(x):\n    return x\n```", "text-fence"),
        ("```text\nprint(1)\n```", "text-fence"),
        ("```text\n$ python x.py\n```", "text-fence"),
        ("```text\nuv python install 3.14t\n```", "text-fence"),
        ("```text\nTraceback (most recent call last):\n  x\n```", "text-fence"),
        ("```text\n#include <Python.h>\nint x;\n```", "text-fence"),
    ],
)
def test_found(fence, rule):
    assert rules(f"# P\n\n{fence}\n") == [(3, rule)]
    nested = f"# P\n\n::::{{tab-set}}\n:::{{tab-item}} x\n{fence}\n:::\n::::\n"
    assert rules(nested) == [(5, rule)]


@pytest.mark.parametrize(
    "fence",
    [
        "```{snippet} a\nx = 1\n```",
        "```{output} a\nTraceback (most recent call last):\n```",
        "```yaml\na: [1]\n---\nb: ${{ matrix.python }}\n```",
        "```toml\na = 1\n```",
        '```json\n{"a": 1}\n```',
        "```c\nint x;\n```",
        "```text\nE = T(ft-processes-n) / T(ft-threads-n)\n```",
        "```text\nFatal Python error: config_read_gil: PYTHON_GIL\n```",
        "```text\nbenchmarks/results/<machine>/\n  run.json   machine\n```",
        "```text\nUsing a lock is slower; print(x) is not meant.\n```",
        "````md\n```python\nx\n```\n````",
        "% lint: fence, a session of another program\n```gdb\n(gdb) bt\n```",
    ],
)
def test_allowed(fence):
    assert rules(f"# P\n\n{fence}\n") == []


@pytest.fixture
def checked(tmp_path):
    """Check the snippets of a page against a report made by `judge`."""

    def check(text, judge=lambda snippets: {}):
        path = tmp_path / "source" / "p.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        read = extract.extract(path, tmp_path)
        known = Report(blocks=judge(read.snippets))
        one = page.parse(read.name, text)
        return [(f.line, f.rule, f.message) for f in code.check_snippets(one, read, known)]

    return check


def ran(*, passed, version="3.14.7", beside=()):
    known = {"build": Build.GIL, "date": "2026-11-24"}
    result = Result(version=version, passed=passed, **known)
    others = [Result(version=other, passed=False, **known) for other in beside]
    return lambda snippets: {
        one.hash: Block(name=one.name, expect="output", results=(result, *others))
        for one in snippets
    }


SNIPPET = "# P\n\n```{snippet} a\nx = 1\n```\n"


def test_a_snippet_has_to_have_run(checked):
    assert checked(SNIPPET, ran(passed=True)) == []
    ((line, rule, message),) = checked(SNIPPET)
    assert (line, rule) == (3, "unverified")
    assert "Run `nox -s snippets -- --only p.md` and commit its report." in message
    ((_, _, message),) = checked(SNIPPET, ran(passed=False))
    assert "does not do on 3.14.7 what the page says" in message


def test_a_snippet_has_to_have_run_on_its_own_line_and_failed_on_none(checked):
    ((_, _, message),) = checked(SNIPPET, ran(passed=True, beside=("3.13.15", "3.15.0rc2")))
    assert "does not do on 3.13.15 and 3.15.0rc2 what the page says" in message
    ((_, _, message),) = checked(SNIPPET, ran(passed=True, version="3.15.0rc2"))
    assert "has not run on 3.14" in message


@pytest.mark.parametrize(
    ("option", "version", "found"),
    [
        (":since: 3.15", "3.15.0rc2", 0),
        (":since: 3.15", "3.14.7", 1),
        (":until: 3.13", "3.13.15", 0),
        (":until: 3.13", "3.14.7", 1),
        (":since: 3.13", "3.13.15", 1),
    ],
)
def test_the_own_line_of_a_snippet_follows_since_and_until(checked, option, version, found):
    text = SNIPPET.replace("x = 1", f"{option}\n\nx = 1")
    assert len(checked(text, ran(passed=True, version=version))) == found


def test_a_snippet_that_does_not_run_need_not(checked):
    text = SNIPPET.replace("x = 1", ":not-run: needs a machine from Mars\n\nx = 1")
    assert checked(text) == []


def test_a_broken_snippet_is_found_at_its_line(checked):
    ((line, rule, message),) = checked("# P\n\n```{snippet} a\n:build-s: ft\n\nx\n```\n")
    assert (line, rule) == (3, "snippet")
    assert message.startswith("Unknown option key: 'build-s'")


@pytest.mark.parametrize(
    ("running", "skipped", "found"), [(19, 1, 0), (18, 1, 1), (0, 0, 0), (0, 2, 2)]
)
def test_at_most_one_python_block_in_twenty_is_not_run(tmp_path, running, skipped, found):
    text = "".join(f"```{{snippet}} r{n}\nx\n```\n" for n in range(running))
    text += "".join(
        f"```{{snippet}} s{n}\n:not-run: needs another planet\n\nx\n```\n" for n in range(skipped)
    )
    text += "```{snippet}\n:lang: sh\n:not-run: needs Windows\n:source: https://x.org\n\nx\n```\n"
    path = tmp_path / "p.md"
    path.write_text(text)
    findings = list(code.check_share([extract.extract(path, tmp_path)]))
    assert len(findings) == found


@pytest.mark.parametrize(
    ("option", "left_out", "found"),
    [
        (":since: 3.14", 3, 0),
        (":since: 3.14", 4, 4),
        (":until: 3.14", 1, 0),
        (":until: 3.14", 2, 2),
        (":since: 3.15", 2, 2),
    ],
)
def test_few_blocks_may_leave_out_a_line(tmp_path, option, left_out, found):
    """Of 20 at most three may leave out 3.13, and one 3.14 or 3.15."""
    text = "".join(f"```{{snippet}} r{n}\nx\n```\n" for n in range(20 - left_out))
    text += "".join(f"```{{snippet}} s{n}\n{option}\n\nx\n```\n" for n in range(left_out))
    path = tmp_path / "p.md"
    path.write_text(text)
    findings = list(code.check_share([extract.extract(path, tmp_path)]))
    assert len(findings) == found
    assert all(
        f"of 20 blocks leave out 3.1{3 if found > 3 else 5 if 'until' in option else 4}"
        in one.message
        for one in findings
    )
