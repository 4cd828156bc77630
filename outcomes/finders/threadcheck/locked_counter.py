"""No race: the increment stands under a lock."""

import threading

lock = threading.Lock()
n = 0


def actor1():
    global n
    for _ in range(10):
        with lock:
            n += 1


def actor2():
    global n
    for _ in range(10):
        with lock:
            n += 1


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
