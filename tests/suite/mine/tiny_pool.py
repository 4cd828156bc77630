from concurrent.futures import ThreadPoolExecutor


def task(x):
    return x * x


def work():
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(task, range(2000)))
