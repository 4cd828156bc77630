"""What counts as a sentence of a page, what is left out, and which pages are outside the targets."""

import pytest

from ftguide.cli import main as front
from ftguide.guide.lint import page, reading

TEN = "One two three four five six seven eight nine ten."
LONG = "This sentence has sixteen words, which is as many as the reader of a guide expects here."


def read(text: str) -> reading.Reading:
    return reading.read(page.parse("source/p.md", text))


def counts(text: str) -> list[int]:
    return [sentence.words for sentence in read(text).sentences]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEN, [10]),
        ("Is it one? It is (so far). Yes!", [3, 4, 1]),
        ("A line\nthat goes on\nover three lines.", [8]),
        ("It has 3.14.7t, e.g. on Linux, i.e. there.", [8]),
        ("It runs on 3.14. `x` does, too.", [4, 3]),
        ("Write `x += 1 or y` with {outcome:rate}`a:1@3.14t` now.", [5]),
        ("See [the page of the lists](lists.md) or [](other.md).", [8]),
        ("A colon: it goes on. This shows it:", [5, 3]),
        ('It says "stop." Then it stops.', [3, 3]),
        ("- One item.\n- Another item, and a dash \u2013 here.", [2, 6]),
        ("**Bold words** begin it.", [4]),
        ("**Cause.** It was changed.", [3]),
        ("**Trap**: it was changed.", [3]),
        ("**This whole sentence is bold.** It is kept.", [5, 3]),
        (":::{note}\nInside it.\n:::", [2]),
        ("::::{tab-set}\n:::{tab-item} x\nInside a tab.\n:::\n::::", [3]),
        ("Term\n: What it means is here.", [5]),
    ],
)
def test_sentences(text, words):
    assert counts(f"# A heading. With two.\n\n{text}\n") == words


@pytest.mark.parametrize(
    "text",
    [
        "## A heading that ends.",
        "| a |\n|---|\n| A cell says something. |",
        "```python\n# A comment. Two.\n```",
        "```{snippet} x\nprint('One. Two.')\n```",
        "```{output} x\nOne. Two.\n```",
        "% A comment. Of two.",
        "Groups \u00b7 of \u00b7 links",
        "---\ntitle: A. B.\n---",
    ],
)
def test_left_out(text):
    assert counts(text) == []


def test_a_page_is_measured_by_mean_and_share():
    one = read(f"{' '.join([LONG] * 8)}\n\nIt is short. So is this.\n")
    assert one.mean == pytest.approx((8 * 17 + 3 + 3) / 10)
    assert one.short == pytest.approx(0.2)
    assert one.worst == 3
    assert not one.within  # two of ten are short


def test_the_targets_have_two_sides():
    assert read(" ".join([LONG] * 10)).within
    assert not read(" ".join([TEN] * 10)).within
    assert not read(" ".join([f"{LONG[:-1]} and {LONG}"] * 10)).within
    assert read(TEN).within  # too little text to judge
    assert read(" ".join([LONG] * 10)).worst is None


def test_the_command_prints_a_table_and_finds_nothing(tmp_path, capsys):
    pages = tmp_path / "source"
    (pages / "benchmarks" / "runs").mkdir(parents=True)
    (pages / "short.md").write_text(f"# P\n\n{LONG}\n\n{'It is. ' * 11}\n")
    (pages / "good.md").write_text(f"# P\n\n{' '.join([LONG] * 10)}\n")
    (pages / "empty.md").write_text("# P\n")
    (pages / "benchmarks" / "runs" / "drawn.md").write_text(f"# P\n\n{'It is. ' * 11}\n")
    assert front.main(["lint", "--root", str(tmp_path), "--reading"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if "source/" in line]
    assert rows == [
        ["source/short.md:5", "12", "3.2", "92%", "*"],
        ["source/good.md", "10", "17.0", "0%"],
    ]


def test_the_command_takes_pages(tmp_path, capsys):
    (tmp_path / "source").mkdir()
    for name in "one", "two":
        (tmp_path / "source" / f"{name}.md").write_text(f"# P\n\n{LONG}\n")
    place = str(tmp_path / "source" / "two.md")
    assert front.main(["lint", "--root", str(tmp_path), "--reading", place]) == 0
    assert "one.md" not in capsys.readouterr().out


STAMP = "---\nchecked: 2026-11-23\nchecked_with: 3.14.7\n---\n\n"


def found(root, capsys) -> list[str]:
    front.main(["lint", "--root", str(root), "--today", "2026-11-24"])
    return [line for line in capsys.readouterr().out.splitlines() if line.endswith("[reading]")]


def test_a_guide_page_outside_the_targets_is_a_finding_with_its_worst_paragraph(tmp_path, capsys):
    pages = tmp_path / "source"
    pages.mkdir()
    good = " ".join([LONG] * 10)
    (pages / "good.md").write_text(f"{STAMP}# P\n\n{good}\n")
    (pages / "long.md").write_text(f"{STAMP}# P\n\n{good}\n\n{f'{LONG[:-1]} and {LONG} ' * 12}\n")
    (pages / "short.md").write_text(
        f"{STAMP}# P\n\n{good}\n\nIt is. It `x` was so.\n\n{TEN} It is.\n"
    )
    long, short = found(tmp_path, capsys)
    assert long.startswith(
        "source/long.md:10: the sentences of this page have 26.8 words on average"
    )
    assert 'Divide the long sentences, beginning with this paragraph: "This sentence has' in long
    assert len(long) < 600  # the paragraph is cut
    assert short.startswith(
        "source/short.md:10: the sentences of this page have 13.4 words on average"
    )
    assert "and 21% have fewer than 9 (at most 18%). Connect short sentences" in short
    assert 'this paragraph: "It is. It … was so."' in short


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("benchmarks/nbody.md", f"```{{bench:workload}} nbody\n```\n\n{'It is. ' * 12}"),
        ("benchmarks/runs/drawn.md", "It is. " * 12),
        ("little.md", "It is. " * 9),
    ],
)
def test_pages_that_the_targets_are_not_for(tmp_path, capsys, name, text):
    path = tmp_path / "source" / name
    path.parent.mkdir(parents=True)
    path.write_text(f"{STAMP}# P\n\n{text}\n")
    assert found(tmp_path, capsys) == []
    path.write_text(
        f"{STAMP}# P\n\n{text.replace('bench:workload', 'bench:table')}{'It is. ' * 3}\n"
    )
    assert len(found(tmp_path, capsys)) == ("runs" not in name)
