"""Drive one part of `racy` from several threads: `python drive.py CASE`. No sleeps, no hooks.

Runs under a sanitizer, which says on standard error what it saw; prints what came out of the race.
"""

import sys
import threading
from collections.abc import Callable

import racy  # from the folder on PYTHONPATH

THREADS = 4
ROUNDS = 10_000


def together(work: Callable[[int], None]) -> None:
    """Run `work(thread number)` in every thread, all starting at a barrier."""
    barrier = threading.Barrier(THREADS)

    def run(number: int) -> None:
        barrier.wait()
        work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def static_cache() -> str:
    """Ask for sums of different numbers through one cache."""
    wrong = [0] * THREADS

    def work(number: int) -> None:
        n = 20 + number
        for _ in range(ROUNDS):
            wrong[number] += racy.sum_to(n) != n * (n + 1) // 2

    together(work)
    return f"{'no' if not sum(wrong) else 'some'} wrong sums"


def borrowed_reference() -> str:
    """Take the first item of a list while another thread replaces it."""
    shared: list[object] = [object()]

    def work(number: int) -> None:
        for turn in range(ROUNDS):
            if number % 2:
                shared[0] = (number, turn)
            else:
                racy.first_of(shared)

    together(work)
    return "still alive"


def refcount_test() -> str:
    """Step one track from all threads."""
    track = racy.Track()

    def work(_number: int) -> None:
        for _ in range(ROUNDS):
            track.step()

    together(work)
    return f"{'all' if track.here() == (THREADS * ROUNDS,) * 2 else 'not all'} steps counted"


def unlocked_struct() -> str:
    """Add to one meter from all threads."""
    meter = racy.Meter()

    def work(_number: int) -> None:
        for _ in range(ROUNDS):
            meter.add(1.0)

    together(work)
    total = THREADS * ROUNDS
    return f"{'all' if meter.state() == (total, float(total)) else 'not all'} values counted"


def lifetime() -> str:
    """Visit a note whose callback has another thread drop it and keep another: nothing races."""
    racy.keep("tea")

    def swap() -> None:
        racy.drop("tea")
        racy.keep("coffee")

    def swapped_elsewhere() -> None:
        other = threading.Thread(target=swap)
        other.start()
        other.join()

    racy.visit("tea", swapped_elsewhere)
    visits = racy.visit("coffee", lambda: None)
    return f"coffee was {'' if visits == 1 else 'not '}visited once"


CASES = {
    "static-cache": static_cache,
    "borrowed-reference": borrowed_reference,
    "refcount-test": refcount_test,
    "unlocked-struct": unlocked_struct,
    "lifetime": lifetime,
}

if __name__ == "__main__":
    print("GIL on" if sys._is_gil_enabled() else "GIL off")
    print(f"{sys.argv[1]}: {CASES[sys.argv[1]]()}")
