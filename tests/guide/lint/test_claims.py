"""Claims: which sentences promise behaviour, what supports them, and what a marker may name."""

import pytest

from ftguide.guide.lint import claims, page
from ftguide.guide.lint.claims import Known

SNIPPET = "```{snippet} shown\nprint(1)\n```"
CLAIM = "A list never breaks."


@pytest.fixture
def known(tmp_path):
    (tmp_path / "ftguide").mkdir()
    (tmp_path / "ftguide" / "x.py").write_text("one\ntwo\n")
    (tmp_path / "_build").mkdir()
    (tmp_path / "_build" / "x.py").write_text("one\n")
    return Known(
        snippets={
            "source/p.md": frozenset({"shown"}),
            "source/sub/q.md": frozenset({"there"}),
        },
        root=tmp_path,
    )


def findings(text: str, known: Known, name: str = "source/p.md") -> list[tuple[int, str]]:
    one = page.parse(name, f"# P\n\n{text}\n")
    return [(found.line, found.message) for found in claims.check(one, known)]


def lines(text: str, known: Known) -> list[int]:
    return [line for line, _ in findings(text, known)]


@pytest.mark.parametrize(
    "text",
    [
        "Pure Python cannot crash.",
        "It can not crash.",
        "It can't crash.",
        CLAIM,
        "It *always* holds.",
        "The build does not crash.",
        "Both builds do not\ncrash.",
        "It takes no lock.",
        "`x = 1` is one step.",
        "Both are one step.",
        "`next(it)` is safe.",
        "Never changes.",
        "It is [never](other.md#anchor) wrong.",
        "Which build is it? It is never both.",
        "Read the [page](q.md): it is safe.",
    ],
)
def test_a_claim_without_support(text, known):
    assert len(findings(text, known)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "## What never changes",
        "Is it safe? What can never happen?",
        'It says "never" and "This is safe. It cannot fail.", and means little.',
        "Never leave the block with `return`.",
        "Always pass a lock.",
        "One rule: never wait with a lock held.",
        "The word `never`, and thread-safe, thread safe, unsafe, a pickle-safe name.",
        "```text\nnever\n```",
        "A role: {sub}`never`.",
        "% never",
        ":::{admonition} What never works\nFine.\n:::",
        ":::{figure} x.png\n:alt: never\n\nFine.\n:::",
        "[Read more](https://example.com/never)",
        "<!-- never -->",
    ],
)
def test_no_claim(text, known):
    assert findings(text, known) == []


@pytest.mark.parametrize(
    "text",
    ["Never a mixture.", "Never leave it, for it cannot end.", "You never leave it."],
)
def test_what_looks_like_advice(text, known):
    assert len(findings(text, known)) == 1


def test_the_message_names_the_words_the_sentence_and_three_fixes(known):
    text = f"Fine. {'long ' * 40}and `x` is\nnever safe {'long ' * 40}. Fine."
    ((line, message),) = findings(text, known)
    assert line == 4
    assert message.startswith("'never', 'safe': \"…")
    shown = message.split('"')[1]
    assert "and `x` is never safe long" in shown
    assert len(shown) <= 104
    for fix in ("what was seen", "{snippet}", "{bench:value}", "http", "% claim: "):
        assert fix in message


def test_each_sentence_is_a_finding_of_its_own(known):
    assert lines(f"{CLAIM} It is safe.\nFine.\nIt cannot.", known) == [3, 3, 5]


@pytest.mark.parametrize(
    "text",
    [
        f"{CLAIM}\n\n{SNIPPET}",
        f"{SNIPPET}\n\n{CLAIM}",
        f"```{{output}} shown\n1\n```\n{CLAIM}",
        f"{CLAIM}\n\n```{{literalinclude}} ../x.py\n```",
        f"{CLAIM}\n\n% a comment\n(target)=\n{SNIPPET}",
        f"{CLAIM} See [the source](https://docs.python.org/3.14/x.html).",
        f"{CLAIM} [x]\n\n[x]: https://docs.python.org/",
        f"{CLAIM} <https://docs.python.org/>",
        f"{CLAIM} It takes {{bench:value}}`nbody:ft-single/gil-single` as long.",
        f"{CLAIM} We saw it in {{outcome:rate}}`list-append:2@3.14t`.",
        f"{CLAIM} See {{outcome:ref}}`list-append`.",
        f"- {CLAIM}\n\n  Fine.\n\n  [x](https://example.com)",
        f"- {CLAIM}\n\n  Fine.\n\n  ```{{snippet}} shown\n  print(1)\n  ```",
        f"- ```{{snippet}} shown\n  print(1)\n  ```\n\n  Fine.\n\n  {CLAIM}",
        f"| a | b |\n|---|---|\n| {CLAIM} | [x](https://example.com) |",
        f"| a |\n|---|\n| Fine. |\n| {CLAIM} |\n| Fine. |\n\n{SNIPPET}",
        f"[Documented](https://example.com):\n\n| a |\n|---|\n| Fine. |\n| {CLAIM} |",
        f"[Documented](https://example.com):\n\n- Fine.\n- {CLAIM}",
        f"1. [Documented](https://example.com):\n   - {CLAIM}",
        f"- Fine.\n\n  [x](https://example.com)\n\n  :::{{note}}\n  {CLAIM}\n  :::",
        f":::{{note}}\n{CLAIM}\n\n{SNIPPET}\n:::",
        f"::::{{tab-set}}\n:::{{tab-item}} x\n{SNIPPET}\n\n{CLAIM}\n:::\n::::",
    ],
)
def test_support(text, known):
    assert findings(text, known) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{CLAIM}\n\nFine.\n\n{SNIPPET}",
        f"{CLAIM}\n\n## Next\n\n{SNIPPET}",
        f"{CLAIM}\n\n```text\nx\n```",
        f"{CLAIM}\n\n```{{snippet}} idle\n:not-run: no network\n\nprint(1)\n```",
        f"{CLAIM} See [there](other.md).\n\nFine. [x](https://example.com)",
        f"- Fine. [x](https://example.com)\n- {CLAIM}",
        f"- {CLAIM}\n  - Fine. [x](https://example.com)",
        f"[Documented](https://example.com):\n\n1. Fine.\n   - {CLAIM}",
        f"| a |\n|---|\n| {CLAIM} |\n| [x](https://example.com) |",
        f"[Something else](https://example.com).\n\n- {CLAIM}",
        f":::{{note}}\n{CLAIM}\n:::\n\n{SNIPPET}",
        f"::::{{tab-set}}\n:::{{tab-item}} x\n{CLAIM}\n:::\n:::{{tab-item}} y\n{SNIPPET}\n:::\n::::",
        f"::::{{grid}}\n:::{{grid-item-card}} x\n:link: y\n\n{CLAIM}\n:::\n::::",
        f":::{{glossary}}\nterm\n  {CLAIM}\n:::",
        f"> {CLAIM}",
    ],
)
def test_no_support(text, known):
    assert len(findings(text, known)) == 1


