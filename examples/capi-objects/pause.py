"""Collect while a thread waits for a lock that native code holds: does the collection wait for it, too?"""

import gc
import threading

import mutexes

KINDS = {
    "PyMutex": (mutexes.lock_pymutex, False, 20_000),
    "pthread_mutex_t": (mutexes.lock_posix, True, 500),
}
for name, (lock, is_posix, most_ms) in KINDS.items():
    waiter = threading.Thread(target=lock)
    done = mutexes.collects_while_held(is_posix, most_ms, waiter.start, gc.collect)
    waiter.join()
    print(
        f"{name:16} the collection ended", "while it was held" if done else "after it was released"
    )
