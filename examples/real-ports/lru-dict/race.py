"""Four threads use one `lru.LRU` at the same time, and then the cache is looked at.

    python race.py plain           keys are integers
    python race.py keys-that-wait  keys take a lock to compare, so others run in the middle of a call
    python race.py shared-dict     `update` reads a dict and `repr` shows values while others change them

Prints one line of JSON; exit status 1 if an answer was wrong or the cache contradicts itself. A crash
or a list that leads in a circle ends the process in another way, which is for the caller to count.
No sleeps, no hooks, no switch interval.
"""

import json
import sys
import threading

from lru import LRU

THREADS = 4
ROUNDS = 3000
SIZE = 8
KEYS = 24  # three times as many as fit, so that threads evict each other's items


class Key:
    """A key that counts its comparisons, under a lock that all keys share."""

    counting = threading.Lock()
    compared = 0

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return self.counted(hash(self.number))

    def __eq__(self, other):
        return self.counted(self.number == other.number)

    def counted(self, answer):
        with Key.counting:
            Key.compared += 1
        return answer


def in_threads(work):
    """Call `work(number)` in all threads together; what they reported, exceptions among it."""
    start = threading.Barrier(THREADS)
    wrong = []

    def run(number):
        start.wait()
        try:
            wrong.extend(work(number))
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def mixed_use(key):
    """Set, get, pop and list items; every value has to be the one that belongs to its key."""
    cache = LRU(SIZE)

    def work(number):
        wrong = []
        for round_ in range(ROUNDS):
            name = (number * 7 + round_) % KEYS
            cache[key(name)] = [name]
            found = {name: cache.get(key(name)), name - 1: cache.pop(key(name - 1), None)}
            wrong += [
                f"{other} had {value}"
                for other, value in found.items()
                if value not in (None, [other])
            ]
            if round_ % 50 == number:
                cache.update({key(name): [name], key(name + 1): [name + 1]})
                wrong += contradictions(cache.items())
        return wrong

    return in_threads(work) + contradictions(cache.items()) + one_cache(cache)


def contradictions(items):
    """Items whose value does not belong to their key."""
    return [
        f"items() has {value}" for key, value in items if value != [getattr(key, "number", key)]
    ]


def one_cache(cache):
    """Whether the dict and the list of the cache hold the same items, and no more than fit."""
    keys = cache.keys()
    wrong = []
    if len(keys) != len(cache) or len(cache) > SIZE:
        wrong.append(f"{len(keys)} keys, length {len(cache)}, size {SIZE}")
    missing = [key for key in keys if key not in cache]
    return wrong + [f"{len(missing)} keys are listed and not found"] * bool(missing)


def each_item_once(key):
    """Let the threads take all items out with `popitem`; each has to come out once."""
    cache = LRU(THREADS * ROUNDS)
    for name in range(THREADS * ROUNDS):
        cache[key(name)] = name
    taken = []

    def work(_):
        try:
            while True:
                taken.append(cache.popitem()[1])
        except KeyError:
            return []

    wrong = in_threads(work)
    if sorted(taken) != list(range(THREADS * ROUNDS)):
        wrong.append(
            f"popitem took {len(taken)} of {THREADS * ROUNDS} items, {len(set(taken))} different"
        )
    return wrong


class Value:
    """A value that nobody else refers to, and whose `repr` is Python code."""

    def __init__(self, number):
        self.number = number

    def __repr__(self):
        with Key.counting:
            return str(self.number)


def shared_dict():
    """Update caches from a dict that others change, and show values that others replace."""
    cache = LRU(SIZE)
    shared = {}

    def work(number):
        for round_ in range(ROUNDS):
            shared[round_ % SIZE] = Value(round_)
            cache.update(shared)
            repr(cache)
            shared.pop((round_ + number) % SIZE, None)
        return []

    return in_threads(work) + one_cache(cache)


RACES = {
    "plain": lambda: mixed_use(int) + each_item_once(int),
    "keys-that-wait": lambda: mixed_use(Key) + each_item_once(Key),
    "shared-dict": shared_dict,
}


def main():
    wrong = RACES[sys.argv[1]]()
    print(json.dumps({"wrong": wrong[:20]}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