def test_a_snippet_that_does_not_run_supports_with_its_source(known):
    text = f"{CLAIM}\n\n```{{snippet}} idle\n:not-run: x\n:source: https://example.com\n\nx\n```"
    assert findings(text, known) == []


def test_the_line_is_that_of_the_word_at_any_depth(known):
    text = "# P\n\n::::{tab-set}\n:::{tab-item} x\n\n- one\n  `x`\n  never\n:::\n::::\n"
    one = page.parse("source/p.md", text)
    (found,) = claims.check(one, known)
    assert text.splitlines()[found.line - 1].strip() == "never"


@pytest.mark.parametrize(
    "reason",
    [
        "ftguide/x.py:2",
        "counted in ftguide/x.py:2, then compared",
        "#snippet-shown",
        "sub/q.md#snippet-there",
        "/sub/q.md#snippet-there shows it",
        "source: https://docs.python.org/3.14/x.html",
        "https://github.com/python/cpython/blob/v3.14.7/Objects/listobject.c#L12",
        "CPython 3.14.7 Objects/listobject.c:123",
        "definition: what the word immortal means here",
    ],
)
def test_a_marker_that_names_its_support(reason, known):
    assert findings(f"% claim: {reason}\n{CLAIM}", known) == []


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("", "names nothing"),
        ("we are sure of it", "names nothing"),
        ("definition: so", "says what defines it in fewer than three words"),
        ("ftguide/none.py:2", "'ftguide/none.py:2' is no file of the repository"),
        ("../x.py:1", "'../x.py:1' is no file of the repository"),
        ("_build/x.py:1", "'_build/x.py:1' is no file of the repository"),
        ("ftguide/x.py:3", "'ftguide/x.py:3': the file has 2 lines"),
        ("ftguide/x.py:0", "'ftguide/x.py:0': the file has 2 lines"),
        ("#snippet-other", "'#snippet-other' is no snippet that runs"),
        ("#shown", "'#shown' is no snippet that runs"),
        ("q.md#snippet-there", "'q.md#snippet-there' is no snippet that runs"),
        ("#snippet-shown and ftguide/none.py:2", "'ftguide/none.py:2' is no file"),
    ],
)
def test_a_marker_whose_support_is_not_there(reason, problem, known):
    ((line, message),) = findings(f"% claim: {reason}\n{CLAIM}", known)
    assert line == 3
    assert problem in message


def test_a_marker_without_a_claim_below_it(known):
    ((line, message),) = findings("% claim: ftguide/x.py:2\nFine.\n\nFine.", known)
    assert line == 3
    assert "no claim" in message


def test_a_marker_covers_the_block_below_and_no_more(known):
    text = f"% claim: ftguide/x.py:2\n\n- {CLAIM}\n- {CLAIM}\n\n{CLAIM}"
    assert lines(text, known) == [8]
    inside = f"- Fine.\n\n  % claim: ftguide/x.py:2\n  {CLAIM}\n- {CLAIM}"
    assert lines(inside, known) == [7]


def test_markers_on_one_block_each_name_something(known):
    text = f"% claim: ftguide/x.py:2\n% claim: #snippet-shown\n{CLAIM} It cannot."
    assert findings(text, known) == []


def test_a_link_is_relative_to_the_page(known):
    text = f"% claim: ../p.md#snippet-shown\n{CLAIM}"
    assert findings(text, known, "source/sub/q.md") == []
    assert len(findings(text, known, "source/p.md")) == 1


def test_pages_that_claim(known):
    assert claims.applies("source/benchmarks/method.md")
    assert not claims.applies("source/benchmarks/runs/2026.md")
    assert not claims.applies("README.md")
