import threading

LOCK = threading.Lock()
TOTAL = [0]


def work():
    for _ in range(5000):
        with LOCK:
            TOTAL[0] += 1
