import threading

LOCK = threading.Lock()


def work():
    with LOCK:
        return sum(i * i for i in range(50_000))
