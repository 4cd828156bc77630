"""Collect while a thread that owns the lock of a `tp_traverse` is suspended; does the collection end?"""

import gc
import subprocess
import sys
import threading
import time

import lifetime

SECONDS = 3


def experiment():
    inside = threading.Event()

    def under_the_lock():
        inside.set()
        time.sleep(0.5)  # the collection begins meanwhile; then this thread must attach again

    kept = lifetime.Locked()
    owner = threading.Thread(target=lifetime.with_table_locked, args=(under_the_lock,), daemon=True)
    owner.start()
    inside.wait()
    gc.collect()
    return kept


if sys.argv[1:]:
    experiment()
else:
    try:
        done = subprocess.run([sys.executable, __file__, "child"], timeout=SECONDS, check=False)
        print("the interpreter crashed" if done.returncode < 0 else "the collection ended")
    except subprocess.TimeoutExpired:
        print(f"the collection had not ended after {SECONDS} seconds")
