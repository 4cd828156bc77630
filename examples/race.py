"""Use one counter from several threads and compare with what one thread would have counted.

    python -X gil=0 race.py --seconds 0.5

Runs rounds until the time is over or an answer is wrong. No sleeps, no hooks, no switch interval:
what fails here fails in use. Prints one line of JSON; exit status 1 after a wrong answer. A module
that does not declare support is raced with `-X gil=0`, else its import would bring the GIL back.
"""

import argparse
import json
import sys
import threading
import time

import tally

THREADS = 4
FIRST_ADDS = 1000  # per thread; the first round is short, because some things happen only once
ROUND_SECONDS = 0.1  # rounds grow to this, so that threads meet on a busy machine too
KEYS = 200  # more than the memo holds, so that it is emptied all the time


def weigh(key):
    return 10_000 + 7 * key


def use(counter, number, adds, start, types, wrong):
    """Add keys and read what others add meanwhile; the work of one thread."""
    start.wait()
    try:
        for i in range(adds):
            key = (i + number * 50) % KEYS
            receipt = counter.add(key)
            types.add(type(receipt))
            if (receipt.key, receipt.weight) != (key, weigh(key)):
                wrong.append(f"the receipt for {key} says {receipt.key}, {receipt.weight}")
                return
            if i % 50 == 0:
                counter.heaviest()
    except Exception as error:  # an exception that one thread alone never sees
        wrong.append(f"{type(error).__name__}: {error}")


def one_round(adds):
    """Return what went wrong in one round, in words; None when nothing did."""
    counter = tally.Counter(weigh)
    adds_before, weight_before = tally.journal()
    start = threading.Barrier(THREADS)
    types = [set() for _ in range(THREADS)]
    wrong = [[] for _ in range(THREADS)]
    threads = [
        threading.Thread(target=use, args=(counter, n, adds, start, types[n], wrong[n]))
        for n in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for found in wrong:
        if found:
            return found[0]
    if len(set().union(*types)) != 1:
        return f"{len(set().union(*types))} types are called Receipt"
    weight = sum(weigh((i + n * 50) % KEYS) for n in range(THREADS) for i in range(adds))
    adds_after, weight_after = tally.journal()
    for what, got, expected in (
        ("adds", counter.totals()[0], THREADS * adds),
        ("total", counter.totals()[1], weight),
        ("journal length", adds_after - adds_before, THREADS * adds),
        ("journal sum", weight_after - weight_before, weight),
    ):
        if got != expected:
            return f"{what}: {got} instead of {expected}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=0.5)
    deadline = time.monotonic() + parser.parse_args().seconds
    total, adds, wrong = 0, FIRST_ADDS, None
    while wrong is None and (total == 0 or time.monotonic() < deadline):
        began = time.monotonic()
        wrong = one_round(adds)
        total += THREADS * adds
        if time.monotonic() - began < ROUND_SECONDS / 2:
            adds *= 2
    print(json.dumps({"gil": sys._is_gil_enabled(), "adds": total, "wrong": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
