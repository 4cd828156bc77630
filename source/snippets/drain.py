"""Advance one iterator from several threads, and end even where that breaks the interpreter."""

import signal
import threading


def run(work, threads=8):
    """Call work() in threads that start together; a run that hangs ends by SIGALRM."""
    signal.alarm(40)
    start = threading.Barrier(threads)

    def begin():
        start.wait()
        work()

    workers = [threading.Thread(target=begin) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def drain(make, calls=200_000):
    """Call next() on one iterator, and replace it by make() whenever it is used up."""
    shared = [make()]

    def work():
        for _ in range(calls):
            try:
                next(shared[0])
            except StopIteration:
                shared[0] = make()
            except (RuntimeError, SystemError, TypeError, ValueError):
                pass  # such as "generator already executing"; the next call goes on

    run(work)
