"""Child processes, from start to end: the one place that starts what may crash, hang or grow.

Every laboratory of this project runs code that it does not trust to end: snippets that race, packages
that crash, interpreters that have no idea how to stop. What they share is here:

    ended = run([python, "it.py"], folder=work, environ=clean_environment(work),
                limits=Limits(seconds=30, memory_bytes=4 * 2**30))
    if ended.ending is Ending.SIGNAL:
        print(ended.words)            # "was killed by SIGSEGV"

A child gets an environment in which nothing of the caller's is left, leads a session of its own, and
dies with its parent where the system can do that (Linux). Its output is bounded, its memory is the
proportional set size of its whole tree, and when `run` returns, however it returns, nothing that the
child started is alive. How it ended is a record (`Ended`), and words are made of it in one place.
A compilation, which takes minutes and prints megabytes, is a `run_step`: without a limit, into a log.
"""

from ftguide.ground.process.ended import Ended, Ending, signal_name
from ftguide.ground.process.memory import Memory
from ftguide.ground.process.run import Limits, run
from ftguide.ground.process.start import clean_environment, without, without_network
from ftguide.ground.process.steps import run_step

__all__ = [
    "Ended",
    "Ending",
    "Limits",
    "Memory",
    "clean_environment",
    "run",
    "run_step",
    "signal_name",
    "without",
    "without_network",
]
