"""Show what a PyMutex does not do, each in a process of its own."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time

import mutexes


def rescue():
    time.sleep(0.5)
    gc.collect()
    print("  another thread runs and collects", flush=True)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.5)
    print("  still waiting after SIGINT", flush=True)
    os._exit(0)


def lock_twice():
    threading.Thread(target=rescue).start()
    mutexes.lock_twice()


def unlock_elsewhere():
    mutexes.hold()
    thread = threading.Thread(target=mutexes.unlock)
    thread.start()
    thread.join()
    mutexes.hold()
    print("  the owner's lock was released by another thread")


def unlock_twice():
    mutexes.unlock()


cases = [lock_twice, unlock_elsewhere, unlock_twice]
if sys.argv[1:]:
    next(case for case in cases if case.__name__ == sys.argv[1])()
else:
    for case in cases:
        print(case.__name__)
        command = [sys.executable, __file__, case.__name__]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        print(done.stdout, end="")
        if done.returncode:
            print(" ", signal.Signals(-done.returncode).name)
            print(" ", done.stderr.splitlines()[0])
