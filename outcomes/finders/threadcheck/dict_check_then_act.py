"""Two threads fill a missing key."""

import threading

cache = {}
first = second = None


def get():
    global cache
    if "key" not in cache:
        cache["key"] = object()
    return cache["key"]


def actor1():
    global first
    first = get()


def actor2():
    global second
    second = get()


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
