"""The stdlib group's answers by other means, and what its twins share or do not share."""

from __future__ import annotations

import gc
import pickle
import random
import re
import threading
from datetime import datetime
from pathlib import Path

import pytest

from benchmarks.workloads import stdlib_data as data
from benchmarks.workloads import stdlib_shared as shared
from benchmarks.workloads import stdlib_state as state
from benchmarks.workloads.declare import WrongAnswerError


def test_lines_by_splitting():
    lines = shared._lines(0)
    size = sum(int(line.split()[3]) for line in lines)
    pages = sum(len(line.split()[2]) - 1 for line in lines)
    shared._check_matches([(size, pages)], 1)
    assert all(shared._compiled().fullmatch(line) for line in lines)


def test_patterns_are_shared_or_not():
    assert shared._compiled() is shared._compiled(), "re caches: one text, one object"
    one, two = (shared._own_pattern(worker)[0] for worker in range(2))
    assert one is not two
    assert one.groupindex == two.groupindex == shared._compiled().groupindex
    assert re.sub(r"\(\?#\d+\)$", "", one.pattern) == shared._compiled().pattern


@pytest.mark.parametrize("draws", [1, 311, 312, 313, 1000, 5000])
def test_place_of_a_generator(draws):
    generator = random.Random(1)
    for _ in range(draws):
        generator.random()
    assert generator.getstate()[1][-1] == shared._position(draws)


def test_a_draw_too_many_is_noticed():
    dice = shared.Dice()
    players = [shared.Player(), shared.Player()]
    shared._check_shared_draws([shared._draw(one, dice, 2) for one in players], 2)
    dice.generator.random()
    with pytest.raises(WrongAnswerError, match="place of the shared generator"):
        shared._check_shared_draws([shared._draw(one, dice, 2) for one in players], 2)


def test_a_lost_line_is_noticed():
    logger, messages = shared._logger(), shared._messages(0)
    shared._check_logged([shared._log(messages, logger, 2)], 2)
    logger.handlers[0].lines -= 1
    with pytest.raises(WrongAnswerError, match="lines at the shared handler"):
        shared._check_logged([shared._log(messages, logger, 2)], 2)


def test_loggers_stay_among_themselves(caplog):
    shared._log(shared._messages(0), shared._logger(), 1)
    shared._log_quietly(None, shared._quiet_logger(), 1)
    assert caplog.records == []
    assert [len(make().handlers) for make in (shared._logger, shared._quiet_logger)] == [1, 1]


def test_stamps_by_subtracting():
    start = datetime.fromisoformat("2026-10-31")
    moments = [datetime.fromisoformat(stamp) - start for stamp in state._stamps(0)]
    assert sum(one.days * 86_400 + one.seconds for one in moments) == state.SECONDS


def test_a_warning_in_the_wrong_block_is_observed(monkeypatch):
    module = state._warnings_module()
    right = [state._catch(None, module, 2)]
    assert state._missed(right, 2) == (0.0,)
    with monkeypatch.context() as patch:
        patch.setattr(module, "simplefilter", lambda _action: None)
        module.filterwarnings("ignore", "deprecated in release", DeprecationWarning)
        try:
            silent = [state._catch(None, module, 2)]
        finally:
            del module.filters[0]
    state._check_warned(silent, 2)
    assert state._missed(silent, 2) == (1.0,)
    assert state._missed([*right, *silent], 2) == (0.5,)


@pytest.mark.interpreters
def test_builds_keep_warnings_apart_as_they_say(python, target, build):
    """The free-threaded build's blocks catch all of their own warnings, in any number of threads."""
    command = """
import json, sys, threading
from benchmarks.workloads import stdlib_state as state
results = []
def work():
    results.append(state._catch(None, state._warnings_module(), 40))
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
state._check_warned(results, 40)
assert sys.flags.context_aware_warnings == sys.flags.thread_inherit_context
print(sys.flags.context_aware_warnings, state._missed(results, 40)[0])
"""
    done = python(target, "-P", "-c", command)
    assert done.returncode == 0, done.stderr
    aware, missed = done.stdout.split()
    assert aware == ("0" if build == "gil" else "1")
    assert build == "gil" or float(missed) == 0.0


def test_context_is_left_as_it_was():
    variable = state._variable()
    before = variable.get()
    seen = []
    thread = threading.Thread(target=lambda: seen.append(state._change(None, variable, 1)))
    thread.start()
    thread.join()
    state._check_changes(seen, 1)
    assert variable.get() == before


def test_buffer_adds_up():
    low, high = 1, 0
    for byte in data._buffer(0):
        low = (low + byte) % 65_521
        high = (high + low) % 65_521
    assert high << 16 | low == data.ADLER
    assert len(data._buffer(0)) == data.BUFFER_BYTES


def test_query_by_hand():
    rows = [(number, number % 5, number * 3) for number in range(1, data.ROWS + 1)]
    beyond = [row for row in rows if row[0] > 10]
    kinds = {kind for _, kind, _ in beyond}
    data._check_query([(len(kinds), sum(size for *_, size in beyond), len(rows))], 1)


def test_database_stays_the_same_size():
    connection = data._memory(0)
    data._query(connection, None, 1)
    pages = connection.execute("pragma page_count").fetchone()
    data._query(connection, None, 20)
    assert connection.execute("pragma page_count").fetchone() == pages
    assert connection.execute("select count(*) from item").fetchone() == (0,)
    connection.close()


def test_file_is_written_and_goes_away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file, clients = data._file(), [data._client(0), data._client(1)]
    assert Path(file.path).stat().st_size > 0
    data._check_deposits([data._deposit(one, file, 3) for one in clients], 3)
    clients[0].connection.execute("update item set size = size - 1 where id = 7")
    with pytest.raises(WrongAnswerError, match="sum over the shared table"):
        data._check_deposits([data._deposit(one, file, 3) for one in clients], 3)
    for one in clients:
        one.connection.close()
    del file
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_readings_survive_pickling_as_new_objects():
    readings = data._readings(0)
    copies = pickle.loads(pickle.dumps(readings))  # noqa: S301 - our own
    assert copies[0] is not readings[0]
    assert vars(copies[0]) == vars(readings[0])
    assert data.NAMES.startswith("sensor1000/room6/floor1,sensor1001/")


def test_twins_differ_in_one_thing():
    by_slug = {one.slug: one for one in (*shared.WORKLOADS, *state.WORKLOADS)}
    trap, fix = by_slug["re-shared-pattern"], by_slug["re-own-pattern"]
    assert trap.check is fix.check
    for one in (trap, fix):
        assert "_match" in one.run.__code__.co_names
    trap, fix = by_slug["random-shared"], by_slug["random-own"]
    for one in (trap, fix):
        assert "_draw" in one.run.__code__.co_names
    trap, fix = by_slug["datetime-strptime"], by_slug["datetime-fromisoformat"]
    assert (trap.setup_local, trap.check) == (fix.setup_local, fix.check)


@pytest.mark.interpreters
def test_what_is_said_to_contend_is_not_immortal(python, target):
    command = """
import sys
from benchmarks.workloads import stdlib_shared as shared, stdlib_state as state
contended = [
    shared._compiled(), shared.Dice(), shared.Dice().generator, shared._logger(),
    shared._logger().handlers, shared._logger().handlers[0], shared._quiet_logger(), state._variable(),
]
for one in contended:
    assert not sys._is_immortal(one), one
"""
    done = python(target, "-P", "-c", command)
    assert done.returncode == 0, done.stderr
