"""ploom explores its own operations only: each shared value becomes a SharedCell, each lock its Lock.

scenarios.py TEST checks one. Where a cell cannot stand for the object, `yield_now()` marks the places
at which another thread may run.
"""

import queue
import sys
import tempfile
from pathlib import Path

import ploom
from answer import answer


def both(actor1, actor2):
    threads = [ploom.Thread(target=actor1), ploom.Thread(target=actor2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def attribute_increment():
    n = ploom.SharedCell(0)

    def actor():
        n.write(n.read() + 1)

    both(actor, actor)
    assert n.read() == 2


def dict_check_then_act():
    value = ploom.SharedCell(None)  # of the only key
    got = []

    def actor(mine):
        if value.read() is None:
            value.write(mine)
            got.append(mine)
        else:
            got.append(value.read())

    both(lambda: actor(1), lambda: actor(2))
    assert got[0] == got[1]


def generator_shared():
    def numbers():
        for number in range(2):
            ploom.yield_now()
            yield number

    generator = numbers()
    got = []

    def actor():
        for value in generator:
            got.append(value)

    both(actor, actor)
    assert sorted(got) == [0, 1]


def generic_alias_iterator():
    iterator = iter(list[int])
    got = []

    def actor():
        ploom.yield_now()
        got.extend(iterator)

    both(actor, actor)
    assert len(got) == 1


def dict_loop_short():
    table = dict.fromkeys(range(2))
    short = []

    def actor1():
        ploom.yield_now()
        table[2] = None
        ploom.yield_now()
        del table[2]

    def actor2():
        seen = 0
        try:
            for _key in table:
                seen += 1
                ploom.yield_now()
        except RuntimeError:
            return
        short.append(seen < 2)

    both(actor1, actor2)
    assert not any(short)


def list_sort_read():
    items = [3, 1, 4, 1, 5, 9, 2, 6]
    empty = []

    def actor1():
        ploom.yield_now()
        items.sort()

    def actor2():
        ploom.yield_now()
        empty.append(not items)

    both(actor1, actor2)
    assert not any(empty)


def double_checked_init():
    lock = ploom.Lock()
    config = ploom.SharedCell(None)
    got = []

    def actor():
        if config.read() is None:
            with lock:
                if config.read() is None:
                    config.write(())
                    config.write((("port", 80),))
        got.append(config.read())

    both(actor, actor)
    assert all(got)


def flag_then_data():
    ready, data = ploom.SharedCell(False), ploom.SharedCell(None)
    seen = []

    def actor1():
        ready.write(True)
        data.write(42)

    def actor2():
        if ready.read():
            seen.append(data.read())

    both(actor1, actor2)
    assert seen in ([], [42])


def locked_counter():
    n, lock = ploom.SharedCell(0), ploom.Lock()

    def actor():
        with lock:
            n.write(n.read() + 1)

    both(actor, actor)
    assert n.read() == 2


def queue_hand_off():
    jobs = queue.Queue()
    total = ploom.SharedCell(0)

    def actor1():
        ploom.yield_now()
        jobs.put({"number": 1})

    def actor2():
        ploom.yield_now()
        total.write(total.read() + jobs.get()["number"])

    both(actor1, actor2)
    assert total.read() == 1


def list_append():
    items = []

    def actor():
        ploom.yield_now()
        items.append(1)

    both(actor, actor)
    assert len(items) == 2


def dict_per_thread():
    first, second = {"key": 0}, {"key": 0}

    def actor(counts):
        ploom.yield_now()
        counts["key"] += 1

    both(lambda: actor(first), lambda: actor(second))
    assert first["key"] + second["key"] == 2


def main(name):
    config = ploom.Config(
        max_executions=2000, max_preemptions=2, timeout=120.0, minimize_executions=0
    )
    scenario = globals()[name.replace("-", "_")]
    with tempfile.TemporaryDirectory() as folder:
        try:
            passed = ploom.check(scenario, config=config, trace_dir=Path(folder))
        except ploom.ModelCheckError as error:
            answer(True, error.statistics.executions, str(error.failure.exception_type))
        except ploom.IncompleteExplorationError as error:
            answer(False, error.statistics.executions, str(error), inconclusive=True)
        else:
            answer(False, passed.executions)


if __name__ == "__main__":
    main(sys.argv[1])
