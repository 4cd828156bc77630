"""raceguard watches what was wrapped: program.py TEST MODE, where MODE is window or strict.

Each actor uses a proxy of the state, and the one lock that raceguard knows is the proxy's own.
"""

import queue
import sys
import threading

import raceguard
from answer import answer
from races import RACES


class LockedCounter:
    def __init__(self):
        self.n = raceguard.protect(raceguard.Value(0))

    def actor1(self):
        for _ in range(100):
            with raceguard.locked(self.n):
                self.n.value += 1

    actor2 = actor1


class PlainLock(LockedCounter):
    """What most programs have: a lock that raceguard does not know."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def actor1(self):
        for _ in range(100):
            with self.lock:
                self.n.value += 1

    actor2 = actor1


class QueueHandOff:
    """The queue has locks of its own; the jobs are what is shared. `reset` is the documented way."""

    resets = True

    def __init__(self):
        self.queue = queue.Queue()
        self.total = 0

    def actor1(self):
        for number in range(100):
            job = raceguard.protect({})
            job["number"] = number
            self.queue.put(job)

    def actor2(self):
        for _ in range(100):
            job = self.queue.get()
            if self.resets:
                raceguard.reset(job)
            self.total += job["number"]


class NoReset(QueueHandOff):
    resets = False


class DoubleCheckedInit:
    """The cache is a protected object, and its own lock the one for the second check."""

    def __init__(self):
        self.config = raceguard.protect({})

    def actor1(self):
        if "ready" not in self.config:
            with raceguard.locked(self.config):
                if "ready" not in self.config:
                    self.config["ready"] = True
                    self.config["port"] = 80
        self.port = self.config.get("port")

    actor2 = actor1


OWN = {
    "locked-counter": LockedCounter,
    "locked-counter-plain-lock": PlainLock,
    "queue-hand-off": QueueHandOff,
    "queue-hand-off-no-reset": NoReset,
    "double-checked-init": DoubleCheckedInit,
}
WRAPPED = ("cache", "generator", "iterator", "table", "items", "first", "second")


def state_of(name):
    """Return a state whose shared objects are wrapped; numbers and flags need the state itself wrapped."""
    if name in OWN:
        return OWN[name]()
    state = RACES[name]()
    found = [field for field in WRAPPED if field in vars(state)]
    if name in ("generator-shared", "generic-alias-iterator"):
        found = [field for field in found if field not in ("first", "second")]
    for field in found:
        setattr(state, field, raceguard.protect(getattr(state, field)))
    return state if found else raceguard.protect(state)


def main(name, mode):
    raceguard.configure(mode="warn", strict=mode == "strict")
    state = state_of(name)
    kind = OWN.get(name) or RACES[name]
    threads = [
        threading.Thread(target=actor, args=(state,)) for actor in (kind.actor1, kind.actor2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = raceguard.warnings
    answer(seen, 1, f"{len(seen)} warnings, the first: {seen[0]!r}" if seen else "")


if __name__ == "__main__":
    main(*sys.argv[1:])
