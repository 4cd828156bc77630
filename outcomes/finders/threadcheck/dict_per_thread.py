"""No race: each thread counts in a dict of its own."""

import threading

first, second = {"key": 0}, {"key": 0}


def actor1():
    global first
    for _ in range(10):
        first["key"] += 1


def actor2():
    global second
    for _ in range(10):
        second["key"] += 1


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
