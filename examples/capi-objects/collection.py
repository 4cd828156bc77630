"""Say who visits, clears and frees a cycle, and whether other Python code runs meanwhile."""

import gc
import threading

import lifetime

gc.disable()


def run_python():
    while not stop.is_set():
        lifetime.tick()


def make():
    node = lifetime.Node()
    node.other = node  # a cycle: only the collector frees it
    del node
    made.set()
    while not stop.is_set():  # the maker is alive, and runs Python code
        pass


stop, made = threading.Event(), threading.Event()
threads = [threading.Thread(target=run_python), threading.Thread(target=make)]
for thread in threads:
    thread.start()
made.wait()
lifetime.watch_collection(gc.collect)
stop.set()
for thread in threads:
    thread.join()

names = {threading.get_ident(): "the collecting thread", threads[1].ident: "the maker"}
words = {-1: "", 0: "no other Python code ran", 1: "other Python code ran"}
for what, thread, others_ran in lifetime.take_events():
    print(f"{what:8} by {names[thread]:22} {words[others_ran]}".rstrip())
