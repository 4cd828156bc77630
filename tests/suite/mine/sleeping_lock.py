import threading
import time

LOCK = threading.Lock()


def work():
    with LOCK:
        time.sleep(0.004)
