"""CPU seconds that one thread needs for each of four operations of `lru.LRU`, as one line of JSON.

python cost.py
"""

import json
import time

from lru import LRU

SIZE = 1000
TIMES = 300


def timed(operation):
    """The least of five times, because whatever disturbs a process only makes it slower."""
    return min(stretch(operation) for _ in range(5))


def stretch(operation):
    begin = time.process_time()
    for _ in range(TIMES):
        operation()
    return time.process_time() - begin


def main():
    cache = LRU(SIZE)
    present = range(SIZE)
    for key in present:
        cache[key] = key

    def get():
        for key in present:
            cache[key]

    def replace():
        for key in present:
            cache[key] = None

    def evict():
        for key in range(SIZE * 2):
            cache[key] = None

    def items():
        cache.items()

    print(json.dumps({work.__name__: timed(work) for work in (get, replace, evict, items)}))


if __name__ == "__main__":
    main()
