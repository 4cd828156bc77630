"""Where a thread's time went: what it waits for is told from what it computes, on a busy machine too."""

import sys
import threading
import time

import pytest

from ftguide.suite.observe.block import waited
from ftguide.target import account as accounts
from ftguide.target.account import Account
from tests.chance import seen

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Linux keeps the account")


def shares(*bodies):
    """Run each body in a thread of its own, all at once; return what `waited` makes of each account."""
    results = [{}] * len(bodies)
    ready = threading.Barrier(len(bodies))

    def run(number):
        account = Account()
        ready.wait()
        account.begin()
        begun = time.perf_counter_ns()
        bodies[number]()
        account.end(time.perf_counter_ns() - begun)
        counted = {"took_ns": account.took, "ran_ns": account.ran, "delayed_ns": account.delayed}
        results[number] = waited(counted)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def computes():
    end = time.thread_time() + 0.1
    while time.thread_time() < end:
        pass


def sleeps():
    time.sleep(0.3)


# What a hypervisor takes from a virtual CPU looks like waiting, and a thread that gets no CPU when its sleep
# has ended is not blocked. Either comes and goes: each share is measured until it is what it should be.


@LINUX
def test_computing_is_not_waiting_and_sleeping_is():
    seen(lambda: shares(computes)[0]["blocked_share"], lambda share: share < 0.1)
    seen(lambda: shares(sleeps)[0]["blocked_share"], lambda share: share > 0.5)


@LINUX
def test_a_thread_that_waits_for_a_lock_is_blocked():
    def waited_for():
        lock, held, begun = threading.Lock(), threading.Event(), threading.Event()

        def holds():
            with lock:
                held.set()
                begun.wait()
                sleeps()

        def waits():
            held.wait()
            begun.set()
            with lock:
                pass

        return shares(holds, waits)[1]["blocked_share"]

    seen(waited_for, lambda share: share > 0.5)


def test_an_account_begins_again_and_adds_up():
    account = Account()
    for _ in range(2):
        account.begin()
        account.end(1000)
    assert account.took in {0, 2000}  # 0 where the system does not tell
    account.reset()
    assert (account.took, account.ran, account.delayed) == (0, 0, 0)


def test_a_system_without_an_account_says_nothing(monkeypatch, tmp_path):
    empty = tmp_path / "schedstat"
    empty.write_text("")
    for place in (str(tmp_path / "none"), str(empty)):
        monkeypatch.setattr(accounts, "_SCHEDULE", place)
        account = Account()
        account.begin()
        account.end(1000)
        counted = {"took_ns": account.took, "ran_ns": account.ran, "delayed_ns": account.delayed}
        assert waited(counted) == {}


@pytest.mark.parametrize(
    ("took", "ran", "delayed", "shares"),
    [
        (1000, 400, 100, (0.5, 0.1)),
        (1000, 1001, 0, (0.0, 0.0)),  # clocks that are read one after the other
        (1000, 0, 1005, (0.0, 1.0)),
    ],
)
def test_what_is_left_is_what_it_was_blocked_for(took, ran, delayed, shares):
    found = waited({"took_ns": took, "ran_ns": ran, "delayed_ns": delayed})
    assert found == dict(zip(("blocked_share", "delayed_share"), shares, strict=True))
