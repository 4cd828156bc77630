"""Run one function in several threads that start at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor


def together(threads, work):
    """Call work(0), work(1), … in a thread each; return the results, or raise the first error."""
    start = threading.Barrier(threads)

    def run(index):
        start.wait()
        return work(index)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
