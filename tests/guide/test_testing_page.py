"""A reader can type the examples of the page about testing: under which name, and with which options."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "source/testing.md"
BLOCK = re.compile(r"```\{snippet\} (?P<name>[\w-]+)\n(?P<options>(?::.*\n)*)")


def test_a_test_is_shown_with_the_name_that_its_output_mentions() -> None:
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if ":with:" in block["options"]:
            usual = f"test_{block['name'].replace('-', '_')}.py"
            assert f":save: {usual}\n" in block["options"], block["name"]


def test_the_text_before_a_test_names_each_option_that_it_runs_with() -> None:
    page = PAGE.read_text(encoding="utf-8")
    seen = 0
    for block in BLOCK.finditer(page):
        given = re.search(r"^:args: (.*)$", block["options"], re.MULTILINE)
        section = page[page.rindex("\n## ", 0, block.start()) : block.start()]
        prose = re.sub(r"```.*?```", "", section, flags=re.DOTALL)
        for option in re.findall(r"--?[\w-]+(?:[= ][\w:.]+)?", given[1] if given else ""):
            seen += 1
            assert option in prose, f"{block['name']}: {option}"
    assert seen
