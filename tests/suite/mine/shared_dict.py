D = {i: str(i) for i in range(1000)}


def work():
    n = 0
    for _ in range(20):
        for i in range(1000):
            n += len(D[i])
    return n
