"""Two threads empty iter(list[int])."""

import threading

iterator = iter(list[int])


def actor1():
    global iterator
    tuple(iterator)


def actor2():
    global iterator
    tuple(iterator)


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
