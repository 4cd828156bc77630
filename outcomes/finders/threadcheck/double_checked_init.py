"""The object is published before it is complete."""

import threading

lock = threading.Lock()
config = None


def get():
    global config
    if config is None:
        with lock:
            if config is None:
                config = {}
                config["port"] = 80
    return config


def actor1():
    get()


def actor2():
    get()


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
