"""Executors and futures.

An executor passes calls to its workers through a queue, and a future's state changes under its own lock:
each change has one winner.
"""

from __future__ import annotations

import concurrent.futures
import contextvars
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from outcomes.tests.declare import Stress, acceptable, forbidden, interesting


class SubmitBoth(Stress):
    """Both threads use the one executor of the program."""

    slug = "executor-submit-in-two-threads"
    question = "Does each call that two threads submit run once?"
    on = "ThreadPoolExecutor"
    operation = "submit in two threads"
    module = "concurrent.futures"
    source = "https://docs.python.org/3.14/library/concurrent.futures.html#threadpoolexecutor"
    outcomes = (
        acceptable("once each", "Every call ran once."),
        forbidden("*", "A call ran twice, or never."),
    )

    def __init__(self):
        self.ran = []
        self.pool = ThreadPoolExecutor(2)

    def actor1(self):
        for number in range(100):
            self.pool.submit(self.ran.append, number)

    def actor2(self):
        for number in range(100, 200):
            self.pool.submit(self.ran.append, number)

    def arbiter(self):
        self.pool.shutdown()
        return "once each" if sorted(self.ran) == list(range(200)) else "not once each"


class SubmitShutdown(Stress):
    """What happens at the end of a program that still gets work."""

    slug = "executor-submit-against-shutdown"
    question = (
        "Does a call run that submit() accepted while another thread shuts the executor down?"
    )
    on = "ThreadPoolExecutor"
    operation = "submit against shutdown"
    module = "concurrent.futures"
    source = "https://docs.python.org/3.14/library/concurrent.futures.html#concurrent.futures.Executor.shutdown"
    remedy = "faq#msg-after-shutdown"
    outcomes = (
        acceptable("all", "Every call was accepted, and ran."),
        acceptable("RuntimeError, all", "The rest was refused, and what had been accepted ran."),
        forbidden("*lost", "A call was accepted and never ran."),
    )

    def __init__(self):
        self.accepted, self.ran = [], []
        self.pool = ThreadPoolExecutor(1)

    def actor1(self):
        for number in range(100):
            self.accepted.append(self.pool.submit(self.ran.append, number))

    def actor2(self):
        self.pool.shutdown()

    def arbiter(self):
        self.pool.shutdown()
        return "all" if len(self.ran) == len(self.accepted) else "lost"


class ShutdownCancel(Stress):
    """A thread that waits for a future must hear something, whatever happened to the call."""

    slug = "executor-shutdown-cancel-futures"
    question = (
        "Is each future done or cancelled after shutdown(cancel_futures=True) against submit()?"
    )
    on = "ThreadPoolExecutor"
    operation = "submit against cancel_futures"
    module = "concurrent.futures"
    source = "https://docs.python.org/3.14/library/concurrent.futures.html#concurrent.futures.Executor.shutdown"
    outcomes = (
        acceptable("settled", "Every future is done or cancelled."),
        acceptable("RuntimeError, settled", "The rest was refused; every future is settled."),
        forbidden("*pending", "A future stays pending: a thread that waits for it waits forever."),
    )

    def __init__(self):
        self.futures = []
        self.pool = ThreadPoolExecutor(1)

    def actor1(self):
        for _ in range(100):
            self.futures.append(self.pool.submit(int))

    def actor2(self):
        self.pool.shutdown(cancel_futures=True)

    def arbiter(self):
        self.pool.shutdown()
        return "settled" if all(future.done() for future in self.futures) else "pending"


class WorkerLimit(Stress):
    """Workers start when calls come in, up to the limit."""

    slug = "executor-max-workers"
    question = "Does an executor keep to max_workers when two threads submit?"
    on = "ThreadPoolExecutor"
    operation = "number of workers"
    module = "concurrent.futures"
    source = "https://docs.python.org/3.14/library/concurrent.futures.html#threadpoolexecutor"
    outcomes = (
        acceptable("at most 3", "There were never more than three workers."),
        forbidden("*", "There was a fourth worker."),
    )

    def __init__(self):
        self.workers = set()
        self.pool = ThreadPoolExecutor(3)

    def call(self):
        self.workers.add(threading.get_ident())

    def actor1(self):
        for _ in range(50):
            self.pool.submit(self.call)

    def actor2(self):
        for _ in range(50):
            self.pool.submit(self.call)

    def arbiter(self):
        self.pool.shutdown()
        return "at most 3" if len(self.workers) <= 3 else "more"


class WorkerContext(Stress):
    """Each thread has a name in a context variable, and asks a worker for it."""

    slug = "executor-context-of-worker"
    question = (
        "Does a call in an executor see the context variables of the thread that submitted it?"
    )
    on = "ThreadPoolExecutor"
    operation = "context of a worker"
    module = "concurrent.futures"
    remedy = "behaviour-differences#difference-context"
    note = "A worker starts with a copy of a context where sys.flags.thread_inherit_context is set."
    outcomes = (
        acceptable("nobody, nobody", "The worker started with an empty context."),
        acceptable("first, second", "Each call saw the value of the thread that submitted it."),
        interesting(
            "*",
            "The worker has the context of the thread whose submit() started it, and shows it to "
            "the calls of all others.",
        ),
    )

    def __init__(self):
        self.pool = ThreadPoolExecutor(1)

    def actor1(self):
        name.set("first")
        return self.pool.submit(name.get).result()

    def actor2(self):
        name.set("second")
        return self.pool.submit(name.get).result()

    def arbiter(self):
        self.pool.shutdown()


