"""Collect while a thread that owns the lock of a `tp_traverse` is suspended; does the collection end?"""

import gc
import subprocess
import sys
import threading
import time

import lifetime

SECONDS = 3


def experiment():
    gc.disable()  # only where it says so
    inside = threading.Event()

    def under_the_lock():
        inside.set()
        while not lifetime.is_visiting_locked():  # this thread must attach again to see that it is
            time.sleep(0.01)

    kept = lifetime.Locked()
    owner = threading.Thread(target=lifetime.with_table_locked, args=(under_the_lock,), daemon=True)
    owner.start()
    inside.wait()
    print("collecting", flush=True)
    gc.collect()
    return kept


if sys.argv[1:]:
    experiment()
else:
    with subprocess.Popen([sys.executable, __file__, "child"], stdout=subprocess.PIPE) as child:
        child.stdout.readline()  # from here on: it takes its time to start
        try:
            child.wait(SECONDS)
            print("the interpreter crashed" if child.returncode < 0 else "the collection ended")
        except subprocess.TimeoutExpired:
            print(f"the collection had not ended after {SECONDS} seconds")
            child.kill()
