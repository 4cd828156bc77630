"""Ten races of kinds that no rule was written for: what the audit says of code it was not made on.

They stay as they are. Who writes a rule for one of them takes it out of here, and brings another.
"""

from pathlib import Path

import pytest

from tests import audit_recall

DATA = Path(__file__).with_name("data")
#: What the audit makes of each. A miss is no aim: it is what the page on blind spots speaks of.
HELD = {
    "users_before.c": "missed",  # a count of owners that is no atomic
    "position_before.c": "missed",  # an iterator's position
    "contains_before.c": "missed",  # asked whether a key is there, then set
    "grow_before.pyx": "missed",  # storage that moves under a reader
    "queue_before.pyx": "missed",  # looked whether there is one, then taken
    "batch_before.cpp": "missed",  # a vector, while other threads are let in
    "registry_before.cpp": "hit",  # a static behind a function; to look at, after the fix as well
    "order_before.c": "missed",  # marked as ready before it is
    "cell_before.rs": "hit",  # by what says that the type may be shared
    "typedict_before.c": "missed",  # the dict of a type
}
PAIRS = audit_recall.read_list(DATA / "held.txt")


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.before.name)
def test_a_race_that_no_rule_was_made_for(pair):
    outcome = audit_recall.examine(pair, within=3)
    assert outcome.verdict == HELD[pair.before.name]
    assert outcome.fix == 0, "a fixed file has something to fix"


def test_every_one_is_listed():
    assert {pair.before.name for pair in PAIRS if pair.before} == set(HELD)