name = contextvars.ContextVar("name", default="nobody")


class AsCompleted(Stress):
    """Two threads wait for the same futures while the workers finish them."""

    slug = "as-completed-in-two-threads"
    question = "Do two threads that loop over as_completed() of the same futures both get all?"
    on = "concurrent.futures"
    operation = "as_completed in two threads"
    module = "concurrent.futures"
    source = "https://docs.python.org/3.14/library/concurrent.futures.html#concurrent.futures.as_completed"
    outcomes = (
        acceptable("100, 100", "Each thread got every future once."),
        forbidden("*", "A future is missing, or came twice."),
    )

    def __init__(self):
        self.pool = ThreadPoolExecutor(1)
        self.futures = [self.pool.submit(int) for _ in range(100)]

    def actor1(self):
        return len(list(concurrent.futures.as_completed(self.futures, timeout=5)))

    def actor2(self):
        return len(list(concurrent.futures.as_completed(self.futures, timeout=5)))

    def arbiter(self):
        self.pool.shutdown()


class SetResultTwice(Stress):
    """Two servers answered each request; the first answer counts."""

    slug = "future-set-result-twice"
    question = "Does exactly one of two threads that call set_result() succeed?"
    on = "concurrent.futures.Future"
    operation = "set_result in two threads"
    module = "concurrent.futures"
    source = "https://docs.python.org/3.14/library/concurrent.futures.html#concurrent.futures.Future.set_result"
    outcomes = (
        acceptable("one each", "One thread set each result, the other got InvalidStateError."),
        forbidden("*", "Both threads set a result, or none."),
    )

    def __init__(self):
        self.futures = [Future() for _ in range(300)]
        self.won = []

    def answer(self):
        for future in self.futures:
            try:
                future.set_result(1)
                self.won.append(future)
            except concurrent.futures.InvalidStateError:
                pass

    def actor1(self):
        self.answer()

    def actor2(self):
        self.answer()

    def arbiter(self):
        return "one each" if len(set(self.won)) == len(self.won) == 300 else "not one each"


class CancelAgainstRun(Stress):
    """What a worker asks before it starts a call."""

    slug = "future-cancel-against-run"
    question = "Is a future either cancelled or run when both are tried at once?"
    on = "concurrent.futures.Future"
    operation = "cancel against start"
    module = "concurrent.futures"
    source = "https://docs.python.org/3.14/library/concurrent.futures.html#concurrent.futures.Future.cancel"
    outcomes = (
        acceptable("one of them", "Each future was cancelled, or run."),
        forbidden("*", "Both happened to one, or neither."),
    )

    def __init__(self):
        self.futures = [Future() for _ in range(300)]

    def actor1(self):
        self.cancelled = [future.cancel() for future in self.futures]

    def actor2(self):
        self.runs = [future.set_running_or_notify_cancel() for future in self.futures]

    def arbiter(self):
        pairs = zip(self.cancelled, self.runs)
        return "one of them" if all(a is not b for a, b in pairs) else "both or neither"


class CallbackOnce(Stress):
    """A callback that comes late is called at once, by the thread that adds it."""

    slug = "future-callback-against-result"
    question = "Is a callback called once that is added while the result is set?"
    on = "concurrent.futures.Future"
    operation = "add_done_callback against set_result"
    module = "concurrent.futures"
    source = "https://docs.python.org/3.14/library/concurrent.futures.html#concurrent.futures.Future.add_done_callback"
    outcomes = (
        acceptable("once each", "Each callback was called once."),
        forbidden("*", "A callback was called twice, or never."),
    )

    def __init__(self):
        self.futures = [Future() for _ in range(300)]
        self.calls = []

    def actor1(self):
        for future in self.futures:
            future.set_result(1)

    def actor2(self):
        for future in self.futures:
            future.add_done_callback(self.calls.append)

    def arbiter(self):
        return "once each" if len(set(self.calls)) == len(self.calls) == 300 else "not once each"


class DoneThenResult(Stress):
    """Programs that poll do this."""

    slug = "future-done-then-result"
    question = "Is there a result as soon as done() says yes?"
    on = "concurrent.futures.Future"
    operation = "if done(): result(timeout=0)"
    module = "concurrent.futures"
    source = "https://docs.python.org/3.14/library/concurrent.futures.html#concurrent.futures.Future.done"
    outcomes = (
        acceptable("done", "The result was there whenever done() said yes."),
        forbidden("*", "A future was done, and had no result."),
    )

    def __init__(self):
        self.futures = [Future() for _ in range(300)]

    def actor1(self):
        for future in self.futures:
            future.set_result(1)

    def actor2(self):
        for future in self.futures:
            if future.done():
                future.result(timeout=0)
