"""Resurrect an object in its finalizer from one thread, and let another thread drop it for good."""

import threading

import lifetime


def show(when):
    print(f"{when:30}", ", ".join(what for what, *_ in lifetime.take_events()) or "nothing")


def drop(box):
    box.clear()


def elsewhere(box):
    thread = threading.Thread(target=drop, args=(box,))
    thread.start()
    thread.join()


box = [lifetime.Phoenix()]
elsewhere(box)
show("dropped by another thread:")
box = [lifetime.take_rescued()]
show("taken back:")
elsewhere(box)
show("dropped a second time:")
