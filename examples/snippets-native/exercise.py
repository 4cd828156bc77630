"""Exercise `snippets`, `single` and `late` from many threads; prints a line, fails by an assertion."""

import sys
import threading
import warnings
import weakref
from collections.abc import Callable

warnings.simplefilter("ignore")

import single  # noqa: E402
import snippets  # noqa: E402

FREE_THREADED = snippets.build() == "free-threaded"
THREADS = 4
ROUNDS = 3_000


def together(work: Callable[[int], None]) -> None:
    barrier = threading.Barrier(THREADS)
    failures = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


assert sys._is_gil_enabled() is not FREE_THREADED, "an import turned the GIL on"
assert single.__name__ == "single"

# The first to register wins, and everybody sees the same object.
winners: list[object] = [None] * THREADS


def register(number: int) -> None:
    winners[number] = snippets.register_once("key", object())


together(register)
assert len(set(map(id, winners))) == 1
assert snippets.registered("key") is winners[0]
assert snippets.registered("nobody") is None

# A loop over a dict that others change: never a crash, and always a sum of what can be there.
shared = dict.fromkeys(range(50), 1)


def churn(number: int) -> None:
    for _ in range(ROUNDS // 10):
        if number % 2:
            shared[100 + number] = 1
            del shared[100 + number]
        else:
            assert 50 <= snippets.sum_values(shared) <= 50 + THREADS


together(churn)

# Money is neither made nor lost, in both directions at once.
left, right = snippets.Account(), snippets.Account()


def send(number: int) -> None:
    source, target = (left, right) if number % 2 else (right, left)
    for _ in range(ROUNDS):
        source.send(target, number + 1)


together(send)
assert left.balance() + right.balance() == 0
assert left.balance() == (1 + 3 - 2 - 4) * ROUNDS

# 64 notes fit, whoever writes them.
taken = [0] * THREADS


def note(number: int) -> None:
    for turn in range(100):
        taken[number] += snippets.note(turn)


together(note)
assert sum(taken) == 64


def hit(_number: int) -> None:
    for _ in range(ROUNDS):
        snippets.hit()


together(hit)
assert snippets.hit() == THREADS * ROUNDS + 1

# The table is filled once, and complete for everybody.
answers: list[object] = [None] * THREADS


def square(number: int) -> None:
    answers[number] = snippets.square(16)


together(square)
assert answers == [(256, 1)] * THREADS

snippets.pause_ms(1)
seen = []
snippets.call_elsewhere(lambda: seen.append(threading.get_ident()))
assert len(seen) == 1
assert seen[0] != threading.get_ident()


class Thing:
    """Something to refer to weakly."""


thing = Thing()
weak = weakref.ref(thing)
assert snippets.behind(weak) is thing
del thing
assert snippets.behind(weak) is None


def nest(_number: int) -> None:
    for _ in range(100):
        assert snippets.nested(lambda: snippets.nested(lambda: snippets.nested(None))) == 3


together(nest)

import late  # noqa: E402

assert sys._is_gil_enabled(), "the late declaration was taken after all: update the page"
print(f"{snippets.build()}: all is well with {late.__name__} imported last")
