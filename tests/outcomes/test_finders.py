"""The comparison of race finders: its programs, how answers are read, and that its tables are current."""

import json
import signal
from pathlib import Path

import pytest

from outcomes.finders import races, table
from outcomes.finders.run import (
    CORRECT,
    RACING,
    READERS,
    RELEASED,
    RESULTS,
    TOOLS,
    Ended,
    magnitude,
)

FOLDER = Path(table.__file__).parent
ALL = (*RACING, *CORRECT)


def test_programs_are_the_twelve():
    assert tuple(races.RACES) == ALL
    assert set(table.PROGRAMS) == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_a_program_holds_where_one_actor_follows_the_other(name):
    state = races.RACES[name]()
    state.actor1()
    state.actor2()
    assert state.holds()


@pytest.mark.parametrize("name", ALL)
def test_a_program_is_there_in_the_form_of_each_tool_that_wants_its_own(name):
    file = name.replace("-", "_")
    assert (FOLDER / "threadcheck" / f"{file}.py").is_file()
    assert f"def {file}(" in (FOLDER / "ploom" / "scenarios.py").read_text("utf-8")


def test_every_tool_was_tried_on_every_program():
    document = json.loads(RESULTS.read_text("utf-8"))
    tried = {(row["tool"], row["mode"], row["test"]) for row in document["trials"]}
    wanted = {(tool.name, tool.mode, test) for tool in TOOLS for test in (*ALL, *tool.extra)}
    assert tried == wanted | {("laboratory", "default", test) for test in ALL}
    assert document["versions"] == {tool.name: tool.version for tool in TOOLS}
    assert set(RELEASED) == set(document["versions"])
    assert not any(row["gil"] for row in document["trials"])


def test_results_name_no_folder_of_a_machine():
    text = RESULTS.read_text("utf-8")
    assert "/work/" not in text
    assert "/tmp/" not in text  # noqa: S108 - a name that must not be there
    assert "/root" not in text


@pytest.mark.parametrize(("file", "rows"), [("grid.csv", table.grid), ("costs.csv", table.costs)])
def test_a_table_is_what_the_results_say(file, rows):
    written = (FOLDER / file).read_text("utf-8")
    assert written == table.written(rows(table.trials())), "run python -m outcomes.finders.table"


def trial(**changed):
    common = {"test": "flag-then-data", "mode": "dpor", "runs": 5, "found": 5, "inconclusive": 0}
    return common | changed


@pytest.mark.parametrize(
    ("modes", "said"),
    [
        ([trial()], "found"),
        ([trial(found=2)], "found (2 of 5)"),
        ([trial(found=0)], "missed"),
        ([trial(found=0, inconclusive=5)], "undecided"),
        (
            [trial(found=0, inconclusive=1), trial(found=0, mode="random")],
            "missed (dpor undecided)",
        ),
        ([trial(), trial(found=0, mode="random")], "found (dpor)"),
        ([trial(found=1), trial(found=5, mode="random")], "found"),
        ([trial(found=1), trial(found=0, mode="random")], "found (dpor, 1 of 5)"),
    ],
)
def test_a_cell_says_in_which_modes_and_how_often(modes, said):
    assert table.word(modes, "flag-then-data") == said


def test_a_cell_of_a_correct_program_is_quiet_or_an_alarm():
    assert table.word([trial(found=0)], "list-append") == "quiet"
    assert table.word([trial()], "list-append") == "alarm"


@pytest.mark.parametrize(
    ("reader", "status", "text", "found"),
    [
        ("pyvft", 0, "  pyvft: 2 DATA RACES DETECTED\n  Object : [0]\n  Attr   : n\n", True),
        ("pyvft", 0, "  pyvft: NO DATA RACES DETECTED \n", False),
        ("pyvft", -signal.SIGSEGV, "", True),
        ("threadcheck-run", 1, '{"var_name": "n"}', True),
        ("threadcheck-run", 0, "[]", False),
        ("threadcheck-scan", 0, "Total: 2 issue(s) (0 error(s), 0 warning(s), 2 info(s))", False),
        ("threadcheck-scan", 0, "Total: 2 issue(s) (0 error(s), 1 warning(s), 1 info(s))", True),
        ("pytest", 1, "E   AssertionError: iteration 4\n", True),
        ("pytest", 0, "1 passed", False),
        ("answer", 0, 'ANSWER {"found": true}', True),
    ],
)
def test_an_answer_is_read(reader, status, text, found):
    assert READERS[reader](Ended(status, text, 1.0))["found"] is found


@pytest.mark.parametrize("reader", READERS)
def test_a_program_that_was_stopped_is_no_answer(reader):
    answer = READERS[reader](Ended(None, "", 240.0))
    assert answer["inconclusive"]
    assert not answer["found"]


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, 0.01), (0.4, 1), (0.2, 0.1), (7, 10), (61, 100)]
)
def test_seconds_are_orders_of_magnitude(seconds, shown):
    assert magnitude(seconds) == shown
