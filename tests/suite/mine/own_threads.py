import threading


def count():
    return sum(i & 3 for i in range(100_000))


def work():
    threads = [threading.Thread(target=count) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
