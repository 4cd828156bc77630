"""The flag is set before the data."""

import threading

ready = False
data = None
seen = 42


def actor1():
    global ready, data
    ready = True
    data = 42


def actor2():
    global ready, data, seen
    if ready:
        seen = data


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
